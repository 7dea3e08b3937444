import type { SegmentRule, SegmentTree } from "../../../shared/api/contract/customers.ts";

export type Node = SegmentTree["rules"][number];
export type BehaviourNode = Extract<Node, { behaviour: unknown }>;
export type MembershipNode = Extract<Node, { segment: string }>;

export function isGroup(node: Node): node is SegmentTree {
  return "combinator" in node;
}
export function isBehaviour(node: Node): node is BehaviourNode {
  return "behaviour" in node;
}
export function isMembership(node: Node): node is MembershipNode {
  return "segment" in node;
}

export const startingRule: SegmentRule = { field: "lifecycle_stage", operator: "in", value: ["active"] };
export const startingTree: SegmentTree = { combinator: "and", rules: [startingRule] };

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
  if (tree.not) return "none";
  return tree.combinator === "and" ? "all" : "any";
}
export function withWay(tree: SegmentTree, way: Way): SegmentTree {
  if (way === "none") return { combinator: "or", not: true, rules: tree.rules };
  return { combinator: way === "all" ? "and" : "or", rules: tree.rules };
}

/** Why a tree can't be asked for yet: a value is missing somewhere; null where nothing is. */
export function unfinished(tree: SegmentTree): string | null {
  for (const node of tree.rules) {
    if (isGroup(node)) {
      const inside = unfinished(node);
      if (inside) return inside;
    } else if (isMembership(node)) {
      if (node.segment === "") return "Choose a segment.";
    } else if (!isBehaviour(node) && node.operator !== "null" && node.operator !== "notNull") {
      const { value } = node;
      const isMissing = Array.isArray(value)
        ? value.length === 0 || value.some((one) => one === "" || one == null)
        : value === "" || value == null;
      if (isMissing) return "A rule has no value yet.";
    }
  }
  return null;
}

/** A rule tree from an address or a text; null where it is none. */
export function readTree(text: string | null): SegmentTree | null {
  try {
    const tree: unknown = text ? JSON.parse(text) : null;
    const isTree = typeof tree === "object" && tree !== null && "rules" in tree && Array.isArray(tree.rules);
    return isTree
      ? { combinator: "and", ...(tree as Partial<SegmentTree>), rules: tree.rules as SegmentTree["rules"] }
      : null;
  } catch {
    return null;
  }
}
