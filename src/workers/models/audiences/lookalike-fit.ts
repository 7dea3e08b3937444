import { type BoostedTrees, fitBoostedTrees } from "../../numeric/boosted-trees.ts";
import { predictMargins } from "../../numeric/boosted-trees-predict.ts";
import { type Measured, shareInterval } from "../../numeric/scoring.ts";
import { fitReader } from "../fit-reader.ts";

export interface Reach {
  /** Part of all customers that is reached, those most alike first. */
  readonly reach: number;
  /** Part of the seeds that were kept aside which is among them. */
  readonly recall: Measured;
  readonly lift: number;
}

export interface FittedAlike {
  readonly folds: readonly BoostedTrees[];
  readonly columns: readonly string[];
  readonly n_seeds: number;
  readonly n_rows: number;
  readonly curve: readonly Reach[];
}

export const readAlike = fitReader<FittedAlike>("lookalike", {
  folds: "list",
  columns: "list",
  n_seeds: "number",
  n_rows: "number",
  curve: "list",
});

const folds = 3;
const mostRows = 40_000;
const reaches = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5] as const;
const settings = { trees: 30, leaves: 8, learningRate: 0.15, l2: 5, minChildWeight: 3 } as const;
export const leastSeeds = 30;

/** Rows in an order that only their values decide. */
export function byValues(columns: readonly Float64Array[], isSeed: Float64Array): Uint32Array {
  const key = (value: number | undefined) =>
    value !== undefined && Number.isFinite(value) ? value : Number.NEGATIVE_INFINITY;
  return Uint32Array.from(isSeed.keys()).sort((a, b) => {
    for (const column of [isSeed, ...columns]) {
      const [x, y] = [key(column[a]), key(column[b])];
      if (x !== y) return x < y ? -1 : 1;
    }
    return 0;
  });
}

const pick = (column: Float64Array, rows: ArrayLike<number>) =>
  Float64Array.from(rows, (row) => column[row] ?? Number.NaN);

/** Who is like the seeds: boosted trees of seeds against everybody else, each third scored by trees that never saw it, so that the
 *  reach curve is of seeds that were kept aside. Others may be seeds to be, unlabelled (Elkan & Noto 2008): that moves the level of the
 *  score, not its order. Of many customers all seeds and a share of the others are looked at. */
export function fitAlike(
  names: readonly string[],
  columns: readonly Float64Array[],
  isSeed: Float64Array,
  seed: number,
  throwIfCancelled: () => void = () => undefined,
): FittedAlike | null {
  const order = byValues(columns, isSeed);
  const seeds = order.filter((row) => isSeed[row] === 1);
  const others = order.filter((row) => isSeed[row] !== 1);
  if (seeds.length < leastSeeds || others.length < leastSeeds) return null;
  const [chosen, rest] = [draw(seeds, mostRows / 2), draw(others, mostRows)];
  const rows = [...chosen, ...rest];
  const fold = (at: number) => at % folds;
  const target = Float64Array.from(rows, (_, at) => (at < chosen.length ? 1 : 0));
  const own = columns.map((column) => pick(column, rows));
  const aside = new Float64Array(rows.length);
  const fitted = Array.from({ length: folds }, (_, left) => {
    throwIfCancelled();
    const learnt = rows.flatMap((_, at) => (fold(at) === left ? [] : [at]));
    const kept = rows.flatMap((_, at) => (fold(at) === left ? [at] : []));
    const trees = fitBoostedTrees(
      { columns: own.map((column) => pick(column, learnt)), target: pick(target, learnt) },
      { ...settings, seed },
    );
    const margins = predictMargins(
      trees,
      own.map((column) => pick(column, kept)),
    );
    for (const [k, at] of kept.entries()) aside[at] = margins[k] ?? 0;
    return trees;
  });
  const weight = others.length / rest.length;
  return {
    folds: fitted,
    columns: names,
    n_seeds: seeds.length,
    n_rows: rows.length,
    curve: curveOf(aside, target, weight),
  };
}

function draw(rows: Uint32Array, most: number): Uint32Array {
  if (rows.length <= most) return rows;
  return Uint32Array.from({ length: most }, (_, at) => rows[Math.floor((at * rows.length) / most)] ?? 0);
}

/** Recall of seeds by how many customers are reached; each other one stands for `weight`. Equal scores count half. */
function curveOf(scores: Float64Array, isSeed: Float64Array, weight: number): Reach[] {
  const order = Uint32Array.from(scores.keys()).sort(
    (a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || (isSeed[a] ?? 0) - (isSeed[b] ?? 0),
  );
  const sizes = Float64Array.from(order, (row) => (isSeed[row] === 1 ? 1 : weight));
  const all = sizes.reduce((sum, size) => sum + size, 0);
  return reaches.map((reach) => {
    let reached = 0;
    const found: number[] = [];
    for (const [at, row] of order.entries()) {
      reached += sizes[at] ?? 0;
      if (isSeed[row] === 1) found.push(reached <= reach * all ? 1 : 0);
    }
    const recall = shareInterval(Float64Array.from(found));
    return { reach, recall, lift: recall.value / reach };
  });
}

/** Margins of everybody, the mean of the folds'. */
export function alikeMargins(fitted: FittedAlike, columns: readonly Float64Array[]): Float64Array {
  const margins = fitted.folds.map((trees) => predictMargins(trees, columns));
  return Float64Array.from(
    margins[0] ?? [],
    (_, row) => margins.reduce((sum, one) => sum + (one[row] ?? 0), 0) / folds,
  );
}
