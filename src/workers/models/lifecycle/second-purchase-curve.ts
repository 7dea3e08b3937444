import { lgamma } from "../../numeric/special-functions.ts";

/** Share of all first buyers who have bought again, by age. As JSON holds it. */
export interface SecondCurve {
  /** By the end of week 0, 1, 2 …; at least four. */
  readonly by_week: readonly number[];
  /** Beyond the last, the hazard of a week w is exp(level) · (w + 1)^power. */
  readonly level: number;
  readonly power: number;
}

const mostWeeks = 156;
const leastAtRisk = 20;
/** Weeks by which the law is levelled where it goes on beyond them. */
const lateWeeks = 26;
/** How many events of its own a week needs to count as much as the power law does. */
const strengths = [1, 3, 10, 30, 100, 300, 1_000, 10_000] as const;

interface Week {
  readonly events: number;
  readonly atRisk: number;
}

/** Who bought a second time in each week since the first order, of those who were seen through it, or bought in it. */
function weeksOf(second: Float64Array, age: Float64Array): Week[] {
  const last = Math.min(mostWeeks, Math.floor(age.reduce((most, days) => Math.max(most, days), 0) / 7));
  const [events, atRisk] = [new Float64Array(last + 1), new Float64Array(last + 2)];
  for (let row = 0; row < age.length; row++) {
    const days = second[row] ?? Number.NaN;
    const isSecond = Number.isFinite(days);
    const week = Math.floor((isSecond ? days : (age[row] ?? 0)) / 7);
    const seen = Math.min(last + 1, isSecond ? week + 1 : week);
    atRisk[seen] = (atRisk[seen] ?? 0) + 1;
    if (isSecond && week <= last) events[week] = (events[week] ?? 0) + 1;
  }
  const weeks: Week[] = [];
  let left = age.length;
  for (let week = 0; week <= last; week++) {
    left -= atRisk[week] ?? 0;
    if (left < leastAtRisk) break;
    weeks.push({ events: events[week] ?? 0, atRisk: left });
  }
  return weeks;
}

/** Hazard as a power of the week, by Poisson regression; Weibull's, as mixtures of people who come back sooner or later have it. */
function fitPower(weeks: readonly Week[]): { level: number; power: number } {
  const total = weeks.reduce((sum, { events }) => sum + events, 0);
  const seen = weeks.reduce((sum, { atRisk }) => sum + atRisk, 0);
  let [level, power] = [Math.log(Math.max(0.5, total) / Math.max(1, seen)), 0];
  for (let step = 0; step < 30; step++) {
    let [g0, g1, h00, h01, h11] = [0, -power * 0.1, 1e-9, 0, 0.1];
    for (const [week, { events, atRisk }] of weeks.entries()) {
      const x = Math.log(week + 1);
      const mean = atRisk * Math.exp(level + power * x);
      g0 += events - mean;
      g1 += x * (events - mean);
      h00 += mean;
      h01 += x * mean;
      h11 += x * x * mean;
    }
    const determinant = h00 * h11 - h01 * h01;
    const [by0, by1] = [(h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant];
    if (!Number.isFinite(by0 + by1)) break;
    level += Math.min(2, Math.max(-2, by0));
    power += Math.min(1, Math.max(-1, by1));
    if (Math.abs(by0) + Math.abs(by1) < 1e-9) break;
  }
  return { level, power: Math.min(0.5, Math.max(-3, power)) };
}

/** How firmly weeks keep to the law: the strength under which their events are the likeliest (gamma and Poisson, so negative binomial). */
function strengthOf(weeks: readonly Week[], law: (week: number) => number): number {
  const likelihood = (strength: number) =>
    weeks.reduce((sum, { events, atRisk }, week) => {
      const mean = atRisk * law(week);
      const p = strength / (strength + mean);
      return sum + lgamma(events + strength) - lgamma(strength) + strength * Math.log(p) + events * Math.log1p(-p);
    }, 0);
  const all = strengths.map((strength) => ({ strength, value: likelihood(strength) }));
  return all.reduce((best, one) => (one.value > best.value ? one : best)).strength;
}

/** Life table of the second purchase (Kaplan & Meier 1958) whose weekly hazards are drawn towards a power law, the less the more of their
 *  own events a week has (empirical Bayes; Morris 1983), and smoothed over neighbours in proportion to it from the third week on. Null
 *  where fewer than four weeks were seen by twenty customers.
 *  second: days from the first to the second order, NaN for none; age: days since the first. */
export function fitCurve(second: Float64Array, age: Float64Array): SecondCurve | null {
  const weeks = weeksOf(second, age);
  if (weeks.length < 4) return null;
  const { level, power } = fitPower(weeks);
  const law = (week: number) => Math.exp(level + power * Math.log(week + 1));
  const strength = strengthOf(weeks, law);
  const ratios = weeks.map(({ events, atRisk }, week) => (events + strength) / (atRisk * law(week) + strength));
  const by_week: number[] = [];
  let survived = 1;
  for (const week of weeks.keys()) {
    const reach = week < 2 ? 0 : week < 12 ? 1 : 4;
    const near = ratios.slice(Math.max(0, week - reach), week + reach + 1);
    const ratio = near.reduce((sum, one) => sum + one, 0) / near.length;
    survived *= 1 - Math.min(0.95, law(week) * ratio);
    by_week.push(1 - survived);
  }
  const late = weeks.slice(-lateWeeks);
  const told = late.reduce((sum, { atRisk }, at) => sum + atRisk * law(weeks.length - late.length + at), 0);
  const came = late.reduce((sum, { events }) => sum + events, 0);
  return { by_week, level: level + Math.log((came + strength) / (told + strength)), power };
}

/** Sum of the law's hazards from the last known week's end on, as an integral. */
function beyond({ level, power, by_week }: SecondCurve, weeks: number): number {
  const [from, to] = [by_week.length + 0.5, weeks + 0.5];
  const exponent = power + 1;
  const area = Math.abs(exponent) < 1e-9 ? Math.log(to / from) : (to ** exponent - from ** exponent) / exponent;
  return Math.exp(level) * area;
}

/** Share of all first buyers who have bought again so many days after the first. */
export function shareBy(curve: SecondCurve, days: number): number {
  const shares = curve.by_week;
  const weeks = Math.max(0, days) / 7;
  const at = Math.floor(weeks);
  const of = (week: number) => -Math.log1p(-(week < 0 ? 0 : (shares[week] ?? shares.at(-1) ?? 0)));
  const hazard =
    weeks >= shares.length
      ? of(shares.length - 1) + beyond(curve, weeks)
      : of(at - 1) + (weeks - at) * (of(at) - of(at - 1));
  return Math.min(0.9999, Math.max(1e-6, -Math.expm1(-hazard)));
}

/** Chance of a second purchase within some days, given none by an age. */
export function chanceAhead(curve: SecondCurve, age: number, days: number): number {
  const now = shareBy(curve, age + 1);
  return Math.min(1 - 1e-6, Math.max(1e-6, (shareBy(curve, age + 1 + days) - now) / Math.max(1e-6, 1 - now)));
}
