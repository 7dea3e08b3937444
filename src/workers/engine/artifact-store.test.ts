import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type Artifact,
  findArtifact,
  landedPath,
  publishArtifact,
  quarantine,
  requireArtifact,
  verifiedPath,
} from "./artifact-store.ts";
import { artifactPlace } from "./layout.ts";
import { sha256Of } from "./publish.ts";
import { verifyBrand } from "./verify.ts";

let root: string;
let brandDir: string;
const key = "ab".padEnd(64, "1");
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "store-"));
  brandDir = join(root, "brand");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function make(text: string, attempt = "attempt"): Artifact {
  const localPath = join(root, `${attempt}.json`);
  writeFileSync(localPath, text);
  return publishArtifact(brandDir, {
    key,
    step: "sample",
    version: 3,
    params: { a: 1 },
    inputs: {},
    parts: {},
    seconds: 1.5,
    attempt,
    outputs: [{ name: "values", kind: "json", localPath, rows: 7 }],
  });
}

function overwrite(path: string, text: string | Buffer): void {
  chmodSync(path, 0o644);
  writeFileSync(path, text);
}

const onlyFile = (artifact: Artifact) => {
  const [file] = artifact.files;
  if (!file) throw new Error("no file");
  return file;
};
const corrupt = expect.objectContaining({ code: "corrupt", details: expect.objectContaining({ key }) });

describe("artifacts", () => {
  test("one that was made is found, with its file named by its bytes and read-only", () => {
    expect(findArtifact(brandDir, key)).toBeUndefined();
    const made = make("[1]");
    expect(findArtifact(brandDir, key)).toEqual(made);
    const file = onlyFile(made);
    const sha256 = sha256Of(Buffer.from("[1]"));
    expect(file).toEqual({ output: "values", path: `${artifactPlace(key)}/${sha256}.json`, sha256, bytes: 3, rows: 7 });
    const path = verifiedPath(brandDir, file);
    expect([readFileSync(path, "utf8"), statSync(path).mode & 0o777]).toEqual(["[1]", 0o444]);
  });

  test("a twin of other inputs is another name of the same bytes, and damage of them is found under both", () => {
    const one = onlyFile(make("[1]"));
    const twinKey = "cd".padEnd(64, "2");
    const { format, id, host, sum, files, ...made } = requireArtifact(brandDir, key);
    const twin = { sha256: one.sha256, bytes: one.bytes };
    const outputs = [
      { name: one.output, kind: "json" as const, localPath: verifiedPath(brandDir, one), rows: 7, twin },
    ];
    const other = onlyFile(publishArtifact(brandDir, { ...made, key: twinKey, outputs }));
    expect({ ...other, path: "" }).toEqual({ ...one, path: "" });
    expect(statSync(verifiedPath(brandDir, other)).ino).toBe(statSync(verifiedPath(brandDir, one)).ino);
    overwrite(verifiedPath(brandDir, one), "[2]");
    for (const file of [one, other]) expect(() => verifiedPath(brandDir, file)).toThrow(/damaged/);
  });

  test("the second attempt adopts what the first made, whatever its own bytes", () => {
    const first = make("[1]");
    expect(make("[2]", "later")).toEqual(first);
    expect(verifyBrand(brandDir)).toMatchObject({ artifacts: 1, files: 2, findings: [] });
  });

  test("a data file without a record is no artifact, and the next attempt makes it one", () => {
    rmSync(join(brandDir, onlyFile(make("[1]")).path, "..", "artifact.json"));
    expect(findArtifact(brandDir, key)).toBeUndefined();
    expect(make("[1]").files).toHaveLength(1);
  });

  test("a data file that was damaged before its record was made doesn't stand in the way", () => {
    const path = join(brandDir, onlyFile(make("[1]")).path);
    rmSync(join(path, "..", "artifact.json"));
    overwrite(path, "[9]");
    expect(readFileSync(verifiedPath(brandDir, onlyFile(make("[1]"))), "utf8")).toBe("[1]");
  });
});

describe("damage is named, never read", () => {
  test.each([
    ["one bit", (bytes: Buffer) => Buffer.from(bytes.map((byte, at) => (at === 30 ? byte ^ 4 : byte)))],
    ["cut", (bytes: Buffer) => bytes.subarray(0, 20)],
    ["zero length", () => Buffer.alloc(0)],
    ["another's record", (bytes: Buffer) => Buffer.from(bytes.toString().replaceAll(key, "cd".padEnd(64, "2")))],
  ])("record: %s", (_, change) => {
    make("[1]");
    const path = join(brandDir, artifactPlace(key), "artifact.json");
    overwrite(path, change(readFileSync(path)));
    expect(() => findArtifact(brandDir, key)).toThrow(corrupt);
  });

  test.each(["[2]", "[", ""])("file: “%s” for [1]", (text) => {
    const file = onlyFile(make("[1]"));
    overwrite(join(brandDir, file.path), text);
    expect(() => verifiedPath(brandDir, file)).toThrow(corrupt);
    expect(verifyBrand(brandDir).findings).not.toEqual([]);
  });

  test("a file that changed after it was checked is checked again", () => {
    const file = onlyFile(make("[1]"));
    const path = verifiedPath(brandDir, file);
    overwrite(path, "[2]");
    utimesSync(path, new Date(), new Date(Date.now() + 5_000));
    expect(() => verifiedPath(brandDir, file)).toThrow(corrupt);
  });

  test("a missing file and a missing record", () => {
    const file = onlyFile(make("[1]"));
    rmSync(join(brandDir, file.path));
    expect(() => verifiedPath(brandDir, file)).toThrow(corrupt);
    rmSync(join(brandDir, "artifacts"), { recursive: true });
    expect(() => requireArtifact(brandDir, key)).toThrow(corrupt);
  });

  test("set aside, it is made again; what is whole isn't set aside", () => {
    const file = onlyFile(make("[1]"));
    expect(quarantine(brandDir, key)).toBe(false);
    overwrite(join(brandDir, file.path), "[2]");
    expect(quarantine(brandDir, key)).toBe(true);
    expect(findArtifact(brandDir, key)).toBeUndefined();
    expect(readdirSync(join(brandDir, "trash"))).toHaveLength(1);
    expect(quarantine(brandDir, key)).toBe(false);
    expect(readFileSync(verifiedPath(brandDir, onlyFile(make("[1]"))), "utf8")).toBe("[1]");
    expect(verifyBrand(brandDir).findings).toEqual([]);
  });
});

test("a delivery's raw file is checked too", () => {
  const landed = join("landing", "shop", `${sha256Of(Buffer.from("a,b"))}.csv`);
  const named = expect.objectContaining({ code: "corrupt", message: expect.stringContaining(landed) });
  expect(() => landedPath(root, landed, sha256Of(Buffer.from("a,b")))).toThrow(named);
  make("x");
  writeFileSync(join(root, "raw.csv"), "a,b");
  expect(existsSync(landedPath(root, "raw.csv", sha256Of(Buffer.from("a,b"))))).toBe(true);
  expect(() => landedPath(root, "raw.csv", sha256Of(Buffer.from("a,c")))).toThrow("damaged or missing");
});
