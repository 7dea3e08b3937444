import { describe, expect, it } from "vitest";
import { MemoryLine } from "./run-figures.ts";

describe("a run's memory over its time", () => {
  it("keeps few samples of a long run, and never loses its peak", () => {
    const line = new MemoryLine();
    for (let second = 0; second < 20_000; second++) line.add(second * 500, second === 7_777 ? 9e9 : 1e9);
    const samples = line.samples();
    expect(samples.length).toBeGreaterThan(100);
    expect(samples.length).toBeLessThanOrEqual(240);
    expect(Math.max(...samples.map(({ bytes }) => bytes))).toBe(9e9);
    expect(samples.map(({ at_ms }) => at_ms)).toEqual([...samples.map(({ at_ms }) => at_ms)].sort((a, b) => a - b));
  });
});
