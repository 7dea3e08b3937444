import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AssayError } from "../base/errors.ts";
import { ruleSentences, segmentSentence } from "./segment.ts";
import { maximumDepth, readSegment, segmentsNamedIn } from "./segment-rules.ts";

const rule = (field: string, operator: string, value?: unknown) => ({ field, operator, value });
const all = (...rules: unknown[]) => ({ combinator: "and", rules });

describe("reading a rule tree", () => {
  test("gives a checked tree with both ways to write a behaviour and a membership", () => {
    const behaviour = {
      event: "order",
      where: { category: "Dresses" },
      aggregate: "count",
      operator: ">=",
      value: 2,
      window: { days: 365 },
    };
    const expected = {
      kind: "behaviour",
      event: "order",
      where: [{ field: "category", operator: "=", value: "Dresses" }],
      aggregate: "count",
      operator: ">=",
      value: [2],
      window: { days: 365 },
    };
    const tree = all(
      { behaviour },
      rule("behaviour", "=", behaviour),
      { segment: "vip" },
      rule("segment", "notIn", "vip"),
    );
    expect(readSegment(tree).rules).toEqual([
      expected,
      expected,
      { kind: "segment", segment: "vip", isIn: true, alike: null },
      { kind: "segment", segment: "vip", isIn: false, alike: null },
    ]);
    expect(segmentsNamedIn(readSegment(tree))).toEqual(["vip", "vip"]);
  });

  test("takes a lone rule as a group of one", () => {
    expect(readSegment(rule("order_count", "=", 1))).toEqual({
      kind: "group",
      combinator: "and",
      not: false,
      rules: [{ kind: "field", field: "order_count", operator: "=", value: 1 }],
    });
  });

  test.each([
    ["an unknown operator", all(rule("a", "; DROP TABLE profiles", 1)), "Rule 0:"],
    ["an operator of Object", all(rule("a", "constructor", 1)), "Rule 0:"],
    ["no value", all(rule("a", "=")), "Rule 0:"],
    ["an object as a value", all(rule("a", "=", { x: 1 })), "Rule 0:"],
    ["a NaN", all(rule("a", "=", Number.NaN)), "Rule 0:"],
    ["between of three", all(all(rule("a", "between", [1, 2, 3]))), "Rule 0.0:"],
    ["an unknown combinator", { combinator: "xor", rules: [] }, "Rule at the top:"],
    ["a text", "order_count > 1", "Rule at the top:"],
    ["too many values", all(rule("a", "in", new Array(1001).fill(1))), "Rule 0:"],
    [
      "a behaviour's column that isn't listed",
      all({ behaviour: { event: "order", where: { email: "x" } } }),
      "Rule 0:",
    ],
    ["a window of no days", all({ behaviour: { event: "order", window: { days: 0 } } }), "Rule 0:"],
  ])("refuses %s and says where", (_, tree, where) => {
    expect(() => readSegment(tree)).toThrow(where);
  });

  test("refuses what is nested too deep or too large", () => {
    let tree: unknown = all(rule("a", "=", 1));
    for (let depth = 1; depth < maximumDepth; depth++) tree = all(tree);
    expect(readSegment(tree).rules).toHaveLength(1);
    expect(() => readSegment(all(tree))).toThrow("nested more than 8 deep");
    const wide = all(...Array.from({ length: 150 }, () => all(rule("a", "=", 1), rule("a", "=", 2))));
    expect(() => readSegment(wide)).toThrow("more than 200 rules");
  });

  test("throws nothing but bad input for any JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        try {
          readSegment(value);
        } catch (error) {
          expect(error).toBeInstanceOf(AssayError);
          expect((error as AssayError).code).toBe("bad_input");
        }
      }),
    );
  });
});

describe("a segment's sentence", () => {
  test.each([
    [{ where: all() }, "All customers."],
    [
      { where: all(rule("lifecycle_stage", "in", ["cooling", "at_risk"]), rule("order_count", ">=", 2)) },
      "Customers whose lifecycle stage is cooling or at risk and whose number of orders is at least 2.",
    ],
    [
      { where: all({ combinator: "or", not: true, rules: [rule("return_rate", ">=", 0.6)] }) },
      "Customers other than those whose return rate is at least 60 %.",
    ],
    [{ where: all(rule("reachable_email", "=", true)) }, "Customers who are reachable by e-mail."],
    [{ where: all(rule("last_order_on", "<", "2026-01-01")) }, "Customers whose last order is before 2026-01-01."],
    [{ sql: "order_count >= 1" }, "Customers for whom order_count >= 1."],
    [
      { where: all({ behaviour: { event: "order", where: { category: "Dresses" }, value: 2, window: 365 } }) },
      "Customers who bought what has category Dresses at least 2 times in the last 365 days.",
    ],
  ])("reads as English", (definition, sentence) => {
    expect(segmentSentence(definition)).toBe(sentence);
  });

  test("names money in its currency", () => {
    const definition = { where: all(rule("revenue_minor", ">", 12_300)) };
    expect(segmentSentence(definition, { currency: "GBP" })).toBe("Customers whose revenue is above GBP 123.00.");
    expect(segmentSentence(definition)).toBe("Customers whose revenue is above 12300 minor units.");
  });

  test("says each rule apart, by its path, with the column it reads", () => {
    const nested = { combinator: "or", not: true, rules: [rule("return_rate", ">=", 0.6), { segment: "loyal" }] };
    expect([...ruleSentences({ where: all(rule("order_count", ">=", 2), nested) })]).toEqual([
      ["0", { sentence: "whose number of orders is at least 2", field: "order_count" }],
      ["1.0", { sentence: "whose return rate is at least 60 %", field: "return_rate" }],
      ["1.1", { sentence: "in the segment loyal", field: null }],
    ]);
    expect(ruleSentences({ sql: "order_count  >= 1" }).get("0")?.sentence).toBe("for whom order_count >= 1");
  });
});
