import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeSmallSnapshot, type SmallSnapshot } from "../../../test/support/small-snapshot.ts";
import { openSession } from "../engine/duckdb.ts";
import { hiveType } from "./foreign-types.ts";
import { handOff } from "./hand-off.ts";

let small: SmallSnapshot;
beforeAll(async () => {
  small = await makeSmallSnapshot({ only: ["profiles", "orders"] });
});
afterAll(() => small.close());

function write(to: string, signal = new AbortController().signal, damage = "") {
  const tables = Object.entries(small.handle.tables).map(([name, paths]) => ({
    name,
    files: paths.flatMap((path) =>
      [0, 3].map((bucket) => ({
        path,
        bucket,
        bytes: statSync(path).size,
        rows: 7,
        sha256: createHash("sha256").update(readFileSync(path)).update(damage).digest("hex"),
      })),
    ),
  }));
  const session = () => openSession({ memoryLimit: 200e6, threads: 1, scratch: small.folder });
  return handOff({ to, tables, about: { snapshot_id: "small" }, session, signal, progress: () => {} });
}

test("a folder that another engine reads as it lies, by its own DDL, with digests that hold", async () => {
  const to = join(small.folder, "handed", "over");
  const { tables } = await write(to);
  expect(tables).toHaveLength(2);
  expect(tables).toContainEqual({ name: "profiles", path: join(to, "profiles"), rows: 14, partitions: 2 });
  const ddl = readFileSync(join(to, "ddl.duckdb.sql"), "utf8").replaceAll("'profiles/", `'${to}/profiles/`);
  await small.session.run("DROP TABLE profiles");
  await small.session.run(/CREATE VIEW "profiles".*;/.exec(ddl)?.[0] ?? "");
  expect(await small.session.rows("SELECT bucket, count(*) AS n FROM profiles GROUP BY 1 ORDER BY 1")).toEqual([
    { bucket: 0, n: 240 },
    { bucket: 3, n: 240 },
  ]);
  const manifest = JSON.parse(readFileSync(join(to, "manifest.json"), "utf8"));
  for (const { path, sha256, bytes } of manifest.tables.flatMap((table: { files: object[] }) => table.files)) {
    const content = readFileSync(join(to, path));
    expect([createHash("sha256").update(content).digest("hex"), content.byteLength]).toEqual([sha256, bytes]);
  }
  const schema = JSON.parse(readFileSync(join(to, "schema.json"), "utf8"));
  expect(schema.tables.find(({ name }: { name: string }) => name === "profiles").columns).toContainEqual({
    name: "top_products",
    type: "ARRAY<STRING>",
    duckdb_type: "VARCHAR[]",
  });
  expect(readFileSync(join(to, "ddl.hive.sql"), "utf8")).toContain("`reasons` MAP<STRING, STRING>");
  expect(existsSync(join(to, "orders", "_SUCCESS"))).toBe(true);
});

test("what stands is never touched, and nothing half is left", async () => {
  const taken = join(small.folder, "taken");
  mkdirSync(taken);
  writeFileSync(join(taken, "mine.txt"), "mine");
  await expect(write(taken)).rejects.toMatchObject({ code: "conflict" });
  expect(readdirSync(taken)).toEqual(["mine.txt"]);
  await expect(write(join(small.folder, "late"), AbortSignal.abort())).rejects.toMatchObject({ code: "cancelled" });
  await expect(write(join(small.folder, "bad"), undefined, "x")).rejects.toMatchObject({ code: "corrupt" });
  expect(readdirSync(small.folder).filter((name) => /^(late|bad)/.test(name))).toEqual([]);
});

test.each([
  ["VARCHAR", "STRING"],
  ["DECIMAL(18, 4)", "DECIMAL(18,4)"],
  ["MAP(VARCHAR, DOUBLE[])", "MAP<STRING, ARRAY<DOUBLE>>"],
  ['STRUCT(a INTEGER, "b c" MAP(VARCHAR, DATE))', "STRUCT<`a`: INT, `b c`: MAP<STRING, DATE>>"],
  ["UBIGINT", "DECIMAL(20,0)"],
  ["TIMESTAMP WITH TIME ZONE", "TIMESTAMP"],
  ["ENUM('a')", "STRING"],
])("%s is %s elsewhere", (type, hive) => {
  expect(hiveType(type)).toBe(hive);
});
