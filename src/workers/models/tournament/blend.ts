import { meanRelativeOf, type TargetDeclaration } from "./targets.ts";

/** What candidates said at a cut, and what came. */
export interface JudgedCut {
  readonly actual: Float64Array;
  readonly naive: Float64Array;
  readonly predictions: ReadonlyMap<string, Float64Array>;
}

export type Weights = Readonly<Record<string, number>>;

/** Shares of another candidate that are tried beside the best one's. */
const shares = [0.25, 0.5, 0.75] as const;

export function combine(
  predictions: ReadonlyMap<string, Float64Array>,
  models: readonly string[],
  weights: ArrayLike<number>,
): Float64Array {
  const sum = new Float64Array(predictions.get(models[0] ?? "")?.length ?? 0);
  for (const [at, model] of models.entries()) {
    const own = predictions.get(model);
    const weight = weights[at] ?? 0;
    for (let row = 0; own && row < sum.length; row++) sum[row] = (sum[row] ?? 0) + weight * (own[row] ?? 0);
  }
  return sum;
}

const isSame = (one: Float64Array, other: Float64Array) =>
  one.every((value, at) => Math.abs(value - (other[at] ?? Number.NaN)) <= 1e-9 * Math.max(1, Math.abs(value)));

/** The best candidate with a quarter, a half or three quarters of another where that lost less over the cuts than the best one alone,
 *  by more than `gain` of the loss's logarithm: models that err differently err less together (Bates & Granger 1969), and few
 *  coarse shares leave little to fit. `ranking` begins with the best. Null where none did. */
export function blendOf(
  target: TargetDeclaration,
  cuts: readonly JudgedCut[],
  ranking: readonly string[],
  gain: number,
): { weights: Weights; loss: number } | null {
  const [best, ...others] = ranking;
  if (best === undefined || cuts.length < 2) return null;
  const lossOf = (models: readonly string[], weights: readonly number[]) =>
    meanRelativeOf(target, cuts, (cut) => combine(cut.predictions, models, weights));
  const alone = lossOf([best], [1]);
  let found: { weights: Weights; loss: number } | null = null;
  for (const other of others) {
    const differs = cuts.some(({ predictions }) => {
      const [own, theirs] = [predictions.get(best), predictions.get(other)];
      return own !== undefined && theirs !== undefined && !isSame(own, theirs);
    });
    if (!differs) continue;
    for (const share of shares) {
      const loss = lossOf([best, other], [1 - share, share]);
      if (alone - loss > gain && loss < (found?.loss ?? alone) - 1e-9)
        found = { weights: { [best]: 1 - share, [other]: share }, loss };
    }
  }
  return found;
}
