import { linkSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeGrowth, efsAdvice, growthOf, isEfs, storedBytes } from "./share-forecast.ts";

const now = Date.parse("2026-05-01T12:00:00Z");

it("counts each file once whatever its names, and forecasts from the days after the first", () => {
  const folder = mkdtempSync(join(tmpdir(), "assay-forecast-"));
  mkdirSync(join(folder, "a"));
  for (let age = 0; age <= 10; age++) {
    const path = join(folder, "a", `f${age}`);
    writeFileSync(path, Buffer.alloc(age === 10 ? 100_000 : 1_000));
    utimesSync(path, now / 1000, (now - age * 86_400_000 - 1000) / 1000);
  }
  linkSync(join(folder, "a", "f3"), join(folder, "again"));
  const stored = storedBytes(folder, now);
  expect(stored).toMatchObject({ bytes: 110_000, files: 11, isWhole: true });
  expect(growthOf(stored, 1e6)).toEqual({ perMonth: 30_000, fullInDays: null });
  expect(growthOf(stored, 60_000).fullInDays).toBe(60);
  expect(describeGrowth(stored, 60_000).advice).toMatch(/60 more days/);
  expect(storedBytes(folder, now, -1).isWhole).toBe(false);
  rmSync(folder, { recursive: true });
});

it("a young workspace has no forecast", () => {
  const young = { bytes: 5e9, files: 10, recent: [5e9, 0, 0], isWhole: true };
  expect(growthOf(young, 1e9)).toEqual({ perMonth: 0, fullInDays: null });
  expect(describeGrowth(young, 1e9)).toEqual({ measured: "5.0 GB in 10 files, too young for a forecast", advice: "" });
});

it("says what EFS gives at that size, and knows one", () => {
  const stored = { bytes: 100 * 1024 ** 3, files: 10, recent: [], isWhole: true };
  expect(efsAdvice(stored, 8)).toMatchObject({ isSlow: true, advice: expect.stringMatching(/Elastic/) });
  expect(efsAdvice(stored, 300).measured).toBe(
    "Bursting would sustain 5.1 MB/s at this size, 300 MB/s measured; storage about $32.21 a month (us-east-1, Standard)",
  );
  const mount = { at: "/m", kind: "nfs4", options: "" };
  expect(isEfs({ ...mount, source: "fs-0123456789abcdef0.efs.eu-west-1.amazonaws.com:/" })).toBe(true);
  expect(isEfs({ ...mount, source: "files.example.com:/" })).toBe(false);
});
