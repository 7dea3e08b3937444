import { describe, expect, it } from "vitest";
import { neighbours } from "./ideas.ts";

const number = (more: object) => ({
  kind: "number" as const,
  label: "l",
  help: "h",
  default: 4,
  min: 0,
  max: 10,
  ...more,
});

describe("values to begin with", () => {
  it("are half and double, within the range and whole where it is counted", () => {
    expect(neighbours(number({}))).toEqual([2, 8]);
    expect(neighbours(number({ default: 8 }))).toEqual([4, 10]);
    expect(neighbours(number({ default: 5, integer: true }))).toEqual([3, 10]);
    expect(neighbours(number({ default: 0, min: 0, max: 1 }))).toEqual([0.25, 0.5]);
    expect(neighbours(number({ default: 10 }))).toEqual([5]);
  });
});
