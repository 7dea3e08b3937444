import type { ColumnTable } from "../../../shared/domain/column.ts";
import { fitBtyd } from "../../numeric/btyd-fit.ts";
import {
  type BtydParams,
  expectedPurchases,
  probabilityAlive,
  probabilityOfNone,
} from "../../numeric/buy-till-you-die.ts";
import { compressSummary } from "../../numeric/compress.ts";
import { expectedSpend, fitGammaGamma, type GammaGammaParams } from "../../numeric/gamma-gamma.ts";
import { createClock, type Harmonic } from "../../numeric/season.ts";
import { pick } from "../learning.ts";
import { numbers } from "../tables.ts";

/** MBG/NBD and Gamma-Gamma on the feature table's own columns, as JSON. */
export interface Generative {
  readonly btyd: BtydParams;
  /** Of all purchases, the first included; null where too few bought twice. */
  readonly spend: GammaGammaParams | null;
}

export function fitGenerative(table: ColumnTable): Generative {
  const [x, revenue] = [numbers(table, "frequency"), numbers(table, "revenue_minor")];
  const btyd = fitBtyd("mbg_nbd", x, numbers(table, "recency"), numbers(table, "t_age")).params;
  const paid = Uint32Array.from(x.keys()).filter((row) => (revenue[row] ?? 0) > 0 && (x[row] ?? 0) > 0);
  const count = Float64Array.from(paid, (row) => (x[row] ?? 0) + 1);
  const mean = Float64Array.from(paid, (row, at) => (revenue[row] ?? 0) / (count[at] ?? 1));
  return { btyd, spend: fitGammaGamma(count, mean)?.params ?? null };
}

export interface Forecasts {
  readonly count: Float64Array;
  readonly chance: Float64Array;
  readonly spend: Float64Array;
  readonly value: Float64Array;
  /** Variances of count and value, roughly: gamma rates, alive or not. */
  readonly countVariance: Float64Array;
}

/** What both say of each row's next t days: histories that are alike once. */
export function forecastsOf({ btyd, spend }: Generative, table: ColumnTable, t: number): Forecasts {
  const [x, recency, tAge] = ["frequency", "recency", "t_age"].map((name) => numbers(table, name)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const groups = compressSummary(x, recency, tAge);
  const n = groups.count.length;
  const [counts, chances, variances] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  for (let at = 0; at < n; at++) {
    const history = { x: groups.frequency[at] ?? 0, recency: groups.recency[at] ?? 0, tAge: groups.tAge[at] ?? 0 };
    const mean = expectedPurchases("mbg_nbd", btyd, history, t);
    const alive = Math.max(1e-9, probabilityAlive("mbg_nbd", btyd, history.x, history.recency, history.tAge));
    counts[at] = mean;
    chances[at] = 1 - probabilityOfNone("mbg_nbd", btyd, history, t);
    const own = mean / alive;
    variances[at] = mean + mean * own * (1 / (btyd.r + history.x) + 1 - alive);
  }
  const spread = (of: Float64Array) => Float64Array.from(groups.group, (group) => of[group] ?? 0);
  const revenue = numbers(table, "revenue_minor");
  const spends = x.map((count, row) => {
    const mean = Math.max(0, revenue[row] ?? 0) / (count + 1);
    return spend ? expectedSpend(spend, mean > 0 ? count + 1 : 0, mean) : mean;
  });
  const count = spread(counts);
  const value = count.map((one, row) => one * (spends[row] ?? 0));
  return { count, chance: spread(chances), spend: spends, value, countVariance: spread(variances) };
}

/** The pace of a shop's year, and the day (since 1970) that is looked back from; days are days where there is no such pace. */
export interface ShopYear {
  readonly season: readonly Harmonic[];
  readonly asOf: number | undefined;
}

function clockOf({ season, asOf }: ShopYear): { clock: (day: number) => number; asOf: number } | null {
  if (season.length === 0 || asOf === undefined || !Number.isFinite(asOf)) return null;
  return { clock: createClock(season), asOf };
}

/** Days on the shop's clock within so many days from its day on. */
export function daysAhead(year: ShopYear, days: number): number {
  const found = clockOf(year);
  return found ? found.clock(found.asOf + days) - found.clock(found.asOf) : days;
}

/** What the generative models read of a table, histories on the shop's clock. */
export function historiesIn(table: ColumnTable, year: ShopYear, rows?: Uint32Array): ColumnTable {
  const of = (name: string) => (rows ? pick(numbers(table, name), rows) : numbers(table, name));
  const [frequency, revenue_minor] = [of("frequency"), of("revenue_minor")];
  const [recency, t_age] = [of("recency"), of("t_age")];
  const found = clockOf(year);
  const rest = { frequency, revenue_minor };
  if (!found) return { rows: frequency.length, columns: { ...rest, recency, t_age } };
  const { clock, asOf } = found;
  const now = clock(asOf);
  const since = t_age.map((days) => clock(asOf - days));
  const own = recency.map((days, row) => (days > 0 ? clock(asOf - (t_age[row] ?? 0) + days) - (since[row] ?? 0) : 0));
  return { rows: frequency.length, columns: { ...rest, recency: own, t_age: since.map((from) => now - from) } };
}

const yearBefore = ({ season, asOf }: ShopYear, days: number): ShopYear => ({
  season,
  asOf: asOf === undefined ? undefined : asOf - days,
});

interface Learnt {
  /** Rows of the latest cut. */
  readonly latest: Uint32Array;
  readonly generative: Generative;
  readonly told: Forecasts;
}

/** Both models fitted on a training table's latest cut, and what was to be said of all its rows, each at its own cut, over the window. */
export function learntAtCuts(table: ColumnTable, year: ShopYear): Learnt {
  const cut = numbers(table, "cut_days");
  const window = numbers(table, "window_days")[0] ?? 0;
  const cuts = [...new Set(cut)].sort((a, b) => a - b);
  const rowsAt = (days: number | undefined) => Uint32Array.from(cut.keys()).filter((row) => cut[row] === days);
  const latest = rowsAt(cuts[0]);
  const generative = fitGenerative(historiesIn(table, yearBefore(year, cuts[0] ?? 0), latest));
  const found = cuts.map((days) => {
    const then = yearBefore(year, days);
    const rows = rowsAt(days);
    return { rows, told: forecastsOf(generative, historiesIn(table, then, rows), daysAhead(then, window)) };
  });
  const spread = (of: keyof Forecasts) => {
    const column = new Float64Array(table.rows);
    for (const { rows, told } of found) for (const [at, row] of rows.entries()) column[row] = told[of][at] ?? 0;
    return column;
  };
  const told = {
    count: spread("count"),
    chance: spread("chance"),
    spend: spread("spend"),
    value: spread("value"),
    countVariance: spread("countVariance"),
  };
  return { latest, generative, told };
}

/** How long the oldest customers of an earlier day (all but one in twenty) had been known then, over how long those of today have. */
export function knownShare(before: Float64Array, now: Float64Array): number {
  const oldest = (ages: Float64Array) => Float64Array.from(ages).sort()[Math.floor(0.95 * (ages.length - 1))] ?? 0;
  return Math.min(1, oldest(before) / Math.max(1, oldest(now)));
}
