import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { ModelContext } from "../../../shared/domain/model.ts";
import { featureColumns } from "../../features/customer-features.ts";
import type { Harmonic } from "../../numeric/season.ts";
import { fitReader } from "../fit-reader.ts";
import { contentHashes, pick } from "../learning.ts";
import { numbers } from "../tables.ts";
import {
  daysAhead,
  type Forecasts,
  fitGenerative,
  forecastsOf,
  type Generative,
  historiesIn,
  knownShare,
  learntAtCuts,
} from "./generative.ts";
import {
  type Begun,
  type FittedMoney,
  fitMoney,
  levelsThatHeld,
  type Money,
  partsOf,
  predictMoney,
} from "./value-trees.ts";

/** As JSON holds it. */
export interface FittedMlValue {
  readonly money: FittedMoney;
  readonly generative: Generative;
  /** Weight of the trees in the value and in the number of purchases; the rest is the generative models'. */
  readonly value_share: number;
  readonly count_share: number;
  /** All that came over all that each said, on rows that weren't learnt from. */
  /** What of that level is taken back, since more is known of customers' past than when it was seen. */
  readonly value_back: number;
  readonly count_back: number;
  readonly value_scale: number;
  readonly count_scale: number;
  /** The shop's season, on whose clock purchases are forecast. */
  readonly season: readonly Harmonic[];
  /** Days that had been known at the latest cut. */
  readonly known_days: number;
  readonly window_days: number;
  readonly n_rows: number;
  readonly n_buyers: number;
  readonly n_cuts: number;
}

export const readMlValue = fitReader<FittedMlValue>("ml_customer_value", {
  money: "object",
  generative: "object",
  value_share: "number",
  count_share: "number",
  value_back: "number",
  count_back: "number",
  value_scale: "number",
  count_scale: "number",
  season: "list",
  known_days: "number",
  window_days: "number",
  n_rows: "number",
  n_buyers: "number",
  n_cuts: "number",
});

const leastRows = 200;
const leastBuyers = 50;

/** Ages, counts and sums of all time grow with what is known of the past: trees that learnt from an earlier day, when less was known, would
 *  take everybody of today for better customers. Amounts and lines stand as those of a purchase; how often and how long speaks through
 *  the purchase model. */
const ofAllTime: ReadonlySet<string> = new Set([
  "frequency",
  "recency",
  "t_age",
  "revenue_minor",
  "n_lines",
  "n_categories",
  "n_channels",
  "return_count",
]);

/** Days that a column counts back, where there is an end to them. */
function daysBack(name: string): number {
  if (name === "purchases_same_season") return 365;
  return Number(/^(?:purchases|revenue)_(\d+)$/.exec(name)?.[1] ?? 0);
}

/** Columns that mean the same today as when they were learnt from, when so many days had been known. */
function columnsOf(table: ColumnTable, { count, chance, spend, value }: Forecasts, knownDays: number): Float64Array[] {
  const names = featureColumns
    .map(({ name }) => name)
    .filter((name) => !ofAllTime.has(name) && daysBack(name) <= knownDays);
  const x = numbers(table, "frequency");
  const aPurchase = (name: string) => numbers(table, name).map((all, row) => all / ((x[row] ?? 0) + 1));
  const own = [...names.map((name) => numbers(table, name)), aPurchase("revenue_minor"), aPurchase("n_lines")];
  return [...own, count, chance, spend, value];
}

/** Where the trees begin: the chance of any, and what it then is. */
function begunAt({ chance, value }: Forecasts): Begun {
  return { chance, amount: value.map((all, row) => Math.max(1, all / Math.max(1e-9, chance[row] ?? 0))) };
}

function sortedSum(values: Float64Array): number {
  return values.sort().reduce((sum, value) => sum + value, 0);
}

/** The weight of one forecast beside another, in tenths, by which the blend has the least Poisson deviance. */
function bestShare(own: Float64Array, other: Float64Array, actual: Float64Array): number {
  let best = { share: 0, loss: Number.POSITIVE_INFINITY };
  for (let tenth = 0; tenth <= 10; tenth++) {
    const share = tenth / 10;
    const losses = own.map((one, row) => {
      const blended = Math.max(1e-9, share * one + (1 - share) * (other[row] ?? 0));
      return blended - (actual[row] ?? 0) * Math.log(blended);
    });
    const loss = sortedSum(losses);
    if (loss < best.loss) best = { share, loss };
  }
  return best.share;
}

/** Ratio of sums, kept between half and double. */
function scaleOf(actual: Float64Array, told: Float64Array): number {
  const sum = sortedSum(Float64Array.from(told));
  return sum > 0 ? Math.min(2, Math.max(0.5, sortedSum(Float64Array.from(actual)) / sum)) : 1;
}

/** Purchases that the trees' chance makes of the generative count: as many, given any. */
export function countsOf(money: Money, { count, chance }: Forecasts): Float64Array {
  return money.chance.map((p, row) => (p * (count[row] ?? 0)) / Math.max(1e-9, chance[row] ?? 0));
}

