import { type BoostedTrees, fitBoostedTrees } from "./boosted-trees.ts";
import { sigmoid } from "./boosted-trees-loss.ts";
import { predictMargins } from "./boosted-trees-predict.ts";
import type { Treated } from "./qini.ts";
import { fitRidge, type LinearFit, predictRidge } from "./ridge.ts";
import { canonicalOrder } from "./standardise.ts";

export interface UpliftInput extends Treated {
  readonly columns: readonly Float64Array[];
}

export interface UpliftFit {
  /** Mean effect of the treatment with its standard error, doubly robust. */
  readonly average: number;
  readonly averageError: number;
  /** DR-learner with a linear last stage, and by how much its spread about the mean effect is drawn in (0–1). */
  readonly linear: LinearFit;
  readonly linearShare: number;
  /** T-learner: expected outcome of either side, drawn in alike; its mean is taken off. */
  readonly treated: BoostedTrees;
  readonly control: BoostedTrees;
  readonly treesShare: number;
  readonly treesMean: number;
  /** Which of the two told the effects of people that it had not seen better, or neither. */
  readonly chosen: "dr" | "t" | "none";
  readonly isBinary: boolean;
  readonly n: number;
}

const folds = 3;
const l2 = 0.02;
const growth = { trees: 30, leaves: 6, learningRate: 0.1, l2: 10, minChildWeight: 12 } as const;

/** Effects per person with a share of each side held out in turn. */
interface CrossFitted {
  readonly pseudo: Float64Array;
  readonly dr: Float64Array;
  readonly t: Float64Array;
}

/** T- and DR-learner with cross-fitting. Pseudo-outcome: Kennedy (2023), eq. 3: μ₁ − μ₀ + w (y − μ₁) ÷ e − (1 − w) (y − μ₀) ÷ (1 − e), with μ
 *  from people of other folds and e as the experiment drew. Its mean is the average effect (Robins & Rotnitzky 1995); its regression
 *  on x the conditional one. Each learner's spread is drawn in towards the mean as far as unseen people ask for.
 *  heldOut: the effects that fits without a person tell of them. */
export function fitUplift(
  input: UpliftInput,
  seed: number,
  throwIfCancelled: () => void = () => {},
): { readonly fit: UpliftFit; readonly heldOut: Float64Array } {
  const isBinary = input.outcome.every((value) => value === 0 || value === 1);
  const { pseudo, dr, t } = crossFit(input, { seed, isBinary, throwIfCancelled });
  const n = pseudo.length;
  const sorted = Float64Array.from(pseudo).sort();
  const average = sorted.reduce((sum, value) => sum + value, 0) / n;
  const square = sorted.reduce((sum, value) => sum + (value - average) ** 2, 0) / Math.max(1, n - 1);
  const linearShare = bestShare(pseudo, dr, average);
  const treesShare = bestShare(pseudo, t, average);
  const all = Uint32Array.from({ length: n }, (_, row) => row);
  const [treated, control] = [1, 0].map((side) => armTrees(input, all, side, { seed, isBinary })) as [
    BoostedTrees,
    BoostedTrees,
  ];
  const effect = treesEffect({ treated, control, isBinary }, input.columns);
  const treesMean =
    Float64Array.from(effect)
      .sort()
      .reduce((sum, value) => sum + value, 0) / n;
  const chosen =
    linearShare.gain <= 0 && treesShare.gain <= 0 ? "none" : linearShare.gain >= treesShare.gain ? "dr" : "t";
  const fit: UpliftFit = {
    average,
    averageError: Math.sqrt(square / n),
    linear: fitRidge(input.columns, pseudo, l2),
    linearShare: linearShare.share,
    treated,
    control,
    treesShare: treesShare.share,
    treesMean,
    chosen,
    isBinary,
    n,
  };
  return { fit, heldOut: chosen === "dr" ? dr : chosen === "t" ? t : new Float64Array(n).fill(average) };
}

interface Settings {
  readonly seed: number;
  readonly isBinary: boolean;
}

function armTrees(input: UpliftInput, rows: Uint32Array, side: number, { seed, isBinary }: Settings): BoostedTrees {
  const own = rows.filter((row) => input.isTreated[row] === side);
  const pick = (column: Float64Array) => Float64Array.from(own, (row) => column[row] ?? Number.NaN);
  return fitBoostedTrees(
    { columns: input.columns.map(pick), target: pick(input.outcome) },
    { ...growth, loss: isBinary ? "logistic" : "squared", seed },
  );
}

function expected(trees: BoostedTrees, columns: readonly Float64Array[], isBinary: boolean): Float64Array {
  const margins = predictMargins(trees, columns);
  return isBinary ? margins.map(sigmoid) : margins;
}

