import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSession, type Session } from "../engine/duckdb.ts";
import { literal } from "../engine/sql.ts";
import { openRaw } from "./open-raw.ts";
import { isBomb } from "./prepare.ts";

let folder: string;
let session: Session;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "assay-bombs-"));
  session = await openSession({ memoryLimit: 1e9, threads: 2, scratch: folder });
});
afterAll(() => {
  session.close();
  rmSync(folder, { recursive: true, force: true });
});
const path = (name: string) => join(folder, name);
const open = (name: string) => openRaw(session, path(name), { scratch: folder, signal: new AbortController().signal });

describe("a file that is far more than it seems", () => {
  it("is refused as Parquet by its rows and width before any is read", async () => {
    await session.run(
      `COPY (SELECT 0 AS a, 1 AS b FROM range(60000000)) TO ${literal(path("bomb.parquet"))} (FORMAT parquet)`,
    );
    expect(statSync(path("bomb.parquet")).size).toBeLessThan(1e6);
    await expect(open("bomb.parquet")).rejects.toMatchObject({
      code: "bad_input",
      message: expect.stringContaining("60000000 rows of 2 columns"),
    });
  });

  it("is refused as gzip by its ratio, but only where it is large", () => {
    expect(isBomb(300_000, 300e6)).toBe(false);
    expect(isBomb(4e6, 1.1e9)).toBe(true);
    expect(isBomb(400e6, 8e9)).toBe(false);
    expect(isBomb(40e9, 65e9)).toBe(true);
  });

  it("is refused as one endless line", async () => {
    writeFileSync(path("line.csv.gz"), gzipSync(Buffer.concat([Buffer.from("a,b\n1,"), Buffer.alloc(20e6, "x")])));
    await expect(open("line.csv.gz")).rejects.toMatchObject({ code: "bad_input" });
  });

  it.each([100_000, 20_001])("is refused as a table of %s columns", async (width) => {
    const header = Array.from({ length: width }, (_, at) => `c${at}`).join(",");
    writeFileSync(path("wide.csv"), `${header}\n${"1,".repeat(width - 1)}1\n`);
    await expect(open("wide.csv")).rejects.toMatchObject({
      code: "bad_input",
      message: expect.stringContaining("columns"),
    });
  });
});
