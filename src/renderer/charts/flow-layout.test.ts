import { expect, test } from "vitest";
import { layFlow } from "./flow-layout.ts";

const links = [
  { from: "active", to: "active", customers: 4_000 },
  { from: "active", to: "cooling", customers: 1_046 },
  { from: "cooling", to: "active", customers: 451 },
  { from: "lapsed", to: "lapsed", customers: 6_882 },
  { from: "first_seen_later", to: "new", customers: 3 },
];

test("ribbons add up to their stages on both sides and everything fits", () => {
  const { from, to, ribbons } = layFlow(links, 290, 26);
  for (const stage of from) {
    const sum = ribbons.filter((one) => one.from === stage.stage).reduce((n, { size }) => n + size, 0);
    expect(sum).toBeCloseTo(stage.size);
  }
  for (const stage of [...from, ...to]) expect(stage.y + Math.max(14, stage.size)).toBeLessThanOrEqual(290);
  expect(to.map(({ stage }) => stage)).toEqual(["new", "active", "cooling", "lapsed"]);
});

test("nobody makes no flow", () => {
  expect(layFlow([], 290, 26).ribbons).toEqual([]);
});
