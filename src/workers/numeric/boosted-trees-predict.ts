import type { BoostedTrees } from "./boosted-trees.ts";
import type { Tree } from "./boosted-trees-grow.ts";
import { lossOf } from "./boosted-trees-loss.ts";
import { masksOf, predictByMasks } from "./boosted-trees-masks.ts";

/** Whether a value goes left at a node; what isn't finite is missing, and a code that wasn't seen goes right. */
export function isLeftOf(tree: Tree, node: number, value: number): boolean {
  if (!Number.isFinite(value)) return tree.isMissingLeft[node] === true;
  const codes = tree.categories?.[node];
  return codes ? codes.includes(value) : value <= (tree.threshold[node] ?? 0);
}

/** The leaf of a row. */
export function leafOf(tree: Tree, columns: readonly Float64Array[], row: number): number {
  let node = tree.feature.length > 0 ? 0 : -1;
  while (node >= 0) {
    const value = columns[tree.feature[node] ?? 0]?.[row] ?? Number.NaN;
    node = (isLeftOf(tree, node, value) ? tree.left[node] : tree.right[node]) ?? -1;
  }
  return ~node;
}

/** Fewer rows than this aren't worth a table. */
const leastRows = 1024;

/** Base and trees added up, a row each; what isn't finite is missing. */
export function predictMargins(model: BoostedTrees, columns: readonly Float64Array[]): Float64Array {
  const n = columns[0]?.length ?? 0;
  const masks = n >= leastRows ? masksOf(model) : null;
  if (masks) return predictByMasks(masks, columns, n);
  const margins = new Float64Array(n).fill(model.base);
  for (const tree of model.trees) {
    for (let row = 0; row < n; row++) {
      margins[row] = (margins[row] ?? 0) + (tree.leafValue[leafOf(tree, columns, row)] ?? 0);
    }
  }
  return margins;
}

/** Probabilities under logistic loss, means under Poisson and Tweedie loss, else the values themselves. */
export function predictResponses(model: BoostedTrees, columns: readonly Float64Array[]): Float64Array {
  return predictMargins(model, columns).map(lossOf(model.loss).response);
}
