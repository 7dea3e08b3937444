import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import { expectedSpend, type GammaGammaParams } from "../../numeric/gamma-gamma.ts";
import { numbers } from "../tables.ts";

/** Quantiles of an amount over what was expected of it, by how many repeat purchases that rested on. As JSON. */
export interface SpendRatios {
  /** Least number of repeat purchases of each group, ascending. */
  readonly from: readonly number[];
  /** Of each group the 5 %, 10 %, … 95 % quantiles. */
  readonly quantiles: readonly (readonly number[])[];
}

const groups = [0, 1, 2, 3, 6] as const;
const leastInGroup = 50;
const points = 19;
const [tenth, nineTenths] = [1, points - 2];

const groupAt = (from: readonly number[], x: number) => from.filter((least) => x >= least).length - 1;

function quantilesOf(sorted: Float64Array): number[] {
  return Array.from({ length: points }, (_, at) => {
    const place = ((at + 1) / (points + 1)) * sorted.length - 0.5;
    const low = Math.min(sorted.length - 1, Math.max(0, Math.floor(place)));
    const high = Math.min(sorted.length - 1, low + 1);
    const part = Math.min(1, Math.max(0, place - low));
    const value = (1 - part) * (sorted[low] ?? 0) + part * (sorted[high] ?? 0);
    return Number(value.toPrecision(6));
  });
}

/** What repeat buyers' latest amounts were over what their earlier repeat purchases foretold: how amounts really scatter, whatever the
 *  model supposes (split conformal prediction; Vovk, Gammerman & Shafer 2005). Groups of fewer than 50 are told with the next lower
 *  one; null where there are fewer altogether. */
export function spendRatiosOf(params: GammaGammaParams, summary: ColumnTable): SpendRatios | null {
  if (!("last_transaction_minor" in summary.columns)) return null;
  const [x, mean] = [numbers(summary, "frequency"), numbers(summary, "monetary_value")];
  const last = numbers(summary, "last_transaction_minor");
  const byGroup: number[][] = groups.map(() => []);
  for (let row = 0; row < summary.rows; row++) {
    const [repeats = 0, m = 0, amount = 0] = [x[row], mean[row], last[row]];
    if (repeats < 1 || !(amount > 0)) continue;
    const before = repeats - 1;
    const earlier = before > 0 ? (repeats * m - amount) / before : 0;
    if (before > 0 && !(earlier > 0)) continue;
    byGroup[groupAt(groups, before)]?.push(amount / expectedSpend(params, before, earlier));
  }
  const kept: { from: number; ratios: number[] }[] = [];
  for (const [at, ratios] of byGroup.entries()) {
    const previous = kept.at(-1);
    if (previous && (ratios.length < leastInGroup || previous.ratios.length < leastInGroup))
      previous.ratios.push(...ratios);
    else kept.push({ from: groups[at] ?? 0, ratios: [...ratios] });
  }
  if (kept.some(({ ratios }) => ratios.length < leastInGroup)) return null;
  return {
    from: kept.map(({ from }) => from),
    quantiles: kept.map(({ ratios }) => quantilesOf(Float64Array.from(ratios).sort())),
  };
}

/** Ratios that a fit holds as JSON. */
export function spendRatiosIn(fitted: Json): SpendRatios | null {
  if (typeof fitted !== "object" || fitted === null || !("ratios" in fitted)) return null;
  return fitted.ratios as unknown as SpendRatios | null;
}

/** 80 % limits of the next purchase's amount. */
export function limitsOfNext({ from, quantiles }: SpendRatios, x: number, expected: number): readonly [number, number] {
  const own = quantiles[groupAt(from, x)] ?? [];
  return [expected * (own[tenth] ?? Number.NaN), expected * (own[nineTenths] ?? Number.NaN)];
}

/** The share of amounts that lie below one, by the same ratios. */
export function shareBelow({ from, quantiles }: SpendRatios, x: number, expected: number, amount: number): number {
  const own = quantiles[groupAt(from, x)] ?? [];
  const ratio = amount / expected;
  const at = own.findIndex((value) => value >= ratio);
  if (at === 0) return 0.5 / (points + 1);
  if (at < 0) return 1 - 0.5 / (points + 1);
  const [low, high] = [own[at - 1] ?? 0, own[at] ?? 0];
  return (at + (high > low ? (ratio - low) / (high - low) : 0.5)) / (points + 1);
}
