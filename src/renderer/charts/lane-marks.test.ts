import { describe, expect, it } from "vitest";
import { type LaneTask, marksOf, pixelOf, secondOf, taskAt } from "./lane-marks.ts";

const task = (key: string, from: number, to: number | null, more: Partial<LaneTask> = {}): LaneTask => ({
  ...{ key, name: key, lane: 1, from, to, expectedTo: null, colour: "blue" },
  ...{ isFailed: false, isLost: false, isPlanned: false, isCritical: false },
  ...more,
});
const drawn = { from: 0, to: 100, left: 100, right: 1100 };

describe("boxes on lanes", () => {
  it("stand where their seconds are, and those that run end now", () => {
    const marks = marksOf([task("a", 10, 20), task("b", 90, null)], drawn, 95);
    expect(marks.map(({ x, width }) => [x, width])).toEqual([
      [200, 99],
      [1000, 49],
    ]);
    expect(secondOf(pixelOf(33, drawn), drawn)).toBeCloseTo(33, 9);
  });

  it("are few however many tasks there are, and none that matters is hidden", () => {
    const many = Array.from({ length: 100_000 }, (_, at) => task(String(at), at / 1_000, (at + 1) / 1_000));
    const failed = task("failed", 50, 50.001, { isFailed: true });
    const marks = marksOf([...many, failed], drawn, 100);
    expect(marks.length).toBeLessThan(10);
    expect(marks.reduce((sum, { count }) => sum + count, 0)).toBe(100_001);
    expect(marks.some(({ task: { key }, width }) => key === "failed" && width >= 1.5)).toBe(true);
  });

  it("keep what is planned apart from what was done", () => {
    const tasks = [task("a", 1, 1.001), task("b", 1.002, 1.003, { isPlanned: true })];
    expect(marksOf(tasks, drawn, 1.001).map(({ task: { key } }) => key)).toEqual(["a", "b"]);
  });

  it("are cut at the edges of what is in sight", () => {
    const near = { ...drawn, from: 15, to: 25 };
    const [mark] = marksOf([task("a", 10, 90), task("gone", 0, 5)], near, 100);
    expect(mark).toMatchObject({ x: 100, width: 999 });
  });

  it("are found under the pointer, or a little beside it", () => {
    const tasks = [task("a", 10, 20), task("b", 30, 40), task("c", 10, 20, { lane: 2 })];
    const at = (lane: number, second: number) => taskAt(tasks, { lane, second, within: 1, now: 100 })?.key;
    expect([at(1, 15), at(2, 15), at(1, 20.5), at(1, 29.3), at(1, 25)]).toEqual(["a", "c", "a", "b", undefined]);
  });
});
