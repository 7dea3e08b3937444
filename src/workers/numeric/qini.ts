import { createRandom } from "../../shared/base/random.ts";
import type { Measured } from "./scoring.ts";
import { canonicalOrder } from "./standardise.ts";

/** People of experiments: what each got, did, and how likely it was to get it. */
export interface Treated {
  readonly isTreated: Float64Array;
  readonly outcome: Float64Array;
  /** Chance of being treated, in (0, 1). */
  readonly chance: Float64Array;
}

export interface UpliftCurve {
  /** Gain per person of treating only the share with the highest scores, at 0, 1/bins … 1. */
  readonly gain: readonly number[];
  /** Area under it. */
  readonly auuc: number;
  /** Area between it and the straight line of treating at random (Radcliffe 2007), per person, in units of the outcome. */
  readonly qini: number;
  /** Effect among the 30 % with the highest scores. */
  readonly topEffect: number;
}

const bins = 50;

/** Rows as their scores rank them, in an order of their content where scores are equal; people with equal scores are one group, at
 *  one place of the curve. */
interface Ranking {
  readonly order: Uint32Array;
  /** Where each group begins, and the end. */
  readonly starts: readonly number[];
}

function ranked(score: Float64Array, { isTreated, outcome, chance }: Treated): Ranking {
  const order = canonicalOrder([score, isTreated, outcome, chance]).sort((a, b) => (score[b] ?? 0) - (score[a] ?? 0));
  const starts: number[] = [];
  for (let at = 0; at < order.length; at++)
    if (at === 0 || score[order[at] ?? 0] !== score[order[at - 1] ?? 0]) starts.push(at);
  return { order, starts: [...starts, order.length] };
}

/** Whether anybody is told apart; else the curve is the straight line. */
const isRanked = ({ starts }: Ranking) => starts.length > 2;

/** Sums of inverse-chance weights and weighted outcomes of both sides, by bin. */
type Sums = { t: Float64Array; ty: Float64Array; c: Float64Array; cy: Float64Array };

function curveOf({ t, ty, c, cy }: Sums, isRanked: boolean): UpliftCurve {
  const gain = [0];
  let [a, ay, b, by] = [0, 0, 0, 0];
  for (let bin = 0; bin < bins; bin++) {
    a += t[bin] ?? 0;
    ay += ty[bin] ?? 0;
    b += c[bin] ?? 0;
    by += cy[bin] ?? 0;
    const effect = a > 0 && b > 0 ? ay / a - by / b : 0;
    gain.push(((bin + 1) / bins) * effect);
  }
  const auuc = gain.slice(1).reduce((sum, value, at) => sum + (value + (gain[at] ?? 0)) / 2, 0) / bins;
  const top = Math.round(0.3 * bins);
  const qini = isRanked ? auuc - (gain.at(-1) ?? 0) / 2 : 0;
  return { gain, auuc, qini, topEffect: ((gain[top] ?? 0) * bins) / top };
}

const empty = (): Sums => ({
  t: new Float64Array(bins),
  ty: new Float64Array(bins),
  c: new Float64Array(bins),
  cy: new Float64Array(bins),
});
const names = ["t", "ty", "c", "cy"] as const;

/** A group of people with equal scores counts for all bins that it covers, in parts. */
function sumsOf({ order, starts }: Ranking, group: Treated, weight?: (at: number) => number): Sums {
  const sums = empty();
  const n = order.length;
  for (let tie = 0; tie + 1 < starts.length; tie++) {
    const [from, to] = [starts[tie] ?? 0, starts[tie + 1] ?? 0];
    const own = { t: 0, ty: 0, c: 0, cy: 0 };
    for (let at = from; at < to; at++) {
      const row = order[at] ?? 0;
      const chance = group.chance[row] ?? 0.5;
      const isTreated = group.isTreated[row] === 1;
      const inverse = (weight ? weight(at) : 1) / (isTreated ? chance : 1 - chance);
      const y = inverse * (group.outcome[row] ?? 0);
      if (isTreated) [own.t, own.ty] = [own.t + inverse, own.ty + y];
      else [own.c, own.cy] = [own.c + inverse, own.cy + y];
    }
    for (let bin = Math.floor((from * bins) / n); bin < bins && (bin * n) / bins < to; bin++) {
      const overlap = Math.min(to, ((bin + 1) * n) / bins) - Math.max(from, (bin * n) / bins);
      const part = Math.max(0, overlap) / (to - from);
      for (const name of names) sums[name][bin] = (sums[name][bin] ?? 0) + part * own[name];
    }
  }
  return sums;
}

/** The uplift curve of a ranking: people of both sides weighted by one over the chance of their side, so that experiments with
 *  different shares can be read together. Equal shares: Radcliffe's (2007) Qini curve per person. */
export function upliftCurve(score: Float64Array, group: Treated): UpliftCurve {
  const order = ranked(score, group);
  return curveOf(sumsOf(order, group), isRanked(order));
}

export interface QiniMeasures {
  readonly curve: UpliftCurve;
  readonly qini: Measured;
  readonly auuc: Measured;
  readonly topEffect: Measured;
}

/** The same with 95 % intervals by a Poisson bootstrap over people (percentiles). */
export function qiniInterval(
  score: Float64Array,
  group: Treated,
  { seed, draws = 200 }: { readonly seed: number; readonly draws?: number },
): QiniMeasures {
  const order = ranked(score, group);
  const told = isRanked(order);
  const curve = curveOf(sumsOf(order, group), told);
  const random = createRandom(seed, "qini");
  const found = Array.from({ length: draws }, () =>
    curveOf(
      sumsOf(order, group, () => poisson(random.next())),
      told,
    ),
  );
  const interval = (of: (curve: UpliftCurve) => number): Measured => {
    const sorted = found.map(of).sort((a, b) => a - b);
    const at = (p: number) => sorted[Math.min(draws - 1, Math.max(0, Math.round(p * (draws - 1))))] ?? Number.NaN;
    return { value: of(curve), low: at(0.025), high: at(0.975) };
  };
  return {
    curve,
    qini: interval(({ qini }) => qini),
    auuc: interval(({ auuc }) => auuc),
    topEffect: interval(({ topEffect }) => topEffect),
  };
}

/** Poisson with mean one, by its cumulative chances. */
function poisson(u: number): number {
  let [k, p] = [0, Math.exp(-1)];
  for (let sum = p; u > sum && k < 12; sum += p) {
    k++;
    p /= k;
  }
  return k;
}
