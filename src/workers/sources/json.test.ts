import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSession, type Session } from "../engine/duckdb.ts";
import { openRaw } from "./open-raw.ts";
import type { RawTable } from "./raw.ts";

let folder: string;
let session: Session;
let counted = 0;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "assay-json-"));
  session = await openSession({ memoryLimit: 512e6, threads: 2, scratch: folder });
});
afterAll(() => {
  session.close();
  rmSync(folder, { recursive: true, force: true });
});
const signal = new AbortController().signal;

async function rowsOf(raw: RawTable) {
  if (raw.columns.length === 0) return [];
  const names = raw.columns.map((_, at) => `c${at}`);
  const found = await session.rows(`SELECT ${names.join(", ")} FROM ${raw.table} ORDER BY source_row, row_number`);
  return found.map((row) =>
    Object.fromEntries(raw.columns.flatMap((name, at) => (row[`c${at}`] === null ? [] : [[name, row[`c${at}`]]]))),
  );
}

async function read(content: string | Uint8Array, name = "file.json", asItLies = false) {
  const path = join(folder, `${++counted}-${name}`);
  writeFileSync(path, content);
  const { raw, prepared } = await openRaw(session, path, { scratch: folder, signal, asItLies });
  const rejects = await session.rows(`SELECT line, reason, value, source_row FROM ${raw.rejects} ORDER BY source_row`);
  expect(raw.rowsRejected).toBe(rejects.length);
  const rows = await rowsOf(raw);
  expect(raw.rowsRead).toBe(rows.length + rejects.length);
  const lists: Record<string, Awaited<ReturnType<typeof rowsOf>>> = {};
  for (const [list, table] of raw.lists ?? []) lists[list] = await rowsOf(table);
  return { rows, rejects, lists, raw, prepared };
}

const two = [
  { id: 1, name: "Ann" },
  { id: 2, name: "Bob" },
];
const wanted = [
  { id: "1", name: "Ann" },
  { id: "2", name: "Bob" },
];

describe("JSON", () => {
  it.each([
    ["an array", JSON.stringify(two), "json"],
    ["an array with line ends", `\ufeff\n${JSON.stringify(two, null, 2)}\n`, "json"],
    ["an object with one list", JSON.stringify({ page: 1, people: two, next: null }), "json"],
    ["a list deeper in objects", JSON.stringify({ data: { people: two }, total: 2 }), "json"],
    ["a record a line", two.map((one) => JSON.stringify(one)).join("\n"), "ndjson"],
    ["records one after another", two.map((one) => JSON.stringify(one, null, 1)).join("\n\n"), "json"],
  ])("is read as %s", async (_, content, format) => {
    const found = await read(content);
    expect(found.rows).toEqual(wanted);
    expect(found.rejects).toEqual([]);
    expect(found.prepared.format).toBe(format);
  });

  it("is unpacked and transcoded first", async () => {
    const text = JSON.stringify([{ id: 1, name: "Zoë" }]);
    const utf16 = Buffer.from(`\ufeff${text}`, "utf16le");
    for (const bytes of [gzipSync(text), zstdCompressSync(Buffer.from(text)), utf16, gzipSync(utf16)]) {
      expect((await read(bytes)).rows).toEqual([{ id: "1", name: "Zoë" }]);
    }
    expect((await read(gzipSync(text), "file.json.gz")).prepared).toMatchObject({
      format: "json",
      compression: "gzip",
    });
  });

  it("has nested objects as columns, plain lists as one text, and pairs by their key", async () => {
    const event = {
      user: { id: "u1", geo: { city: "Leeds" } },
      tags: ["vip", "new"],
      event_params: [
        { key: "page", value: { string_value: "/hat", int_value: null } },
        { key: "session", value: { int_value: 7 } },
      ],
      none: null,
      empty: {},
      is_new: true,
    };
    expect((await read(JSON.stringify([event]))).rows).toEqual([
      {
        "user.id": "u1",
        "user.geo.city": "Leeds",
        tags: "vip, new",
        "event_params.page": "/hat",
        "event_params.session": "7",
        is_new: "true",
      },
    ]);
  });

  it("has lists of objects as tables of their own, with the columns of what holds them", async () => {
    const orders = [
      { id: 1, lines: [{ sku: "hat", parts: [{ n: 1 }, { n: 2 }] }, { sku: "sock" }] },
      { id: 2, lines: [] },
      { id: 3, note: "late", lines: [{ sku: "coat" }] },
    ];
    const { rows, lists } = await read(JSON.stringify({ orders }));
    expect(rows).toEqual([{ id: "1" }, { id: "2" }, { id: "3", note: "late" }]);
    expect(lists).toEqual({
      lines: [
        { "lines.sku": "hat", "lines.#": "1", id: "1" },
        { "lines.sku": "sock", "lines.#": "2", id: "1" },
        { "lines.sku": "coat", "lines.#": "1", id: "3", note: "late" },
      ],
      "lines.parts": [
        { "lines.parts.n": "1", "lines.parts.#": "1", "lines.sku": "hat", "lines.#": "1", id: "1" },
        { "lines.parts.n": "2", "lines.parts.#": "2", "lines.sku": "hat", "lines.#": "1", id: "1" },
      ],
    });
  });

  it("of one record with a list is that record", async () => {
    const { rows, lists } = await read(JSON.stringify({ id: 7, line_items: [{ sku: "hat" }] }));
    expect(rows).toEqual([{ id: "7" }]);
    expect(lists["line_items"]).toHaveLength(1);
  });

  it("with several lists side by side is no table", async () => {
    await expect(read(JSON.stringify({ orders: two, people: two }))).rejects.toMatchObject({
      code: "bad_input",
      message: expect.stringContaining("orders, people"),
    });
  });

  it("keeps every digit of a number that is too long to count with", async () => {
    const { rows } = await read('[{"id": 12345678901234567890, "ok": 1.50}, {"id": 2, "ok": 1.50}]');
    expect(rows.map(({ id }) => id)).toEqual(["12345678901234567890", "2"]);
    const plain = await read('[{"ok": 1.50, "lines": [{"a": 1}]}]', "file.json", true);
    expect(plain.rows).toEqual([{ ok: "1.50", lines: '[{"a":"1"}]' }]);
  });

  it("never takes a key for anything but a name", async () => {
    const { rows } = await read('[{"__proto__": {"x": 1}, "a\\"; DROP TABLE t": 2, "ID": 3, "id": 4, "c0": 5}]');
    expect(rows).toEqual([{ "__proto__.x": "1", 'a"; DROP TABLE t': "2", ID: "3", id_2: "4", c0: "5" }]);
  });
});