export function fitMlValue(
  table: ColumnTable,
  { now, season }: { now: ColumnTable; season: readonly Harmonic[] },
  { seed, throwIfCancelled, asOf }: ModelContext,
): FittedMlValue | null {
  const cut = numbers(table, "cut_days");
  const target = numbers(table, "revenue_after").map((money) => Math.max(0, money));
  const bought = numbers(table, "purchases_after");
  const buyers = target.filter((money) => money > 0).length;
  if (table.rows < leastRows || buyers < leastBuyers || table.rows - buyers < leastBuyers) return null;
  const cuts = [...new Set(cut)].sort((a, b) => a - b);
  const window = numbers(table, "window_days")[0] ?? 0;
  const year = { season, asOf };
  const { latest, told: forecasts } = learntAtCuts(table, year);
  const knownDays = pick(numbers(table, "t_age"), latest).reduce((most, days) => Math.max(most, days), 0);
  const columns = columnsOf(table, forecasts, knownDays);
  const part =
    cuts.length > 1 ? Uint8Array.from(cut, (days) => (days === cuts[0] ? 1 : 0)) : partsOf(contentHashes(columns), 3);
  const { fitted, judged } = fitMoney({ columns, target, begun: begunAt(forecasts), part, seed, throwIfCancelled });
  const valueScale = scaleOf(target, forecasts.value);
  const generated = forecasts.value.map((value) => value * valueScale);
  const valueShare = bestShare(judged.mean, generated, target);
  const ownCounts = countsOf(judged, forecasts);
  const countShare = bestShare(ownCounts, forecasts.count, bought);
  const blended = ownCounts.map((own, row) => countShare * own + (1 - countShare) * (forecasts.count[row] ?? 0));
  const stacked = judged.mean.map((own, row) => valueShare * own + (1 - valueShare) * (generated[row] ?? 0));
  const levels = levelsThatHeld(target, shifted(judged, stacked), fitted.sigma);
  const share = knownShare(pick(numbers(table, "t_age"), latest), numbers(now, "t_age"));
  const back = (held: number) => held ** (Math.sqrt(share) - 1);
  return {
    money: { ...fitted, levels },
    generative: fitGenerative(historiesIn(now, year)),
    value_share: valueShare,
    count_share: countShare,
    value_scale: valueScale,
    count_scale: scaleOf(bought, blended),
    value_back: back(valueScale),
    count_back: back(scaleOf(bought, forecasts.count)),
    season,
    known_days: knownDays,
    window_days: window,
    n_rows: table.rows,
    n_buyers: buyers,
    n_cuts: cuts.length,
  };
}

/** The money with its amounts moved so that its mean is another. */
function shifted(money: Money, mean: Float64Array): Money {
  const mu = money.mu.map(
    (one, row) => one + Math.log(Math.max(1e-9, mean[row] ?? 0) / Math.max(1e-9, money.mean[row] ?? 0)),
  );
  return { ...money, mu, mean };
}

export interface MlForecast {
  readonly money: Money;
  readonly count: Float64Array;
  readonly generated: Float64Array;
}

const clipped = (p: number) => Math.min(1 - 1e-9, Math.max(1e-9, p));

/** Value and purchases of the next t days. Where the trees have seen a shorter window only, they correct the generative models over
 *  that window, and the correction is carried to t. */
export function forecastMlValue(
  fitted: FittedMlValue,
  table: ColumnTable,
  { days: t, asOf }: { days: number; asOf: number | undefined },
): MlForecast {
  const { generative, season, window_days: window, value_scale: scale } = fitted;
  const year = { season, asOf };
  const histories = historiesIn(table, year);
  const ahead = (days: number) => forecastsOf(generative, histories, daysAhead(year, days));
  const near = ahead(window);
  const far = t === window ? near : ahead(t);
  const plain = predictMoney(fitted.money, columnsOf(table, near, fitted.known_days), begunAt(near));
  const generated = near.value.map((value) => value * scale);
  const mean = plain.mean.map((own, row) => {
    const blended = fitted.value_share * own + (1 - fitted.value_share) * (generated[row] ?? 0);
    return fitted.value_back * blended;
  });
  const own = countsOf(plain, near);
  const count = own.map((one, row) => {
    const blended = fitted.count_share * one + (1 - fitted.count_share) * (near.count[row] ?? 0);
    return fitted.count_back * fitted.count_scale * blended;
  });
  const stacked = shifted(plain, mean);
  if (t === window) return { money: stacked, count, generated };
  const ratio = (of: (one: Forecasts) => Float64Array, row: number) =>
    (of(far)[row] ?? 0) / Math.max(1e-12, of(near)[row] ?? 0);
  // the odds of none go with the time as the generative model's do
  const chance = stacked.chance.map((p, row) => {
    const power = Math.log1p(-clipped(far.chance[row] ?? 0)) / Math.log1p(-clipped(near.chance[row] ?? 0));
    return -Math.expm1(power * Math.log1p(-clipped(p)));
  });
  const means = mean.map((one, row) => one * ratio(({ value }) => value, row));
  const held = {
    ...stacked,
    chance,
    mean: chance.map((p, row) => (p * (mean[row] ?? 0)) / Math.max(1e-9, stacked.chance[row] ?? 0)),
  };
  return {
    money: shifted(held, means),
    count: count.map((one, row) => one * ratio((forecasts) => forecasts.count, row)),
    generated: far.value.map((value) => value * scale),
  };
}
