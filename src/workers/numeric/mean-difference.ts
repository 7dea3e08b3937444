import { betaCdf, betaQuantile, normalCdf, normalQuantile } from "./distributions.ts";
import { type GroupMoments, spreads } from "./group-moments.ts";

/** A difference between two groups with its 95 % interval and two-sided p; NaN where a group has fewer than two people. */
export interface Difference {
  readonly value: number;
  readonly error: number;
  readonly low: number;
  readonly high: number;
  readonly p: number;
}

const unknown: Difference = {
  value: Number.NaN,
  error: Number.NaN,
  low: Number.NaN,
  high: Number.NaN,
  p: Number.NaN,
};
const manyDegrees = 5_000;

/** P(|T| > t) for Student's t with ν degrees of freedom. */
export function studentTail(t: number, degrees: number): number {
  if (!Number.isFinite(t)) return 0;
  if (degrees > manyDegrees) return Math.min(1, 2 * (1 - normalCdf(Math.abs(t))));
  return betaCdf(degrees / (degrees + t * t), degrees / 2, 0.5);
}

/** The t that |T| exceeds with probability alpha. */
export function studentLimit(alpha: number, degrees: number): number {
  if (degrees > manyDegrees) return normalQuantile(1 - alpha / 2);
  const x = betaQuantile(alpha, degrees / 2, 0.5);
  return Math.sqrt((degrees * (1 - x)) / x);
}

function differenceOf(value: number, parts: readonly { variance: number; n: number }[]): Difference {
  const squares = parts.map(({ variance, n }) => variance / n);
  const square = squares.reduce((sum, one) => sum + one, 0);
  const error = Math.sqrt(square);
  if (error === 0) return { value, error, low: value, high: value, p: value === 0 ? 1 : 0 };
  const spread = parts.reduce((sum, { n }, at) => sum + (squares[at] ?? 0) ** 2 / (n - 1), 0);
  const degrees = square ** 2 / spread; // Welch (1947)
  const half = studentLimit(0.05, degrees) * error;
  return { value, error, low: value - half, high: value + half, p: studentTail(value / error, degrees) };
}

/** Mean of y among the treated minus that of the control group; variances apart, Welch's (1947) degrees of freedom. */
export function meanDifference(treated: GroupMoments, control: GroupMoments): Difference {
  if (treated.n < 2 || control.n < 2) return unknown;
  const parts = [treated, control].map((group) => ({ variance: spreads(group).yy / (group.n - 1), n: group.n }));
  return differenceOf(treated.y / treated.n - control.y / control.n, parts);
}

export interface AdjustedDifference extends Difference {
  /** Slope of y on x within the groups. */
  readonly theta: number;
  /** Share of the variance that x takes away: ρ² within the groups. */
  readonly explained: number;
}

/** The same of y′ = y − θ (x − x̄), θ = cov(x, y) ÷ var(x) pooled within the groups: CUPED (Deng, Xu, Kohavi & Walker, WSDM 2013).
 *  x has to be known before the groups were drawn; the variance is multiplied by 1 − ρ². */
export function adjustedDifference(treated: GroupMoments, control: GroupMoments): AdjustedDifference {
  const groups = [treated, control].map((group) => ({ ...spreads(group), n: group.n }));
  const [xx, xy, yy] = (["xx", "xy", "yy"] as const).map((name) => groups.reduce((sum, one) => sum + one[name], 0)) as [
    number,
    number,
    number,
  ];
  const theta = xx > 0 ? xy / xx : 0;
  const plain = meanDifference(treated, control);
  if (!Number.isFinite(plain.value)) return { ...plain, theta: 0, explained: 0 };
  const shift = theta * (treated.x / treated.n - control.x / control.n);
  const parts = groups.map((one) => {
    const rest = Math.max(0, one.yy - 2 * theta * one.xy + theta * theta * one.xx);
    return { variance: rest / (one.n - 1), n: one.n };
  });
  return { ...differenceOf(plain.value - shift, parts), theta, explained: yy > 0 && xx > 0 ? xy ** 2 / (xx * yy) : 0 };
}

/** The sums of y′ = y − θ (x − centre), which no longer differ by what x tells. */
export function withoutCovariate(group: GroupMoments, theta: number, centre: number): GroupMoments {
  const { n, y, yy, x, xx, xy } = group;
  return {
    ...group,
    y: y - theta * (x - n * centre),
    yy: yy - 2 * theta * (xy - centre * y) + theta * theta * (xx - 2 * centre * x + n * centre * centre),
  };
}

/** Ratio of the treated mean to the control mean less one, with its 95 % interval: delta method on the logarithm (Deng, Knoblich
 *  & Lu, KDD 2018). NaN where a mean isn't positive. */
export function relativeDifference(treated: GroupMoments, control: GroupMoments): Difference {
  const [own, other] = [treated.y / treated.n, control.y / control.n];
  if (!(own > 0 && other > 0) || treated.n < 2 || control.n < 2) return unknown;
  const square = [treated, control].reduce(
    (sum, group) => sum + spreads(group).yy / (group.n - 1) / group.n / (group.y / group.n) ** 2,
    0,
  );
  const ratio = own / other;
  const half = normalQuantile(0.975) * Math.sqrt(square);
  const p = square > 0 ? studentTail(Math.log(ratio) / Math.sqrt(square), Number.POSITIVE_INFINITY) : 1;
  const [low, high] = [ratio * Math.exp(-half) - 1, ratio * Math.exp(half) - 1];
  return { value: ratio - 1, error: ratio * Math.sqrt(square), low, high, p };
}
