import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeSmallSnapshot, ordersOnly, type SmallSnapshot } from "../../../test/support/small-snapshot.ts";
import { countSegment } from "../query/counts.ts";
import { quoteText, toCell } from "../query/delimited-text.ts";
import { numberOf } from "../query/estimate.ts";
import { type OpenSnapshot, openSnapshot } from "../query/session-pool.ts";
import { listTemplates } from "./list.ts";
import { type ExportInput, previewExport, writeExport } from "./write-export.ts";

let small: SmallSnapshot;
let snapshot: OpenSnapshot;
beforeAll(async () => {
  small = await makeSmallSnapshot();
  snapshot = await openSnapshot(small.handle, { memoryLimit: 400e6, threads: 1, scratch: small.folder });
});
afterAll(() => {
  snapshot.close();
  small.close();
});

/** A reader of RFC 4180 text, strict about quotes and line ends. */
function readCsv(text: string): string[][] {
  expect(text.endsWith("\r\n")).toBe(true);
  const rows: string[][] = [[]];
  for (let at = 0; at < text.length; ) {
    const cell = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/.exec(text.slice(at, at + 5000));
    if (!cell) throw new Error(`no cell at ${at}`);
    rows.at(-1)?.push(cell[1] !== undefined ? cell[1].replaceAll('""', '"') : (cell[2] ?? ""));
    at += cell[0].length;
    if (cell[3] === "\r\n" && at < text.length) rows.push([]);
  }
  return rows;
}

const inputTo = (path: string, more: Partial<ExportInput> = {}): ExportInput => ({
  definition: { sql: "order_count >= 1" },
  segments: {},
  segment: "buyers",
  sentence: "Customers for whom order_count >= 1.",
  path,
  version: "0.1.0",
  written_at: "2026-07-01T08:00:00Z",
  ...more,
});
const countOf = async (condition: string) =>
  numberOf(await small.session.value(`SELECT count(*) FROM base WHERE ${condition}`));

