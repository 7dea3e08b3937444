import { describe, expect, it } from "vitest";
import { findingsOf, linesOfSets, type Measured, measuredCells, provenLines } from "../../scripts/model-pages-sets.ts";
import { models } from "../../src/workers/models/list.ts";

const [first, second, third] = models.slice(0, 3).map((model) => model);
if (!first || !second || !third) throw new Error("there are models");
const row = (model: string, value: number, baseline_value: number) => ({
  ...{
    model,
    metric: first.mainMetric ?? "mae",
    value,
    low: null,
    high: null,
    baseline: "naive",
    baseline_value,
    n: 100,
  },
  ...{ cut_on: "2026-01-01", horizon_days: 90, beats_baseline: value < baseline_value },
});
const measured: Measured = {
  old: { as_of: "2020-01-01", customers: 1_234, rows: [row(first.name, 1, 2)] },
  shop: {
    ...{ as_of: "2026-01-01", customers: 20_970, rows: [row(first.name, 1, 2), row(second.name, 3, 2)] },
    verdicts: { [first.name]: "proven", [second.name]: "unproven", [third.name]: "no_data" },
  },
  other: {
    ...{ as_of: "2026-02-02", customers: 10, rows: [row(first.name, 2, 2)] },
    verdicts: { [first.name]: "proven", [second.name]: "no_data", [third.name]: "no_data" },
  },
};
const three = [first, second, third];

describe("what pages say of data sets", () => {
  it("counts models by verdict, but not of a set that was measured without", () => {
    const [old, shop, other] = linesOfSets(three, measured);
    expect(old).toContain("wasn't written down");
    expect(shop).toBe("**shop**: 20,970 people, as of 2026-01-01: 1 proven, 1 unproven, 1 without data");
    expect(other).toContain("1 proven, 0 unproven, 2 without data");
  });

  it("names what is proven on all sets that tell it, and what on none", () => {
    const lines = provenLines(three, measured);
    expect(lines[0]).toBe(`On all 2 sets: [${first.title}](${first.name}.md)`);
    expect(lines[1]).toContain(second.title);
    expect(provenLines(three, { shop: measured["shop"] as Measured[string] })).toEqual([]);
  });

  it("has a cell a set, bold where proven", () => {
    expect(measuredCells(first, measured).slice(2)).toEqual(["1 (2)", "**1 (2)**", "**2 (2)**, level"]);
    expect(measuredCells(second, measured).slice(2)).toEqual(["–", "3 (2), loses", "–"]);
    expect(measuredCells(third, measured).slice(1)).toEqual(["–", "–", "–", "–"]);
  });

  it("says of a model where it is proven, and what it lacks elsewhere", () => {
    expect(findingsOf(first, measured)).toBe("Proven on shop, other.\n\n");
    expect(findingsOf(third, measured)).toContain("Without data on shop, other. It needs ");
    expect(findingsOf(first, { old: measured["old"] as Measured[string] })).toBe("");
  });
});
