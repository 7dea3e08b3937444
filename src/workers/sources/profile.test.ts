import { tmpdir } from "node:os";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSession, type Session } from "../engine/duckdb.ts";
import { literal } from "../engine/sql.ts";
import { dateFormats, formatsLike } from "./profile.ts";

let session: Session;
beforeAll(async () => {
  session = await openSession({ memoryLimit: 200e6, threads: 1, scratch: tmpdir() });
});
afterAll(() => session.close());

test("a text that a format reads is one that it is tried on", async () => {
  const written = dateFormats.map((format) => `strftime(v, ${literal(format)})`).join(", ");
  const variants =
    "t, ' ' || t, replace(t, ' ', '  '), ltrim(t, '0'), replace(t, '-0', '-'), replace(t, '+00', '+02:00'), t || ' '";
  const texts = await session.rows(
    `SELECT DISTINCT unnest([${variants}]) AS t FROM (SELECT unnest([${written}]) AS t FROM (VALUES (TIMESTAMPTZ '2024-03-05 04:07:09.5'), (TIMESTAMPTZ '2023-12-31 23:59:59')) d(v))`,
  );
  const reads = dateFormats
    .map((format, at) => `try_strptime(t, ${literal(format)}) >= TIMESTAMPTZ '1900-01-01' AS f${at}`)
    .join(", ");
  const all = texts.map(({ t }) => `(${literal(String(t))})`).join(", ");
  const read = await session.rows(`SELECT t, ${reads} FROM (VALUES ${all}) v(t)`);
  const missed = read.flatMap((row) => {
    const tried = new Set(formatsLike([String(row.t)]));
    return dateFormats
      .filter((format, at) => row[`f${at}`] === true && !tried.has(format))
      .map((format) => [row.t, format]);
  });
  expect(missed).toEqual([]);
  expect(read.length).toBeGreaterThan(300);
  expect(formatsLike(["2024-03-05 10:11:12"]).length).toBeLessThan(20);
});
