import { tmpdir } from "node:os";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openSession } from "../engine/duckdb.ts";
import { literal } from "../engine/sql.ts";
import { clusterRecords } from "./clusters.ts";
import { isJunkEmail, isJunkPhone, usableEmailSql, usablePhoneSql } from "./junk.ts";
import { measureClusters } from "./quality.ts";

const none = (n: number) => new Array<string | null>(n).fill(null);

describe("what clusters look like", () => {
  test("counts sizes, joined records and names that conflict", () => {
    const leader = Int32Array.from([0, 0, 0, 3, 4, 4]);
    const measured = measureClusters({ leader }, ["ann smith", "a smith", null, "bob jones", "cyd moss", "dan poole"]);
    expect(measured).toMatchObject({ records: 6, clusters: 3, largest: 3, conflicting: 1 });
    expect(measured.linked_share).toBeCloseTo(5 / 6);
    expect(measured.sizes.filter(({ clusters }) => clusters > 0)).toEqual([
      { from: 1, clusters: 1 },
      { from: 2, clusters: 1 },
      { from: 3, clusters: 1 },
    ]);
  });

  test("is finite without records", () => {
    expect(measureClusters({ leader: new Int32Array() }, [])).toMatchObject({
      records: 0,
      clusters: 0,
      linked_share: 0,
    });
  });

  test("adds up for any clusters", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(8), { maxLength: 40 }), (leaders) => {
        const measured = measureClusters({ leader: Int32Array.from(leaders) }, none(leaders.length));
        expect(measured.sizes.reduce((sum, { clusters }) => sum + clusters, 0)).toBe(measured.clusters);
        expect(measured.conflicting).toBe(0);
      }),
    );
  });
});

describe("a name that could be several people's", () => {
  const phone = "+447700900123";
  const cluster = (names: readonly string[]) =>
    Array.from(
      clusterRecords(
        {
          record: [...names.keys()],
          email: none(names.length),
          phone: names.map(() => phone),
          loyalty: none(names.length),
          name: names,
        },
        names.length,
        { maxSharing: 6, maxCluster: 60 },
      ).leader,
    );

  test("joins the one that it fits", () => {
    expect(cluster(["Sarah Frost", "S. Frost", "Oliver Frost"])).toEqual([0, 0, 2]);
  });

  test("joins none where it fits two", () => {
    expect(cluster(["Sarah Frost", "S. Frost", "Samuel Frost"])).toEqual([0, 1, 2]);
  });

  test("is decided fast where thousands share a value", () => {
    const letters = (n: number) =>
      String.fromCharCode(
        97 + (n % 26),
        97 + (Math.floor(n / 26) % 26),
        97 + (Math.floor(n / 676) % 26),
        122 - (n % 7),
      );
    const names = Array.from({ length: 20_000 }, (_, n) => `${letters(n)} ${letters(n * 31 + 7)}`);
    const before = performance.now();
    expect(new Set(cluster(names)).size).toBe(names.length);
    expect(performance.now() - before).toBeLessThan(3000);
  });
});

describe("junk in SQL", () => {
  test("is what it is elsewhere", async () => {
    const emails = [
      "ann@shop.example",
      "NoReply@shop.example",
      "none@none",
      "test1@x.org",
      "asdf_9@x.org",
      "xx@y.org",
      "alexx@y.org",
      "a@mailinator.com",
      "customer22@till.example",
      "n/a@x.org",
    ];
    const phones = [
      "+447700900123",
      "+441234567",
      "12",
      "+440000000",
      "+4477000000001",
      "+4479876543210",
      "(07707) 568-900",
    ];
    const session = await openSession({ memoryLimit: 200e6, threads: 1, scratch: tmpdir() });
    const answer = async (values: readonly string[], sql: string) =>
      (
        await session.rows(
          `SELECT ${sql} IS NULL AS junk FROM (VALUES ${values.map((value, at) => `(${at}, ${literal(value)})`).join(", ")}) AS t(n, v) ORDER BY n`,
        )
      ).map((row) => row["junk"]);
    expect(await answer(emails, usableEmailSql("v"))).toEqual(emails.map(isJunkEmail));
    expect(await answer(phones, usablePhoneSql("v"))).toEqual(phones.map(isJunkPhone));
    session.close();
  });
});
