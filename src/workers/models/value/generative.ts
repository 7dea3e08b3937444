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
import { pick } from "../learning.ts";
import { numbers } from "../tables.ts";

/** MBG/NBD and Gamma-Gamma on the feature table's own columns, as JSON. */
export interface Generative {
  readonly btyd: BtydParams;
  /** Of all purchases, the first included; null where too few bought twice. */
  readonly spend: GammaGammaParams | null;
}

export function fitGenerative(table: ColumnTable, rows: Uint32Array): Generative {
  const of = (name: string) => pick(numbers(table, name), rows);
  const [x, revenue] = [of("frequency"), of("revenue_minor")];
  const btyd = fitBtyd("mbg_nbd", x, of("recency"), of("t_age")).params;
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
