import { describe, expect, test } from "vitest";
import type { SegmentTree } from "../../../shared/api/contract/customers.ts";
import { readSegment } from "../../../shared/domain/segment-rules.ts";
import { change, startHistory, undo } from "./history.ts";
import { readTree, replaceAt, startingTree, unfinished, wayOf, withWay } from "./tree.ts";

const rule = (value: unknown) => ({ field: "order_count", operator: ">=", value });
const nested: SegmentTree = { combinator: "and", rules: [rule(1), { combinator: "or", rules: [rule(2), rule(3)] }] };

describe("the tree", () => {
  test("a node is replaced or taken out where its path points", () => {
    expect(replaceAt(nested, [1, 0], rule(9))).toEqual({
      combinator: "and",
      rules: [rule(1), { combinator: "or", rules: [rule(9), rule(3)] }],
    });
    expect(replaceAt(nested, [1], undefined)).toEqual({ combinator: "and", rules: [rule(1)] });
    expect(replaceAt(nested, [], { combinator: "or", rules: [] })).toEqual({ combinator: "or", rules: [] });
    expect(replaceAt(nested, [0, 3], rule(9))).toEqual(nested);
  });

  test.each(["all", "any", "none"] as const)("a group says %s and means it", (way) => {
    expect(wayOf(withWay(nested, way))).toBe(way);
    expect(readSegment(withWay(nested, way)).not).toBe(way === "none");
  });

  test("every start can be asked for", () => {
    expect(unfinished(startingTree)).toBeNull();
    expect(() => readSegment(startingTree)).not.toThrow();
  });

  test.each([
    [{ combinator: "and", rules: [rule("")] }, "A rule has no value yet."],
    [{ combinator: "and", rules: [{ combinator: "or", rules: [rule([])] }] }, "A rule has no value yet."],
    [{ combinator: "and", rules: [rule([1, ""])] }, "A rule has no value yet."],
    [{ combinator: "and", rules: [{ segment: "" }] }, "Choose a segment."],
    [{ combinator: "and", rules: [rule(0), rule(false), { field: "email", operator: "null" }] }, null],
  ] as [SegmentTree, string | null][])("a missing value is seen before it is asked (%#)", (tree, said) => {
    expect(unfinished(tree)).toBe(said);
  });

  test.each([
    [JSON.stringify(nested), nested],
    ['{"rules":[]}', { combinator: "and", rules: [] }],
    ["{", null],
    ["[]", null],
    ["5", null],
    [null, null],
  ])("a tree is read from text or refused (%#)", (text, tree) => {
    expect(readTree(text)).toEqual(tree);
  });
});

describe("undo", () => {
  const other: SegmentTree = { combinator: "or", rules: [] };

  test("goes back one edit at a time and stops at the first", () => {
    const edited = change(change(startHistory(nested), other), startingTree);
    expect(undo(edited).now).toEqual(other);
    expect(undo(undo(undo(edited))).now).toEqual(nested);
  });

  test("typing in one value is one step", () => {
    const typed = change(change(change(startHistory(nested), other, "0"), startingTree, "0"), nested, "1");
    expect(typed.past).toEqual([nested, startingTree]);
  });
});
