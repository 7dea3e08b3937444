import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeSmallSnapshot, type SmallSnapshot } from "../../../test/support/small-snapshot.ts";
import { modelDrift, stabilityIndex } from "./model-drift.ts";
import { type OpenSnapshot, openSnapshot } from "./session-pool.ts";

let small: SmallSnapshot;
const open: OpenSnapshot[] = [];

async function withScores(name: string, sql: string): Promise<OpenSnapshot> {
  const path = join(small.folder, `${name}.parquet`);
  await small.session.toParquet(sql, path);
  const tables = { profiles: small.handle.tables["profiles"] ?? [], scores_toy: [path] };
  const handle = { ...small.handle, snapshot_id: name, tables };
  const opened = await openSnapshot(handle, { memoryLimit: 400e6, threads: 2, scratch: small.folder });
  open.push(opened);
  return opened;
}
const scores = (chance: string, word = "'calm'") =>
  `SELECT printf('c%d', i) AS customer_id, ${chance} AS chance, ${word} AS word, i AS n, ['a'] AS list FROM range(1000) t(i)`;
const drift = async (now: OpenSnapshot, then: OpenSnapshot, ...outputs: string[]) =>
  (
    await modelDrift(
      now,
      then,
      {
        models: [
          { model: "toy", outputs },
          { model: "absent", outputs },
        ],
      },
      "",
    )
  ).outputs;

beforeAll(async () => {
  small = await makeSmallSnapshot();
});
afterAll(() => {
  for (const one of open) one.close();
  small.close();
});

describe("the stability index", () => {
  test("is the sum over groups, by hand", () => {
    expect(stabilityIndex([50, 50], [50, 50])).toBe(0);
    const expected = (0.7 - 0.5) * Math.log(0.7 / 0.5) + (0.3 - 0.5) * Math.log(0.3 / 0.5);
    expect(stabilityIndex([50, 50], [70, 30])).toBeCloseTo(expected, 12);
    expect(stabilityIndex([500, 500], [70, 30])).toBeCloseTo(expected, 12); // shares, not counts
    expect(Number.isFinite(stabilityIndex([10, 0], [0, 10]))).toBe(true);
  });
});

describe("how scores moved", () => {
  test("is nothing between a snapshot and itself, whatever the order of its rows", async () => {
    const then = await withScores("same", scores("i / 1000.0", "CASE WHEN i % 3 = 0 THEN 'wild' ELSE 'calm' END"));
    const now = await withScores(
      "turned",
      `SELECT * FROM (${scores("i / 1000.0", "CASE WHEN i % 3 = 0 THEN 'wild' ELSE 'calm' END")}) ORDER BY n DESC`,
    );
    for (const one of await drift(now, then, "chance", "word", "n")) expect(one.psi).toBe(0);
  });

  test("shows in index, mean and the unknown", async () => {
    const then = await withScores("then", scores("i / 1000.0", "CASE WHEN i < 500 THEN 'wild' ELSE 'calm' END"));
    const now = await withScores(
      "now",
      scores("CASE WHEN i >= 100 THEN i / 2000.0 END", "CASE WHEN i < 700 THEN 'wild' ELSE 'calm' END"),
    );
    const [chance, word, ...others] = await drift(now, then, "chance", "word", "list", "missing");
    expect(chance).toMatchObject({ known_then: 1000, unknown_then: 0, known_now: 900, unknown_now: 100 });
    expect(chance?.mean_then).toBeCloseTo(0.4995, 10);
    expect(chance?.mean_now).toBeCloseTo(0.27475, 10);
    expect(chance?.psi).toBeGreaterThan(0.25); // half the scale, and a tenth unknown
    expect(word?.psi).toBeCloseTo(0.2 * Math.log(1.4) - 0.2 * Math.log(0.6), 10);
    expect(others).toEqual([]); // lists and columns that one of them lacks aren't compared
  });
});
