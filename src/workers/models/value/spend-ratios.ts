import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import { expectedSpend, type GammaGammaParams } from "../../numeric/gamma-gamma.ts";
import { numbers } from "../tables.ts";

/** Quantiles of an amount over what was expected of it, by how many purchases that rested on. As JSON. */
export interface SpendRatios {
  /** Least number of purchases of each group, ascending. */
  readonly from: readonly number[];
  /** Of each group the 5 %, 10 %, … 95 % quantiles. */
  readonly quantiles: readonly (readonly number[])[];
}

const groups = [1, 2, 3, 4, 7] as const;
const leastInGroup = 50;
const points = 19;
const [tenth, nineTenths] = [1, points - 2];

const groupAt = (from: readonly number[], purchases: number) =>
  Math.max(0, from.filter((least) => purchases >= least).length - 1);

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

/** What a customer's next amount is expected to be by all amounts so far, the first included: n of them with their mean. Limits hang on
 *  it, since somebody's only purchase tells of the next. */
export function expectedNext(params: GammaGammaParams, n: number, mean: number): number {
  return mean > 0 && n > 0 ? expectedSpend(params, n, mean) : expectedSpend(params, 0, 0);
}

/** What repeat buyers' latest amounts were over what their earlier ones foretold: how amounts really scatter, whatever the model supposes
 *  (split conformal prediction; Vovk, Gammerman & Shafer 2005). Groups of fewer than 50 are told with the next lower one; null where
 *  there are fewer altogether. */
export function spendRatiosOf(params: GammaGammaParams, summary: ColumnTable): SpendRatios | null {
  if (!("last_transaction_minor" in summary.columns)) return null;
  const [x, revenue] = [numbers(summary, "frequency"), numbers(summary, "revenue_minor")];
  const last = numbers(summary, "last_transaction_minor");
  const byGroup: number[][] = groups.map(() => []);
  for (let row = 0; row < summary.rows; row++) {
    const [before = 0, sum = 0, amount = 0] = [x[row], revenue[row], last[row]];
    const earlier = sum - amount;
    if (before < 1 || !(amount > 0) || !(earlier > 0)) continue;
    byGroup[groupAt(groups, before)]?.push(amount / expectedNext(params, before, earlier / before));
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
export function limitsOfNext(
  { from, quantiles }: SpendRatios,
  purchases: number,
  expected: number,
): readonly [number, number] {
  const own = quantiles[groupAt(from, purchases)] ?? [];
  return [expected * (own[tenth] ?? Number.NaN), expected * (own[nineTenths] ?? Number.NaN)];
}

/** The share of amounts that lie below one, by the same ratios. */
export function shareBelow(
  { from, quantiles }: SpendRatios,
  purchases: number,
  expected: number,
  amount: number,
): number {
  const own = quantiles[groupAt(from, purchases)] ?? [];
  const ratio = amount / expected;
  const at = own.findIndex((value) => value >= ratio);
  if (at === 0) return 0.5 / (points + 1);
  if (at < 0) return 1 - 0.5 / (points + 1);
  const [low, high] = [own[at - 1] ?? 0, own[at] ?? 0];
  return (at + (high > low ? (ratio - low) / (high - low) : 0.5)) / (points + 1);
}
