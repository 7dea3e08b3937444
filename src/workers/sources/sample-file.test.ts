import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSession } from "../engine/duckdb.ts";
import { detectFiles } from "./detect.ts";
import { type SampleSizes, writeSample } from "./sample-file.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "assay-sample-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sizes: SampleSizes = { large: 50_000, head: 4_000, slice: 1_000, slices: 10, tail: 500 };
const two = (n: number) => String(n).padStart(2, "0");

/** Orders by day: the days of the beginning could be months as well. */
function orders(rows: number, note: (at: number) => string): string {
  const line = (at: number) =>
    `o${at},c${at % 50},${two(1 + Math.floor((at * 28) / rows))}/03/2026,${at % 90}.50,${note(at)}`;
  return ["order,customer,date,total,note", ...Array.from({ length: rows }, (_, at) => line(at))].join("\n");
}

test("a large file is told by its beginning, its end and whole lines between", async () => {
  const text = orders(4_000, () => "none");
  const path = join(folder, "orders.csv");
  writeFileSync(path, text);
  const sample = readFileSync(writeSample(path, folder, sizes) ?? "", "utf8");
  const lines = new Set(text.split("\n"));
  const sampled = sample.split("\n");
  expect(sample.length).toBeLessThan(16_000);
  expect(sampled[0]).toBe("order,customer,date,total,note");
  expect(sampled.every((line) => lines.has(line))).toBe(true);
  expect(new Set(sampled).size).toBe(sampled.length);
  expect(sampled.at(-1)).toBe(text.split("\n").at(-1));

  const open = () => openSession({ memoryLimit: 512e6, threads: 1, scratch: folder });
  const { signal } = new AbortController();
  const { files } = await detectFiles(open, [path], { scratch: folder, signal, sample: sizes });
  const whole = await detectFiles(open, [path], { scratch: folder, signal });
  expect(files).toEqual(whole.files);
  expect(JSON.stringify(files[0]?.mapping)).toContain("%d/%m/%Y"); // no day after the twelfth stands in the beginning
});

test("slices with quotes are left out, and a file that isn't large is read whole", () => {
  const path = join(folder, "quoted.csv");
  writeFileSync(
    path,
    orders(4_000, (at) => (at > 2_000 ? '"a\nb"' : "none")),
  );
  const sample = readFileSync(writeSample(path, folder, sizes) ?? "", "utf8");
  expect(sample).not.toContain('"');
  expect(
    sample
      .split("\n")
      .filter((line) => line !== "")
      .every((line) => line.split(",").length === 5),
  ).toBe(true);
  expect(writeSample(path, folder)).toBeNull();
});
