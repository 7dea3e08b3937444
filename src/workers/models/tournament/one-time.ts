import { sigmoid } from "../../numeric/boosted-trees-loss.ts";
import { logitsOf } from "../learning.ts";

/** What a forecast said of customers who had bought once, and what came. */
interface ToldOnce {
  readonly predicted: Float64Array;
  readonly actual: Float64Array;
}

/** Counts run on the logarithm, chances on the log odds. */
export type Scale = "count" | "chance";

/** How far the logarithm of a retailer's slope wanders from cut to cut, as a standard deviation: seasons and young cohorts move it. */
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

/** The slope by which forecasts of one-time buyers are turned: the mean of the cuts' logarithms, drawn to 0 by a standard error (soft
 *  thresholding, Donoho 1995), which holds how unsure each is and how much slopes wander from cut to cut, at the least by `fromCutToCut`.
 *  1 with fewer than two cuts, or where they don't lie on the same side. */
export function slopeThatHeld(cuts: readonly ToldOnce[], scale: Scale): number {
  const found = cuts.flatMap((cut) => {
    const { slope, error } = slopeOf(cut, scale) ?? { slope: 0, error: 0 };
    return slope > 0 ? [{ log: Math.log(slope), variance: (error / slope) ** 2 }] : [];
  });
  const n = found.length;
  if (n < 2 || n < cuts.length) return 1;
  const mean = found.reduce((sum, { log }) => sum + log, 0) / n;
  if (!found.every(({ log }) => log * mean > 0)) return 1;
  const between = found.reduce((sum, { log }) => sum + (log - mean) ** 2, 0) / (n - 1);
  const within = found.reduce((sum, { variance }) => sum + variance, 0) / n;
  const held = Math.abs(mean) - Math.sqrt((Math.max(between, fromCutToCut ** 2) + within) / n);
  if (held < leastTurn) return 1;
  return Math.round(1e3 * Math.min(most, Math.max(least, Math.exp(Math.sign(mean) * held)))) / 1e3;
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
