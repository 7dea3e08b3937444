import { describe, expect, it } from "vitest";
import { parseBytes, queryBytes, workersWithin } from "./memory.ts";

describe("the memory of a run", () => {
  it("is shared by its tasks, without what the program itself and the heaps of its models hold", () => {
    expect(queryBytes(parseBytes("2GB"), 2)).toBe(480e6);
    expect(queryBytes(parseBytes("1GB"), 1)).toBe(360e6);
    expect(queryBytes(parseBytes("12.4GB"), 2)).toBe(4.5e9);
  });

  it("holds fewer workers where it is little, and refuses to be none", () => {
    expect(workersWithin(16, parseBytes("2GB"))).toBe(4);
    expect(workersWithin(2, parseBytes("2GB"))).toBe(2);
    expect(workersWithin(2, parseBytes("800MB"))).toBe(1);
    expect(() => workersWithin(2, parseBytes("700MB"))).toThrow(/too little/);
  });
});
