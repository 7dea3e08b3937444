import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { ModelContext } from "../../../shared/domain/model.ts";
import { conformalFactor } from "../../numeric/interval-score.ts";
import type { Harmonic } from "../../numeric/season.ts";
import { fitReader } from "../fit-reader.ts";
import { pick } from "../learning.ts";
import { ladderIn } from "../lifecycle/stage-ladder.ts";
import { stagesBefore } from "../lifecycle/stage-rules.ts";
import { numbers } from "../tables.ts";
import { fitGenerative, type Generative, historiesIn, knownShare, learntAtCuts } from "./generative.ts";

/** As JSON holds it. */
export interface FittedSegments {
  readonly generative: Generative;
  /** What stages brought over what was told of them, at earlier cuts; nearer to 1 where less was known of customers' past then. */
  readonly factors: Readonly<Record<string, number>>;
  /** Standard deviation of the logarithm of that ratio at a cut to come, so wide that 80 % of a t distribution lie within a normal's. */
  readonly spread: number;
  /** The same of a stage's ratio beside that of all. */
  readonly apart: number;
  /** What limits are widened by, so that eight in ten segments lay inside at cuts whose level was told by the others. */
  readonly widen: number;
  /** The shop's season, on whose clock purchases are forecast. */
  readonly season: readonly Harmonic[];
  /** Standard deviation of a purchase's amount over its expectation. */
  readonly spend_cv: number;
  readonly window_days: number;
  readonly n_rows: number;
  readonly n_cuts: number;
}

export const readSegments = fitReader<FittedSegments>("segment_forecast", {
  generative: "object",
  factors: "object",
  spread: "number",
  apart: "number",
  widen: "number",
  season: "list",
  spend_cv: "number",
  window_days: "number",
  n_rows: "number",
  n_cuts: "number",
});

const leastRows = 200;
const unknownSpread = 0.15;
const unknownApart = 0.08;
/** The same where factors rest on one cut: what the stages of two dozen shops had. */
const aloneApart = 0.3;
/** Quantiles of t distributions at 90 %, by degrees of freedom from 2 on, over the normal's. */
const wider = [1.886, 1.638, 1.533, 1.476].map((quantile) => quantile / 1.2816);
const drawnBy = 0.05;

export function fitSegments(
  table: ColumnTable,
  { purchaseHorizonDays: horizon, throwIfCancelled, asOf, fits }: ModelContext,
  { now, season }: { now: ColumnTable; season: readonly Harmonic[] },
): FittedSegments | null {
  if (table.rows < leastRows) return null;
  const cut = numbers(table, "cut_days");
  const cuts = [...new Set(cut)].sort((a, b) => a - b);
  const window = numbers(table, "window_days")[0] ?? 0;
  const year = { season, asOf };
  const { latest, generative, told } = learntAtCuts(table, year);
  const { value } = told;
  const histories = {
    frequency: numbers(table, "frequency"),
    recency: numbers(table, "recency"),
    tAge: numbers(table, "t_age"),
  };
  const stages = stagesBefore(generative.btyd, histories, {
    horizon,
    ladder: ladderIn(fits?.["lifecycle_stage"]),
    throwIfCancelled,
  });
  const revenue = numbers(table, "revenue_after");
  const sums = new Map<string, { actual: number[]; told: number[] }>();
  const add = (key: string, row: number) => {
    const own = sums.get(key) ?? { actual: [], told: [] };
    own.actual.push(revenue[row] ?? 0);
    own.told.push(value[row] ?? 0);
    sums.set(key, own);
  };
  for (const [row, stage] of stages.entries()) {
    for (const key of ["all", `${stage}`, `${stage} ${cut[row]}`, `all ${cut[row]}`]) add(key, row);
  }
  const sum = (values: readonly number[] = []) =>
    Float64Array.from(values)
      .sort()
      .reduce((total, one) => total + one, 0);
  const of = (key: string) => ({ actual: sum(sums.get(key)?.actual), told: sum(sums.get(key)?.told) });
  const all = of("all");
  if (!(all.told > 0) || !(all.actual > 0)) return null;
  const names = [...new Set(stages)].filter((stage) => stage !== null).sort();
  const drawn = (own: Told, whole: Told) => {
    const weight = drawnBy * whole.told;
    return Math.min(2, Math.max(0.2, (own.actual + (weight * whole.actual) / whole.told) / (own.told + weight)));
  };
  const factors = Object.fromEntries(names.map((stage) => [stage, drawn(of(stage), all)]));
  const share = Math.sqrt(knownShare(pick(numbers(table, "t_age"), latest), numbers(now, "t_age")));
  const logRatio = (key: string) => {
    const { actual, told } = of(key);
    return Math.log(actual / Math.max(1e-9, told));
  };
  const ratios = cuts.map((days) => logRatio(`all ${days}`)).filter(Number.isFinite);
  const mean = ratios.reduce((total, one) => total + one, 0) / Math.max(1, ratios.length);
  const apart = names.flatMap((stage) =>
    cuts.flatMap((days, at) => {
      const rest = logRatio(`${stage} ${days}`) - Math.log(factors[stage] ?? 1) - ((ratios[at] ?? mean) - mean);
      return of(`${stage} ${days}`).told > 0.02 * of(`all ${days}`).told && Number.isFinite(rest) ? [rest] : [];
    }),
  );
  const spread = Math.max(0.05, spreadAhead(ratios.map((one) => one - mean)));
  const seen = Math.sqrt((unknownApart ** 2 + sumOfSquares(apart)) / (1 + apart.length));
  const own = cuts.length === 1 ? Math.max(aloneApart, seen) : seen;
  const less = (key: string, days: number): Told => {
    const [whole, part] = [of(key), of(`${key} ${days}`)];
    return { actual: whole.actual - part.actual, told: whole.told - part.told };
  };
  const misses = cuts.flatMap((days) => {
    const rest = less("all", days);
    if (cuts.length < 3 || !(rest.told > 0)) return [];
    const stagesOf = names.map((stage) => ({
      ...of(`${stage} ${days}`),
      factor: drawn(less(stage, days), rest),
    }));
    const whole = of(`all ${days}`);
    const expected = stagesOf.reduce((total, { factor, told }) => total + factor * told, 0);
    const large = stagesOf.filter(({ told, actual }) => told > 0.02 * whole.told && actual > 0);
    return [
      Math.abs(Math.log(whole.actual / Math.max(1e-9, expected))) / spread,
      ...large.map(
        ({ actual, told, factor }) => Math.abs(Math.log(actual / (factor * told))) / Math.hypot(spread, own),
      ),
    ].filter(Number.isFinite);
  });
  return {
    generative: fitGenerative(historiesIn(now, year)),
    factors: Object.fromEntries(Object.entries(factors).map(([stage, factor]) => [stage, factor ** share])),
    spread,
    apart: own,
    widen: conformalFactor(misses),
    season,
    spend_cv: generative.spend ? 1 / Math.sqrt(generative.spend.p) : 1,
    window_days: window,
    n_rows: table.rows,
    n_cuts: cuts.length,
  };
}

