import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSession, type Session } from "./duckdb.ts";
import { shiftsOf, utcSql, wallSql } from "./zone-shifts.ts";

let session: Session;
beforeAll(async () => {
  session = await openSession({ memoryLimit: 256e6, threads: 1, scratch: tmpdir() });
});
afterAll(() => session.close());

const long = { first: "2016-01-01T00:17:03Z", last: "2026-01-01T00:00:00Z" };
const times =
  "SELECT unnest(generate_series(TIMESTAMP '2016-01-01 00:17:03', TIMESTAMP '2026-01-01', INTERVAL 29 MINUTE)) AS t";

describe("the shifts of a zone's clock", () => {
  for (const timeZone of ["Europe/Berlin", "America/Sao_Paulo", "Asia/Kolkata", "Europe/Dublin"])
    it(`give the times that asking ${timeZone} gives`, async () => {
      for (const isWall of [true, false]) {
        const sql = isWall ? utcSql : wallSql;
        const shifts = await shiftsOf(session, { ...long, timeZone, isWall });
        const [by, asked] = [sql("t", { shifts, timeZone }), sql("t", { shifts: null, timeZone })];
        expect(shifts?.length).toBeGreaterThan(0);
        expect(await session.value(`SELECT count(*) FROM (${times}) WHERE ${by} IS DISTINCT FROM ${asked}`)).toBe(0);
        expect(await session.value(`SELECT ${sql("CAST(NULL AS TIMESTAMP)", { shifts, timeZone })}`)).toBeNull();
      }
    });

  it("aren't told where a clock changes within an hour, nor of more years than anybody has", async () => {
    const year = { first: "2024-01-01T00:00:00Z", last: "2024-12-31T00:00:00Z" };
    expect(await shiftsOf(session, { ...year, timeZone: "Australia/Lord_Howe", isWall: true })).toBeNull();
    const ever = { first: "0001-01-01T00:00:00Z", last: "2024-12-31T00:00:00Z" };
    expect(await shiftsOf(session, { ...ever, timeZone: "Europe/Berlin", isWall: true })).toBeNull();
    expect(await shiftsOf(session, { first: null, last: null, timeZone: "Europe/Berlin", isWall: false })).toBeNull();
  });
});
