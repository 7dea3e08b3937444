import type { BoostedTrees } from "./boosted-trees.ts";

/** Where the trees part a column's values, ascending, each once. */
export function splitPoints(trees: BoostedTrees, feature: number): number[] {
  const found = new Set<number>();
  for (const tree of trees.trees) {
    for (const [node, own] of tree.feature.entries()) {
      const threshold = tree.threshold[node];
      if (own === feature && !tree.categories?.[node] && threshold !== undefined) found.add(threshold);
    }
  }
  return [...found].sort((a, b) => a - b);
}

/** The least whole numbers on the far side of each split point above a value. */
export function wholeAbove(points: readonly number[], value: number): number[] {
  return [...new Set(points.filter((point) => point >= value).map((point) => Math.floor(point) + 1))];
}

/** The greatest whole numbers on the near side of each split point below a value. */
export function wholeBelow(points: readonly number[], value: number): number[] {
  return [...new Set(points.filter((point) => point < value).map((point) => Math.floor(point)))].reverse();
}

/** One way in which a case could be otherwise. */
export interface Alternative {
  /** The case's columns as they would be. */
  readonly columns: readonly number[];
  readonly text: string;
}

export interface Nearest {
  readonly text: string;
  readonly score: number;
  readonly score_before: number;
}

/** How far two cases lie apart as the trees see it: how many split points lie between their values, over all columns. A column that becomes
 *  known, or unknown, counts as one. */
export function splitDistance(
  points: readonly (readonly number[])[],
  a: readonly number[],
  b: readonly number[],
): number {
  let sum = 0;
  for (const [at, own] of points.entries()) {
    const [x = Number.NaN, y = Number.NaN] = [a[at], b[at]];
    if (own.length === 0 || x === y || (Number.isNaN(x) && Number.isNaN(y))) continue;
    if (Number.isNaN(x) || Number.isNaN(y)) sum++;
    else sum += own.filter((point) => point >= Math.min(x, y) && point < Math.max(x, y)).length;
  }
  return sum;
}

/** The nearest alternative whose score, by the very model, is on the wanted side; the first of equally near ones. Null where none is.
 *  Wachter, Mittelstadt & Russell (2018), by enumeration. */
export function nearestChange(
  points: readonly (readonly number[])[],
  own: { readonly columns: readonly number[]; readonly score: number },
  alternatives: readonly Alternative[],
  scores: ArrayLike<number>,
  isWanted: (score: number) => boolean,
): Nearest | null {
  let best: { distance: number; at: number } | null = null;
  for (const [at, { columns }] of alternatives.entries()) {
    const score = scores[at] ?? Number.NaN;
    if (!Number.isFinite(score) || !isWanted(score)) continue;
    const distance = splitDistance(points, own.columns, columns);
    if (!best || distance < best.distance - 1e-12) best = { distance, at };
  }
  if (!best) return null;
  return { text: alternatives[best.at]?.text ?? "", score: scores[best.at] ?? Number.NaN, score_before: own.score };
}
