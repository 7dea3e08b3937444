import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readLog } from "../../src/workers/engine/brand-log.ts";
import { verifyBrand } from "../../src/workers/engine/verify.ts";
import { quickFolder } from "../support/folders.ts";
import { commitOnce, taskKey } from "../support/one-commit.ts";
import { type Ended, startCommit } from "../support/shim.ts";

const isFull = process.env.ASSAY_FAULTS === "full";
let root: string;
beforeAll(() => {
  root = quickFolder("writers");
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function freshBrand(name: string): string {
  const brandDir = join(root, name);
  for (const folder of ["log", "artifacts", "tmp"]) mkdirSync(join(brandDir, folder), { recursive: true });
  return brandDir;
}

const start = (brandDir: string, n: number, key?: string) =>
  startCommit({
    brandDir,
    scratch: join(root, `s${n}`),
    attempt: `a${n}`,
    content: `rows ${n}`,
    ...(key ? { key } : {}),
  });

describe("several processes at once", { timeout: 120_000 }, () => {
  test.each([2, 4])("%i with one task: one result, which all acknowledge", async (processes) => {
    for (let round = 0; round < (isFull ? 20 : 3); round++) {
      const brandDir = freshBrand(`one-task-${processes}-${round}`);
      const ends = await Promise.all(Array.from({ length: processes }, (_, n) => start(brandDir, n).ended));
      const [first] = ends;
      expect(ends.map(({ answer }) => answer?.id)).toEqual(ends.map(() => first?.answer?.id));
      expect(ends.filter(({ answer }) => answer?.adopted === false)).toHaveLength(1);
      expect(verifyBrand(brandDir)).toMatchObject({ entries: 1, artifacts: 1, findings: [] });
    }
  });

  test.each([2, 4])("%i with tasks of their own: dense versions, nothing lost", async (processes) => {
    const brandDir = freshBrand(`own-tasks-${processes}`);
    const keys = Array.from({ length: processes }, (_, n) => String(n).padEnd(64, "e"));
    const ends = await Promise.all(keys.map((key, n) => start(brandDir, n, key).ended));
    expect(ends.map(({ answer }) => answer?.version).sort()).toEqual(keys.map((_, n) => n + 1));
    expect(
      readLog(brandDir, 1)
        .map(({ taskKey: key }) => key)
        .sort(),
    ).toEqual(keys);
    expect(verifyBrand(brandDir)).toMatchObject({ artifacts: processes, findings: [] });
  });

  test("processes that are killed at random moments lose nothing that was acknowledged", {
    timeout: 120_000,
  }, async () => {
    const brandDir = freshBrand("torture");
    const keys = Array.from({ length: 6 }, (_, n) => `${n}`.padEnd(64, "7"));
    const acknowledged = new Map<string, NonNullable<Ended["answer"]>>();
    const began = performance.now();
    await start(freshBrand("measured"), 99).ended;
    const usual = performance.now() - began;
    let kills = 0;
    for (let round = 0; round < (isFull ? 40 : 4); round++) {
      await Promise.all(
        [0, 1, 2].map(async (n) => {
          const key = keys[(round * 3 + n * n) % keys.length] ?? taskKey;
          const writer = start(brandDir, round * 3 + n, key);
          const timer = setTimeout(() => writer.kill(), usual * (0.4 + ((round * 37 + n * 53) % 100) / 120));
          const { answer, signal } = await writer.ended;
          clearTimeout(timer);
          if (signal === "SIGKILL") kills++;
          const before = acknowledged.get(key);
          if (answer && before) expect(answer).toMatchObject({ id: before.id, version: before.version, adopted: true });
          if (answer) acknowledged.set(key, answer);
        }),
      );
      expect(verifyBrand(brandDir).findings).toEqual([]);
    }
    expect(kills).toBeGreaterThan(0);
    for (const [key, answer] of acknowledged) {
      const again = commitOnce({ brandDir, scratch: join(root, "last"), attempt: "last", key });
      expect(again).toEqual({ id: answer.id, version: answer.version, adopted: true });
    }
  });
});
