import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSession } from "../engine/duckdb.ts";
import { literal } from "../engine/sql.ts";
import { detectFiles } from "./detect.ts";
import { type SampleSizes, writeParquetSample, writeSample } from "./sample-file.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "assay-sample-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sizes: SampleSizes = { large: 50_000, head: 4_000, slice: 1_000, slices: 10, tail: 500, rows: 1_000 };
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

test("a large Parquet file is told by runs of rows from all of it, its columns' forms by one file of a kind", async () => {
  const open = () => openSession({ memoryLimit: 512e6, threads: 1, scratch: folder });
  const session = await open();
  const write = async (name: string, rows: number) => {
    const path = join(folder, name);
    await session.run(`COPY (SELECT 'o' || (i // 2) AS order_id, 'c' || (i % 50) AS customer, lpad(CAST(1 + i * 28 // ${rows} AS VARCHAR), 2, '0') || '/03/2026' AS date,
      CAST(i % 90 + 0.5 AS DECIMAL(9, 2)) AS total FROM range(${rows}) r(i)) TO ${literal(path)} (FORMAT parquet)`);
    return path;
  };
  const [large, small] = [await write("march.parquet", 5_000), await write("april.parquet", 40)];
  const sample = (await writeParquetSample(session, large, folder, sizes)) ?? "";
  const [kept] = await session.rows(
    `SELECT count(*) AS n, min(date) AS first, max(date) AS last, count(DISTINCT order_id) AS orders FROM ${literal(sample)}`,
  );
  expect(kept).toEqual({ n: 1_000, first: "01/03/2026", last: "28/03/2026", orders: 500 });
  expect(await writeParquetSample(session, small, folder, sizes)).toBeNull();
  session.close();

  const { signal } = new AbortController();
  let opened = 0;
  const counted = () => {
    opened++;
    return open();
  };
  const { files } = await detectFiles(counted, [small, large], { scratch: folder, signal });
  expect(files.map(({ path }) => path)).toEqual([small, large]);
  expect(files[0]?.mapping).toEqual(files[1]?.mapping); // its forty rows could be of either order of day and month
  expect(JSON.stringify(files[0]?.mapping)).toContain("%d/%m/%Y");
  const quick = opened;
  await detectFiles(counted, [large], { scratch: folder, signal, isQuick: true });
  expect(opened - quick).toBe(1);
});
