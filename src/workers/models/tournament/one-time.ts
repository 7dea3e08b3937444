import { sigmoid } from "../../numeric/boosted-trees-loss.ts";
import { logitsOf } from "../learning.ts";

/** What a forecast said of customers who had bought once, and what came. */
interface ToldOnce {
  readonly predicted: Float64Array;
  readonly actual: Float64Array;
}

/** Counts run on the logarithm, chances on the log odds. */
export type Scale = "count" | "chance";

/** How far slopes lie from 1 among retailers, and how far one retailer's wander from cut to cut, as standard deviations. */
const amongRetailers = 0.3;
const fromCutToCut = 0.15;
const leastOfEach = 20;
const leastCustomers = 100;
const leastSpread = 1e-3;
/** Less isn't worth telling. */
const leastTurn = 0.03;
const [least, most] = [0.3, 2.5];

/** In order of size, so that the order of rows moves no digit. */
function sumOf(values: Float64Array): number {
  return Float64Array.from(values)
    .sort()
    .reduce((sum, value) => sum + value, 0);
}

const onScale = (scale: Scale, values: Float64Array) =>
  scale === "chance" ? logitsOf(values) : values.map((value) => Math.log(Math.max(1e-9, value)));
const meanOf = (scale: Scale, eta: number) =>
  scale === "chance" ? sigmoid(eta) : Math.exp(Math.min(30, Math.max(-30, eta)));

/** Calibration slope (Cox 1958): regression of what came on what was told, with an intercept of its own, by Newton's method; logistic
 *  for chances, Poisson for counts. Null where too little came, or all were told the same. */
export function slopeOf({ predicted, actual }: ToldOnce, scale: Scale): { slope: number; error: number } | null {
  const n = actual.length;
  const came = actual.filter((value) => value > 0).length;
  if (n < leastCustomers || came < leastOfEach || n - came < leastOfEach) return null;
  const told = onScale(scale, predicted);
  const middle = sumOf(told) / n;
  const spread = Math.sqrt(sumOf(told.map((value) => (value - middle) ** 2)) / n);
  if (!(spread > leastSpread)) return null;
  const mean = sumOf(actual) / n;
  const order = Array.from(told.keys()).sort(
    (a, b) => (told[a] ?? 0) - (told[b] ?? 0) || (actual[a] ?? 0) - (actual[b] ?? 0),
  );
  let [intercept, slope] = [scale === "chance" ? Math.log(mean / (1 - mean)) : Math.log(mean), 1];
  for (let step = 0; step < 50; step++) {
    let [g0, g1, h00, h01, h11] = [0, 0, 0, 0, 0];
    for (const row of order) {
      const at = (told[row] ?? 0) - middle;
      const expected = meanOf(scale, intercept + slope * at);
      const weight = scale === "chance" ? expected * (1 - expected) : expected;
      const left = (actual[row] ?? 0) - expected;
      g0 += left;
      g1 += left * at;
      h00 += weight;
      h01 += weight * at;
      h11 += weight * at * at;
    }
    const determinant = h00 * h11 - h01 * h01;
    if (!(determinant > 1e-12)) return null;
    const [byIntercept, bySlope] = [(h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant];
    intercept += Math.min(1, Math.max(-1, byIntercept));
    slope += Math.min(1, Math.max(-1, bySlope));
    if (Math.abs(byIntercept) + Math.abs(bySlope) < 1e-9) return { slope, error: Math.sqrt(h00 / determinant) };
  }
  return null;
}

/** The slope by which forecasts of one-time buyers are turned: that of earlier cuts, drawn to 1 by how unsure each is, how much it wanders
 *  from cut to cut, and how little retailers differ (normal prior; Efron & Morris 1975). 1 where nothing is known, or it lies within a standard deviation. */
export function slopeThatHeld(cuts: readonly ToldOnce[], scale: Scale): number {
  const found = cuts.flatMap((cut) => slopeOf(cut, scale) ?? []);
  if (found.length === 0) return 1;
  const prior = 1 / amongRetailers ** 2;
  const weights = found.map(({ error }) => 1 / (error ** 2 + fromCutToCut ** 2));
  const drawn =
    (prior + found.reduce((sum, { slope }, at) => sum + slope * (weights[at] ?? 0), 0)) /
    (prior + weights.reduce((sum, one) => sum + one, 0));
  const unsure = 1 / Math.sqrt(prior + weights.reduce((sum, one) => sum + one, 0));
  const kept = Math.min(most, Math.max(least, drawn));
  return Math.abs(kept - 1) < Math.max(leastTurn, unsure) ? 1 : Math.round(1e3 * kept) / 1e3;
}

/** Forecasts turned by a slope on their scale, their sum as it was. NaN stays. */
export function turned(values: Float64Array, slope: number, scale: Scale): Float64Array {
  const known = values.filter(Number.isFinite);
  if (slope === 1 || known.length === 0) return values;
  const all = onScale(scale, values).map((value) => slope * value);
  const sum = sumOf(known);
  if (scale === "count") {
    const raw = all.map((value) => meanOf(scale, value));
    const factor = sum / sumOf(raw.filter(Number.isFinite));
    return raw.map((value) => value * factor);
  }
  const shifted = (by: number) => all.map((value) => sigmoid(value + by));
  let [low, high] = [-20, 20];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (sumOf(shifted(middle).filter(Number.isFinite)) < sum) low = middle;
    else high = middle;
  }
  return shifted((low + high) / 2);
}

/** The same for those rows of a forecast who had bought once. */
export function turnedOnce(
  values: Float64Array,
  isOnce: readonly boolean[],
  { slope, scale }: { slope: number; scale: Scale },
): Float64Array {
  if (slope === 1) return values;
  const rows = [...values.keys()].filter((row) => isOnce[row]);
  const own = turned(
    Float64Array.from(rows, (row) => values[row] ?? Number.NaN),
    slope,
    scale,
  );
  const result = values.slice();
  for (const [at, row] of rows.entries()) result[row] = own[at] ?? Number.NaN;
  return result;
}
