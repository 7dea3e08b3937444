import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import { type BtydParams, probabilityAlive } from "../../numeric/buy-till-you-die.ts";
import { type RegularParams, regularWait } from "../../numeric/regular-purchases.ts";
import { intervalCdf, type LogIntervals, nextLog } from "../../numeric/renewal-lognormal.ts";
import { varianceComponents } from "../../numeric/shrinkage.ts";
import { numbers } from "../tables.ts";
import { paramsOf } from "./btyd-model.ts";
import { type Histories, harmonicsOf, historiesOn } from "./seasonal-clock.ts";

export const waitMethods = ["poisson", "regular", "rhythm"] as const;
export type WaitMethod = (typeof waitMethods)[number];

export interface WaitFits {
  /** Fit of MBG/NBD: rates, and the chance to be a customer still. */
  readonly base: Json;
  /** Fit of MBG/CNBD-k; null where there is none. */
  readonly regular: Json;
  readonly rhythm: LogIntervals | null;
}

/** How long one customer waits for the next purchase. */
export interface Wait {
  readonly alive: number;
  /** Chance of a purchase within so many days from now, given that the customer still is one. */
  readonly by: (days: number) => number;
}

/** Days until a share p of those with this history has bought again, given that they still are customers. */
export function waitOf(params: { r: number; alpha: number }, x: number, tAge: number): (p: number) => number {
  return (p) => (params.alpha + tAge) * Math.expm1(-Math.log1p(-p) / (params.r + x));
}

/** Log-normal intervals of all repeat buyers: the variance within a customer from the spread of their days (ln(1 + cv²) of a log-normal),
 *  that between them by the method of moments. Null where nobody bought twice. */
export function fitRhythm(summary: ColumnTable, season: Json): LogIntervals | null {
  const { frequency, sumLogInterval } = historiesOn(summary, harmonicsOf(season));
  const [recency, deviation] = [numbers(summary, "recency"), numbers(summary, "interval_sd_days")];
  const rows = [...frequency.keys()].filter((row) => (frequency[row] ?? 0) > 0);
  if (rows.length === 0) return null;
  const n = Float64Array.from(rows, (row) => frequency[row] ?? 0);
  const sums = Float64Array.from(rows, (row) => sumLogInterval[row] ?? 0);
  const squares = Float64Array.from(rows, (row) => {
    const [x = 1, sum = 0, days = 0, sd = 0] = [frequency[row], sumLogInterval[row], recency[row], deviation[row]];
    const variation = Number.isFinite(sd) ? sd / Math.max(1, days / x) : 0;
    return (sum * sum) / x + (x - 1) * Math.log1p(variation * variation);
  });
  const found = varianceComponents(n, sums, squares);
  return { mean: found.mean, within: Math.max(0.01, found.within), between: Math.max(0.01, found.between) };
}

const regularOf = (fit: Json) => paramsOf(fit) as unknown as RegularParams | undefined;

/** Waits of a summary's customers by a method; undefined where what it rests on couldn't be fitted. */
export function waitsBy(method: WaitMethod, fits: WaitFits, summary: ColumnTable): ((row: number) => Wait) | undefined {
  const base = paramsOf(fits.base);
  if (!base) return undefined;
  if (method === "regular") {
    const params = regularOf(fits.regular);
    return params && regularWaits(params, historiesOn(summary, harmonicsOf(fits.regular)));
  }
  const histories = historiesOn(summary, harmonicsOf(fits.base));
  if (method === "rhythm") return fits.rhythm ? rhythmWaits(base, fits.rhythm, histories) : undefined;
  return (row) => {
    const { x, recency, tAge } = historyOf(histories, row);
    const by = (days: number) => -Math.expm1(-(base.r + x) * Math.log1p(histories.ahead(days) / (base.alpha + tAge)));
    return { alive: probabilityAlive("mbg_nbd", base, x, recency, tAge), by };
  };
}

function historyOf({ frequency, recency, tAge }: Histories, row: number) {
  return { x: frequency[row] ?? 0, recency: recency[row] ?? 0, tAge: tAge[row] ?? 0 };
}

function regularWaits(params: RegularParams, histories: Histories): (row: number) => Wait {
  return (row) => {
    const { alive, none } = regularWait("mbg_cnbd_k", params, historyOf(histories, row));
    return { alive, by: (days) => 1 - none(histories.ahead(days)) };
  };
}

/** The rest of an interval that has lasted some days. Whoever leaves does so after a purchase, with the chance that MBG/NBD gives it after
 *  as many; that an interval lasts longer than the rhythm would have it speaks for that. */
function rhythmWaits({ a, b }: BtydParams, rhythm: LogIntervals, histories: Histories): (row: number) => Wait {
  return (row) => {
    const { x, recency, tAge } = historyOf(histories, row);
    const next = nextLog(rhythm, x, histories.sumLogInterval[row] ?? 0);
    const elapsed = tAge - recency;
    const past = intervalCdf(next, elapsed);
    const left = Math.max(1e-12, 1 - past);
    const stays = (b + x) / (a + b + x);
    return {
      alive: (stays * left) / (1 - stays + stays * left),
      by: (days) => Math.max(0, Math.min(1, (intervalCdf(next, elapsed + histories.ahead(days)) - past) / left)),
    };
  };
}

/** The first whole day, from 1 on, by which a share p has bought; infinite where that is after the last one looked at. */
export function dayBy({ by }: Wait, p: number, lastDay: number): number {
  if (!(by(lastDay) >= p)) return Number.POSITIVE_INFINITY;
  let [low, high] = [0, lastDay];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (by(middle) >= p) high = middle;
    else low = middle;
  }
  return high;
}