function treesEffect(
  { treated, control, isBinary }: Pick<UpliftFit, "treated" | "control" | "isBinary">,
  columns: readonly Float64Array[],
): Float64Array {
  const without = expected(control, columns, isBinary);
  return expected(treated, columns, isBinary).map((value, row) => value - (without[row] ?? 0));
}

function crossFit(input: UpliftInput, settings: Settings & { readonly throwIfCancelled: () => void }): CrossFitted {
  const { columns, isTreated, outcome, chance } = input;
  const n = outcome.length;
  const order = canonicalOrder([...columns, isTreated, outcome]);
  const fold = new Uint8Array(n);
  for (let at = 0; at < n; at++) fold[order[at] ?? 0] = at % folds;
  const [pseudo, dr, t] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  const all = Uint32Array.from({ length: n }, (_, row) => row);
  const rowsOf = (one: number, isIn: boolean) => all.filter((row) => (fold[row] === one) === isIn);
  const picked = (rows: Uint32Array) =>
    columns.map((column) => Float64Array.from(rows, (row) => column[row] ?? Number.NaN));
  for (let one = 0; one < folds; one++) {
    settings.throwIfCancelled();
    const [seen, held] = [rowsOf(one, false), rowsOf(one, true)];
    const [mu1, mu0] = [1, 0].map((side) =>
      expected(armTrees(input, seen, side, settings), picked(held), settings.isBinary),
    ) as [Float64Array, Float64Array];
    for (let at = 0; at < held.length; at++) {
      const row = held[at] ?? 0;
      const [w, y, e] = [isTreated[row] ?? 0, outcome[row] ?? 0, chance[row] ?? 0.5];
      const [high, low] = [mu1[at] ?? 0, mu0[at] ?? 0];
      t[row] = high - low;
      pseudo[row] = high - low + (w * (y - high)) / e - ((1 - w) * (y - low)) / (1 - e);
    }
  }
  for (let one = 0; one < folds; one++) {
    const [seen, held] = [rowsOf(one, false), rowsOf(one, true)];
    const fit = fitRidge(
      picked(seen),
      Float64Array.from(seen, (row) => pseudo[row] ?? 0),
      l2,
    );
    const { value } = predictRidge(fit, picked(held));
    for (let at = 0; at < held.length; at++) dr[held[at] ?? 0] = value[at] ?? 0;
  }
  return { pseudo, dr, t };
}

/** How much of a learner's spread about its mean is kept, so that it tells the pseudo-outcomes of unseen people best: the slope of
 *  their regression on it, between 0 and 1; and the squared error that this saves beyond two standard errors' worth of luck. */
function bestShare(pseudo: Float64Array, told: Float64Array, average: number): { share: number; gain: number } {
  const rows = Uint32Array.from(pseudo.keys()).sort(
    (a, b) => (told[a] ?? 0) - (told[b] ?? 0) || (pseudo[a] ?? 0) - (pseudo[b] ?? 0),
  );
  const n = rows.length;
  const mean = rows.reduce((sum, row) => sum + (told[row] ?? 0), 0) / n;
  let [xx, xy, yy] = [0, 0, 0];
  for (const row of rows) {
    const [x, y] = [(told[row] ?? 0) - mean, (pseudo[row] ?? 0) - average];
    xx += x * x;
    xy += x * y;
    yy += y * y;
  }
  if (!(xx > 0) || !(xy > 0)) return { share: 0, gain: 0 };
  const t = xy / Math.sqrt(Math.max(1e-300, (xx * yy) / n));
  return t > 1 ? { share: Math.min(1, xy / xx), gain: t } : { share: 0, gain: 0 };
}

/** Effects with the standard error of each mean: of the learner that was chosen, wider by what the two disagree. */
export function predictUplift(
  fit: UpliftFit,
  columns: readonly Float64Array[],
): { effect: Float64Array; error: Float64Array; dr: Float64Array; t: Float64Array } {
  const { value, error } = predictRidge(fit.linear, columns);
  const trees = treesEffect(fit, columns);
  const dr = value.map((one) => fit.average + fit.linearShare * (one - fit.linear.intercept));
  const t = trees.map((one) => fit.average + fit.treesShare * (one - fit.treesMean));
  const effect = fit.chosen === "dr" ? dr : fit.chosen === "t" ? t : new Float64Array(value.length).fill(fit.average);
  const spread = error.map((one, row) => {
    const slopes = Math.max(0, one * one - fit.linear.interceptVariance);
    const apart = fit.chosen === "none" ? 0 : (dr[row] ?? 0) - (t[row] ?? 0);
    const kept = fit.chosen === "none" ? 0 : fit.linearShare ** 2 * slopes;
    return Math.sqrt(fit.averageError ** 2 + kept + apart * apart * 0.25);
  });
  return { effect, error: spread, dr, t };
}