interface Told {
  readonly actual: number;
  readonly told: number;
}

const sumOfSquares = (values: readonly number[]) => values.reduce((sum, one) => sum + one * one, 0);

/** Spread of a ratio to come from those of some cuts about their mean, with one more of the usual spread; that alone where there is but
 *  one, which tells nothing of how cuts differ. */
function spreadAhead(about: readonly number[]): number {
  const n = Math.max(1, about.length);
  const variance = (sumOfSquares(about) + unknownSpread ** 2) / n;
  return Math.sqrt(variance * (1 + 1 / n)) * (n === 1 ? 1 : (wider[n - 2] ?? 1.1));
}

/** Spread of a segment's ratio: that of earlier cuts, wider where the horizon is another than theirs. */
export function relativeSd({ spread, window_days: window }: FittedSegments, horizon: number): number {
  return spread * Math.max(1, Math.abs(Math.log(horizon / Math.max(1, window))) ** 0.5);
}

const year = 364;

/** Revenue of the same days a year ago over the mean of that year, drawn half way to 1; 1 with less than a year of weeks. */
export function seasonAhead(weeks: ColumnTable, asOf: number, horizon: number): number {
  const [start, revenue] = [numbers(weeks, "week"), numbers(weeks, "revenue_minor")];
  const first = start.reduce((least, day) => Math.min(least, day), Number.POSITIVE_INFINITY);
  if (!(first <= asOf - year) || horizon >= 300) return 1;
  const rows = Array.from(start.keys()).sort((a, b) => (start[a] ?? 0) - (start[b] ?? 0));
  const between = (from: number, to: number) =>
    rows.reduce((sum, row) => {
      const begin = start[row] ?? 0;
      const share = Math.max(0, Math.min(to, begin + 7) - Math.max(from, begin)) / 7;
      return sum + share * (revenue[row] ?? 0);
    }, 0);
  const whole = between(asOf - year, asOf);
  const ahead = between(asOf - year, asOf - year + horizon);
  const index = whole > 0 ? (ahead * year) / (whole * horizon) : 1;
  return 1 + (Math.min(3, Math.max(0.3, index)) - 1) / 2;
}

const half = 182;
const leastWon = 20;
/** Of a trend, how much goes on: it seldom does in full (Gardner & McKenzie 1985). */
const goesOn = 2 / 3;

/** Customers that the next days win over those that as many days before won: the last half year beside the same one a year earlier,
 *  damped. 1 where either won fewer than twenty, or the shop is younger than both. */
export function wonAhead(age: Float64Array, horizon: number): number {
  const within = (from: number, to: number) => age.filter((days) => days >= from && days < to).length;
  const [now, before] = [within(0, half), within(365, 365 + half)];
  const isWhole = age.some((days) => days >= 365 + half - 7);
  if (!isWhole || Math.min(now, before) < leastWon) return 1;
  return Math.min(3, Math.max(1 / 3, now / before)) ** ((goesOn * horizon) / 365);
}
