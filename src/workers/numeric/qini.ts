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

/** Rows as their scores rank them, ties in an order of their content; each bin has as many. */
function ranked(score: Float64Array, { isTreated, outcome, chance }: Treated): Uint32Array {
  const order = canonicalOrder([score, isTreated, outcome, chance]);
  return order.sort((a, b) => (score[b] ?? 0) - (score[a] ?? 0)); // stable
}

/** Sums of inverse-chance weights and weighted outcomes of both sides, by bin. */
type Sums = { t: Float64Array; ty: Float64Array; c: Float64Array; cy: Float64Array };

function curveOf({ t, ty, c, cy }: Sums): UpliftCurve {
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
  return { gain, auuc, qini: auuc - (gain.at(-1) ?? 0) / 2, topEffect: ((gain[top] ?? 0) * bins) / top };
}

function sumsOf(order: Uint32Array, group: Treated, weight?: (at: number) => number): Sums {
  const sums = {
    t: new Float64Array(bins),
    ty: new Float64Array(bins),
    c: new Float64Array(bins),
    cy: new Float64Array(bins),
  };
  for (let at = 0; at < order.length; at++) {
    const row = order[at] ?? 0;
    const w = weight ? weight(at) : 1;
    if (w === 0) continue;
    const bin = Math.min(bins - 1, Math.floor((at / order.length) * bins));
    const chance = group.chance[row] ?? 0.5;
    const own = group.isTreated[row] === 1;
    const inverse = w / (own ? chance : 1 - chance);
    const [n, y] = own ? [sums.t, sums.ty] : [sums.c, sums.cy];
    n[bin] = (n[bin] ?? 0) + inverse;
    y[bin] = (y[bin] ?? 0) + inverse * (group.outcome[row] ?? 0);
  }
  return sums;
}

/** The uplift curve of a ranking: people of both sides weighted by one over the chance of their side, so that experiments with
 *  different shares can be read together. Equal shares: Radcliffe's (2007) Qini curve per person. */
export function upliftCurve(score: Float64Array, group: Treated): UpliftCurve {
  return curveOf(sumsOf(ranked(score, group), group));
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
  const curve = curveOf(sumsOf(order, group));
  const random = createRandom(seed, "qini");
  const found = Array.from({ length: draws }, () => curveOf(sumsOf(order, group, () => poisson(random.next()))));
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
