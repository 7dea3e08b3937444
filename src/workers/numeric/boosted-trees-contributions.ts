import type { BoostedTrees } from "./boosted-trees.ts";
import type { Tree } from "./boosted-trees-grow.ts";

interface LeafPath {
  readonly value: number;
  /** Columns met on the way, each once, and the share of rows that go on when a column's value isn't known. */
  readonly features: number[];
  readonly shares: number[];
  readonly byMask: Map<number, Float64Array>;
}

interface PreparedTree {
  readonly tree: Tree;
  readonly leaves: readonly LeafPath[];
  /** Of the tree over the rows of its fit. */
  readonly mean: number;
}

/** Shapley values of every prediction under path-dependent expectations: TreeSHAP (Lundberg et al. 2020, algorithm 2), from a
 *  table by leaf and set of conditions that hold. A column of n values a feature; with the mean margin they add up to the margin. */
export function contributions(
  model: BoostedTrees,
  columns: readonly Float64Array[],
): { mean: number; values: Float64Array[] } {
  const n = columns[0]?.length ?? 0;
  const values = Array.from({ length: model.features }, () => new Float64Array(n));
  const prepared = model.trees.map(prepare);
  for (const { tree, leaves } of prepared) {
    for (let row = 0; row < n; row++) visit(tree, leaves, columns, row, values);
  }
  return { mean: prepared.reduce((sum, { mean }) => sum + mean, model.base), values };
}

function prepare(tree: Tree): PreparedTree {
  const covers = coversOf(tree);
  const leaves: LeafPath[] = [];
  const walk = (node: number, features: number[], shares: number[]): void => {
    if (node < 0) {
      leaves[~node] = { value: tree.leafValue[~node] ?? 0, features, shares, byMask: new Map() };
      return;
    }
    const feature = tree.feature[node] ?? 0;
    for (const child of [tree.left[node] ?? -1, tree.right[node] ?? -1]) {
      const share = covers(child) / Math.max(1, covers(node));
      const at = features.indexOf(feature);
      if (at < 0) walk(child, [...features, feature], [...shares, share]);
      else
        walk(
          child,
          features,
          shares.map((own, place) => (place === at ? own * share : own)),
        );
    }
  };
  walk(tree.feature.length > 0 ? 0 : -1, [], []);
  const mean = leaves.reduce(
    (sum, { value, shares }) => sum + value * shares.reduce((all, share) => all * share, 1),
    0,
  );
  return { tree, leaves, mean };
}

function coversOf(tree: Tree): (node: number) => number {
  const inner = new Float64Array(tree.feature.length);
  const coverOf = (node: number) => (node < 0 ? (tree.leafCover[~node] ?? 0) : (inner[node] ?? 0));
  for (let node = inner.length - 1; node >= 0; node--) {
    inner[node] = coverOf(tree.left[node] ?? -1) + coverOf(tree.right[node] ?? -1);
  }
  return coverOf;
}

/** Goes to every leaf with the conditions that the row breaks on the way. */
function visit(
  tree: Tree,
  leaves: readonly LeafPath[],
  columns: readonly Float64Array[],
  row: number,
  values: readonly Float64Array[],
): void {
  const go = (node: number, broken: readonly number[]): void => {
    if (node < 0) {
      const leaf = leaves[~node];
      if (leaf) addLeaf(leaf, broken, row, values);
      return;
    }
    const feature = tree.feature[node] ?? 0;
    const value = columns[feature]?.[row] ?? Number.NaN;
    const isLeft = Number.isFinite(value) ? value <= (tree.threshold[node] ?? 0) : (tree.isMissingLeft[node] ?? false);
    const [taken, other] = isLeft ? [tree.left[node], tree.right[node]] : [tree.right[node], tree.left[node]];
    go(taken ?? -1, broken);
    go(other ?? -1, broken.includes(feature) ? broken : [...broken, feature]);
  };
  go(tree.feature.length > 0 ? 0 : -1, []);
}

function addLeaf(leaf: LeafPath, broken: readonly number[], row: number, values: readonly Float64Array[]): void {
  let mask = 0;
  for (const feature of broken) mask += 2 ** leaf.features.indexOf(feature);
  let shapley = leaf.byMask.get(mask);
  if (!shapley) {
    shapley = shapleyOf(leaf, (at) => !broken.includes(leaf.features[at] ?? -1));
    leaf.byMask.set(mask, shapley);
  }
  for (let at = 0; at < shapley.length; at++) {
    const column = values[leaf.features[at] ?? 0];
    if (column) column[row] = (column[row] ?? 0) + (shapley[at] ?? 0);
  }
}

/** Each column's mean gain to the leaf's weight over all orders in which columns become known: the weights of sets of equal size
 *  are the coefficients of Π (holds·t + share). */
function shapleyOf({ value, shares }: LeafPath, holds: (at: number) => boolean): Float64Array {
  const d = shares.length;
  return Float64Array.from(shares, (own, at) => {
    let coefficients = [1];
    shares.forEach((share, other) => {
      if (other === at) return;
      const next = [...coefficients.map((one) => one * share), 0];
      if (holds(other)) {
        coefficients.forEach((one, size) => {
          next[size + 1] = (next[size + 1] ?? 0) + one;
        });
      }
      coefficients = next;
    });
    let weight = 1 / d;
    let sum = 0;
    coefficients.forEach((one, size) => {
      sum += one * weight;
      weight *= (size + 1) / Math.max(1, d - size - 1);
    });
    return value * ((holds(at) ? 1 : 0) - own) * sum;
  });
}