describe("a list", () => {
  test("leaves out the suppressed and those without consent, each once, and says so beside the file", async () => {
    const path = join(small.folder, "out", "list.csv");
    const written = await writeExport(
      snapshot,
      inputTo(path, { fields: ["phone", "predicted_value_minor", "lifecycle_stage", "reachable_email", "reasons"] }),
    );
    const buyers = await countOf("is_buyer AND i <> 49");
    const suppressed = await countOf("is_buyer AND i % 11 = 0");
    const denied = await countOf("is_buyer AND i % 11 <> 0 AND i % 3 = 0");
    expect(written.left_out).toEqual([
      { reason: "suppressed", count: suppressed },
      { reason: "no_consent", count: denied },
      { reason: "no_address", count: await countOf("is_buyer AND i % 11 <> 0 AND i % 3 <> 0 AND i % 13 = 0") },
    ]);
    const figures = await countSegment(snapshot, inputTo(""));
    expect(figures.reachable).toBe(written.rows);
    const bytes = readFileSync(path);
    const [header, ...rows] = readCsv(bytes.toString("utf8"));
    expect(header).toEqual([
      "customer_id",
      "email",
      "given_name",
      "family_name",
      "phone",
      "predicted_value_minor",
      "lifecycle_stage",
      "reachable_email",
      "reasons",
    ]);
    expect(written.columns).toEqual(header);
    expect(rows).toHaveLength(written.rows);
    const out = written.left_out.reduce((sum, { count }) => sum + count, 0);
    expect(written.rows + out).toBeGreaterThanOrEqual(buyers - 1);
    expect(written.sha256).toBe(createHash("sha256").update(bytes).digest("hex"));
    expect(rows.map(([id]) => id)).toEqual(rows.map(([id]) => id).toSorted());
    const manifest = JSON.parse(readFileSync(written.manifest, "utf8"));
    expect(manifest).toMatchObject({
      format: "assay-list",
      snapshot_id: small.handle.snapshot_id,
      rule: { sql: "order_count >= 1" },
      rows: written.rows,
      sha256: written.sha256,
      left_out: written.left_out,
      template: "csv",
      consent_note: null,
      created_by: expect.stringMatching(/^assay 0\.1\.0/),
    });
    expect(readdirSync(join(small.folder, "out")).toSorted()).toEqual(["list.csv", "list.csv.manifest.json"]);
  });

  test("names customers by the numbers that the retailer's own systems know them by", async () => {
    const path = join(small.folder, "own-numbers.csv");
    const { personal } = await writeExport(snapshot, inputTo(path, { fields: ["source_customer_id"] }));
    const [header, ...rows] = readCsv(readFileSync(path, "utf8"));
    const at = header?.indexOf("source_customer_id") ?? -1;
    expect(rows.every((row) => /^s\d+$/.test(row[at] ?? ""))).toBe(true);
    expect(new Set(rows.map((row) => row[at])).size).toBe(rows.length);
    expect(personal).toContain("source_customer_id");
  });

  test("has no cell that a spreadsheet runs, and keeps phone numbers and numbers", async () => {
    const path = join(small.folder, "safe.csv");
    await writeExport(snapshot, inputTo(path, { fields: ["phone"] }));
    const rows = readCsv(readFileSync(path, "utf8")).slice(1);
    const cells = rows.flat();
    expect(cells.filter((cell) => /^\s*[=@\t\r]|^[+-](?![\d\s().-]+$)/.test(cell))).toEqual([]);
    expect(cells).toContain('\'=HYPERLINK("http://evil.example","pay")');
    expect(cells).toContain("'-2+3");
    expect(cells.some((cell) => /^\+4477009\d{5}$/.test(cell))).toBe(true);
  });

  test("keeps those without consent on request, the suppressed never", async () => {
    const found = await previewExport(snapshot, { ...inputTo(""), include_unreachable: true });
    expect(found.left_out).toEqual([{ reason: "suppressed", count: await countOf("is_buyer AND i % 11 = 0") }]);
    expect(found.sample.length).toBeLessThanOrEqual(8);
    expect(found.columns).toEqual(["customer_id", "email", "given_name", "family_name"]);
  });

  test("holds everyone where the brand knows neither people nor consents", async () => {
    const bare = await makeSmallSnapshot({ only: ordersOnly });
    const open = await openSnapshot(bare.handle, { memoryLimit: 400e6, threads: 1, scratch: bare.folder });
    const path = join(bare.folder, "all.csv");
    const written = await writeExport(open, inputTo(path));
    expect(written.left_out).toEqual([]);
    expect(written.rows).toBe(
      numberOf(await bare.session.value("SELECT count(*) FROM profiles WHERE order_count >= 1")),
    );
    expect(JSON.parse(readFileSync(written.manifest, "utf8")).consent_note).toMatch(/no source of consents/);
    open.close();
    bare.close();
  });

  test("a suppression list known by e-mail alone still holds, without consents nobody else is left out", async () => {
    const consents =
      "SELECT CAST(NULL AS VARCHAR) AS customer_id, 'Person5@Example.com ' AS email, 'email' AS channel, CAST(NULL AS VARCHAR) AS purpose, 'suppressed' AS status, CAST(NULL AS TIMESTAMP) AS occurred_at, 'list' AS source";
    const other = await makeSmallSnapshot({ replace: { consents } });
    const open = await openSnapshot(other.handle, { memoryLimit: 400e6, threads: 1, scratch: other.folder });
    const found = await previewExport(open, inputTo(""));
    const addressless = await countOf("is_buyer AND i % 13 = 0");
    expect(found.left_out).toEqual([
      { reason: "suppressed", count: 1 },
      { reason: "no_address", count: addressless },
    ]);
    open.close();
    other.close();
  });

  test("the latest consent decides, a refusal on the same day wins", async () => {
    const consents = `SELECT customer_id, CAST(NULL AS VARCHAR) AS email, 'email' AS channel, 'marketing' AS purpose, s AS status, said_at AS occurred_at, 'crm' AS source FROM base,
      (VALUES (1, 'granted', TIMESTAMP '2026-01-01'), (1, 'withdrawn', TIMESTAMP '2026-02-01'), (2, 'denied', TIMESTAMP '2026-01-01'), (2, 'granted', TIMESTAMP '2026-02-01'),
        (3, 'granted', TIMESTAMP '2026-01-01'), (3, 'denied', TIMESTAMP '2026-01-01')) v(who, s, said_at) WHERE who = i`;
    const other = await makeSmallSnapshot({ replace: { consents } });
    const open = await openSnapshot(other.handle, { memoryLimit: 400e6, threads: 1, scratch: other.folder });
    const found = await previewExport(open, { definition: {}, segments: {}, fields: [] });
    const [id] = await other.session.rows("SELECT customer_id FROM base WHERE i = 2");
    expect(found.rows).toBe(1);
    expect(found.sample[0]?.[0]).toBe(id?.customer_id);
    open.close();
    other.close();
  });

  test("leaves nothing half written when it fails or is cancelled", async () => {
    const folder = join(small.folder, "failing");
    mkdirSync(join(folder, "taken"), { recursive: true });
    await expect(writeExport(snapshot, inputTo(join(folder, "taken")))).rejects.toMatchObject({ code: "bad_input" });
    await expect(writeExport(snapshot, inputTo(join(small.folder, "safe.csv", "list.csv")))).rejects.toMatchObject({
      code: "bad_input",
      message: expect.stringContaining("safe.csv can't be a folder: a file is in its way"),
    });
    const stop = new AbortController();
    const cancelled = writeExport(snapshot, inputTo(join(folder, "list.csv")), stop.signal, () => stop.abort());
    await expect(cancelled).rejects.toMatchObject({ code: "cancelled" });
    expect(existsSync(join(folder, "list.csv"))).toBe(false);
    expect(readdirSync(folder)).toEqual(["taken"]);
  });

  test("for a platform that matches by digests holds no readable address, and only who allowed it", async () => {
    const consents = `SELECT customer_id, printf('person%d@example.com', i) AS email, CASE WHEN i % 2 = 0 THEN 'ads' ELSE 'email' END AS channel,
      'granted' AS status, TIMESTAMP '2026-01-01 00:00:00' AS occurred_at FROM base`;
    const other = await makeSmallSnapshot({ replace: { consents } });
    const open = await openSnapshot(other.handle, { memoryLimit: 400e6, threads: 1, scratch: other.folder });
    const path = join(other.folder, "meta.csv");
    const written = await writeExport(open, inputTo(path, { template: "meta" }));
    const text = readFileSync(path, "utf8");
    const [, ...rows] = readCsv(text);
    expect(text).not.toContain("@");
    expect(rows.flat().filter((cell) => !/^([0-9a-f]{64})?$/.test(cell))).toEqual([]);
    expect(rows).toHaveLength(written.rows);
    const emails = createHash("sha256").update("person2@example.com").digest("hex");
    expect(rows.filter(([email]) => email === emails)).toHaveLength(1);
    open.close();
    other.close();
  });

  test("refuses unknown templates and fields", async () => {
    await expect(previewExport(snapshot, { ...inputTo(""), template: "fax" })).rejects.toMatchObject({
      code: "not_found",
    });
    await expect(previewExport(snapshot, { ...inputTo(""), fields: ['email", (SELECT 1)'] })).rejects.toMatchObject({
      code: "bad_input",
    });
    expect(listTemplates().templates.map(({ name }) => name)).toEqual([
      "csv",
      "klaviyo",
      "mailchimp",
      "braze",
      "meta",
      "google",
    ]);
  });
});

test.each([
  ["=1+1", '"\'=1+1"'],
  [" =1+1", '"\' =1+1"'],
  ["@x", '"\'@x"'],
  ["\tx", '"\'\tx"'],
  ["＝1", '"\'＝1"'],
  ["+44", '"\'+44"'],
  ['a "b"', '"a ""b"""'],
  ["line\nbreak", '"line\nbreak"'],
])("the cell of %j is %s", (text, cell) => {
  expect(quoteText(text)).toBe(cell);
});

test("numbers, flags and unknowns are bare; only a whole phone number keeps its plus", () => {
  expect([toCell(-1.5), toCell(true), toCell(null), toCell(["a", "b"])]).toEqual([
    "-1.5",
    "true",
    "",
    '"[""a"",""b""]"',
  ]);
  expect([quoteText("+447700900000", true), quoteText("+1+1", true), quoteText("=+447700900000", true)]).toEqual([
    '"+447700900000"',
    '"\'+1+1"',
    '"\'=+447700900000"',
  ]);
});
