import type { BoostedTrees } from "./boosted-trees.ts";
import type { Tree } from "./boosted-trees-grow.ts";
import { losses } from "./boosted-trees-loss.ts";

/** The leaf of a row. */
export function leafOf(tree: Tree, columns: readonly Float64Array[], row: number): number {
  let node = tree.feature.length > 0 ? 0 : -1;
  while (node >= 0) {
    const value = columns[tree.feature[node] ?? 0]?.[row] ?? Number.NaN;
    const isLeft = Number.isFinite(value) ? value <= (tree.threshold[node] ?? 0) : tree.isMissingLeft[node];
    node = (isLeft ? tree.left[node] : tree.right[node]) ?? -1;
  }
  return ~node;
}

/** Base and trees added up, a row each; what isn't finite is missing. */
export function predictMargins(model: BoostedTrees, columns: readonly Float64Array[]): Float64Array {
  const margins = new Float64Array(columns[0]?.length ?? 0).fill(model.base);
  for (const tree of model.trees) {
    for (let row = 0; row < margins.length; row++) {
      margins[row] = (margins[row] ?? 0) + (tree.leafValue[leafOf(tree, columns, row)] ?? 0);
    }
  }
  return margins;
}

/** Probabilities under logistic loss, values under squared loss. */
export function predictResponses(model: BoostedTrees, columns: readonly Float64Array[]): Float64Array {
  return predictMargins(model, columns).map(losses[model.loss].response);
}
