import { describe, expect, it } from "vitest";
import { parseBytes, queryBytes, workersWithin } from "./memory.ts";

describe("the memory of a run", () => {
  it("is shared by its tasks, without what the program itself and the heaps of its models hold", () => {
    expect(queryBytes(parseBytes("2GB"), 2)).toBe(350e6);
    expect(queryBytes(parseBytes("1GB"), 1)).toBe(200e6);
    expect(queryBytes(parseBytes("12.6GB"), 2)).toBe(3e9);
  });

  it("holds fewer workers where it is little, and refuses to be none", () => {
    expect(workersWithin(16, parseBytes("2GB"), false)).toBe(3);
    expect(workersWithin(16, parseBytes("2GB"), true)).toBe(1);
    expect(workersWithin(2, parseBytes("4GB"), true)).toBe(2);
    expect(workersWithin(2, parseBytes("1GB"), true)).toBe(1);
    for (const isNamed of [false, true])
      expect(() => workersWithin(2, parseBytes("900MB"), isNamed)).toThrow(/too little/);
  });
});