describe("faulty JSON", () => {
  it("costs its own line, with its place", async () => {
    const lines = ['{"id": 1}', '{"id": 2,}', "", '{"id": [1, 2}', "7", '{"id": "\xe9"}', '{"id": 3'];
    const { rows, rejects } = await read(lines.join("\n"), "events.ndjson");
    expect(rows).toEqual([{ id: "1" }, { id: "é" }]);
    expect(rejects.map(({ line, reason }) => [line, reason])).toEqual([
      [2, "invalid_json"],
      [4, "invalid_json"],
      [5, "no_object"],
      [7, "invalid_json"],
    ]);
  });

  it("costs its own element of a list, with the line of the fault", async () => {
    const { rows, rejects } = await read('[\n{"id": 1},\n{"id":\n 1 2},\n3,\n"x",\n{"id": 4},\n{"id": 5');
    expect(rows).toEqual([{ id: "1" }, { id: "4" }]);
    expect(rejects.map(({ line, reason, source_row }) => [line, reason, source_row])).toEqual([
      [4, "invalid_json", 2],
      [5, "no_object", 3],
      [6, "no_object", 4],
      [8, "cut_short", 6],
    ]);
  });

  it("too deep or too long is never parsed", async () => {
    const deep = "[".repeat(200_000) + "]".repeat(200_000);
    expect((await read(deep)).rejects).toMatchObject([{ reason: "too_deep", line: 1 }]);
    expect((await read(`{"a":${'{"a":'.repeat(150)}1${"}".repeat(150)}}\n{"id":1}`, "d.ndjson")).rejects).toMatchObject(
      [{ reason: "too_deep" }],
    );
    const long = await read(`[{"id":1},{"id":"${"x".repeat(17e6)}"},{"id":3}]`);
    expect(long.rows).toEqual([{ id: "1" }, { id: "3" }]);
    expect(long.rejects).toMatchObject([{ reason: "too_long" }]);
  });

  it("of too many columns is named", async () => {
    const wide = Object.fromEntries(Array.from({ length: 20_001 }, (_, at) => [`k${at}`, 1]));
    await expect(read(JSON.stringify([wide]))).rejects.toMatchObject({ code: "bad_input" });
  });

  it("leaves nothing in the scratch folder", () => {
    expect(readdirSync(folder).filter((name) => name.startsWith("file-"))).toEqual([]);
  });
});

describe("records of any shape", () => {
  it("come through whole in every form", async () => {
    const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant('a\n"b", \\ ü'));
    const record = fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), value, { minKeys: 1 });
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 6 }), async (records) => {
        const expected = records.map((one) =>
          Object.fromEntries(
            Object.entries(one).flatMap(([key, cell]) =>
              cell === "" ? [] : [[key, String(cell).replaceAll("\0", "\ufffd")]],
            ),
          ),
        );
        const forms = [
          JSON.stringify(records),
          JSON.stringify(records, null, 2),
          records.map((one) => JSON.stringify(one)).join("\n"),
        ];
        for (const [at, text] of forms.entries())
          expect((await read(text, at === 2 ? "a.ndjson" : "a.json")).rows).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });
});
