import type { SegmentTree } from "../../../shared/api/contract/customers.ts";

type Node = SegmentTree["rules"][number];

export function isGroup(node: Node): node is SegmentTree {
  return "combinator" in node;
}

/** The tree with the node at a path replaced; `undefined` takes it out. Paths are positions from the root down. */
export function replaceAt(tree: SegmentTree, path: readonly number[], node: Node | undefined): SegmentTree {
  const [first, ...rest] = path;
  if (first === undefined) return node && isGroup(node) ? node : tree;
  const rules = tree.rules.flatMap((one, at) => {
    if (at !== first) return [one];
    if (rest.length === 0) return node ? [node] : [];
    return isGroup(one) ? [replaceAt(one, rest, node)] : [one];
  });
  return { ...tree, rules };
}

/** A group's three ways: all, any or none of its rules. */
export type Way = "all" | "any" | "none";
export function wayOf(tree: SegmentTree): Way {
  return tree.not ? "none" : tree.combinator === "and" ? "all" : "any";
}
export function withWay(tree: SegmentTree, way: Way): SegmentTree {
  return way === "none"
    ? { ...tree, combinator: "or", not: true }
    : { combinator: way === "all" ? "and" : "or", rules: tree.rules };
}
