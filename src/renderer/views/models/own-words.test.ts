import { describe, expect, it } from "vitest";
import { featureColumns } from "../../../workers/features/customer-features.ts";
import { featureLabel, nameOf, sentenceOf } from "./own-words.ts";

describe("a model of one's own", () => {
  it.each([
    ["Open a message", "open_a_message"],
    ["Buy from Café & Tea", "buy_from_cafe_tea"],
    ["  2nd order!! ", "nd_order"],
    ["Spend high", "spend"],
    ["x".repeat(60), "x".repeat(40)],
  ])("titled %j is named %s", (title, name) => {
    expect(nameOf(title)).toBe(name);
  });

  it("learns from features that have words of their own", () => {
    const labels = featureColumns.map(({ name }) => featureLabel(name));
    expect(new Set(labels).size).toBe(labels.length);
    expect(labels.filter((label) => /minor|^N |_/.test(label))).toEqual([]);
  });

  it("says in a sentence whom and what it is about", () => {
    const given = { kind: "propensity" as const, name: "a", title: "A", purpose: "", horizon_days: 30, leave_out: [] };
    const event = { kind: "message" as const, type: "opened" };
    expect(sentenceOf({ ...given, event, population: {} })).toBe(
      "The chance that customers who have bought open a message within 30 days.",
    );
    expect(sentenceOf({ ...given, event, population: { bought_within_days: 90, is_first_time: true } })).toBe(
      "The chance that customers who bought within the last 90 days and never did so before open a message within 30 days.",
    );
  });
});
