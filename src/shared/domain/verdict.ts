/** What a further metric has to say of a model: surely better than the baseline, or not surely worse. */
export const verdictConditions = ["better", "not_worse"] as const;
export type VerdictCondition = (typeof verdictConditions)[number];

/** A figure of one model at one cut, as its evaluation tells it. */
export interface JudgedRow {
  readonly model: string;
  readonly metric: string;
  readonly n: number;
  readonly cut_on: string;
  readonly horizon_days: number;
  readonly is_main?: boolean | undefined;
  /** What the verdict asks of this metric beside the main one. */
  readonly condition?: VerdictCondition | undefined;
  /** How much better than the baseline, positive where it is better, with its 95 % interval. */
  readonly advantage?: number | null | undefined;
  readonly advantage_low?: number | null | undefined;
  readonly advantage_high?: number | null | undefined;
}

export const verdictStates = ["proven", "unproven", "no_data"] as const;
export type VerdictState = (typeof verdictStates)[number];

/** What a model is worth on a retailer's own data. */
export interface Verdict {
  readonly state: VerdictState;
  readonly metric: string | null;
  readonly cuts: number;
  readonly n: number;
  /** Mean over the cuts of the main metric's advantage over the baseline, with its 95 % interval. */
  readonly advantage: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** The further metric that stands against it, where the main one alone would prove it. */
  readonly held_back_by?: string | undefined;
}

const none: Verdict = { state: "no_data", metric: null, cuts: 0, n: 0, advantage: null, low: null, high: null };

/** Proven where the lower 95 % bound of the main metric's advantage over its baseline, averaged over the cuts, is above 0, and further
 *  metrics say what the model's declaration asks of them. The same customers stand at several cuts, so bounds are averaged and nothing
 *  is gained by their number. Rows of another horizon than the latest cut's don't count. */
export function verdictOf(rows: readonly JudgedRow[]): Verdict {
  const latest = latestMain(rows);
  if (!latest) return none;
  const judged = rows
    .filter(isTold)
    .filter((row) => row.is_main && row.horizon_days === latest.horizon_days && row.metric === latest.metric);
  const mean = (of: (row: JudgedRow) => number | null | undefined) => meanOf(judged, of);
  const low = mean((row) => row.advantage_low);
  const [unmet] = low > 0 ? unmetConditions(rows) : [];
  return {
    state: low > 0 && !unmet ? "proven" : "unproven",
    metric: latest.metric,
    cuts: judged.length,
    n: judged.reduce((sum, { n }) => sum + n, 0),
    advantage: mean((row) => row.advantage),
    low,
    high: mean((row) => row.advantage_high),
    ...(unmet ? { held_back_by: unmet.metric } : {}),
  };
}

const isTold = (row: JudgedRow) => typeof row.advantage_low === "number";

function latestMain(rows: readonly JudgedRow[]): JudgedRow | undefined {
  const main = rows.filter((row) => row.is_main === true && isTold(row));
  return main.reduce<JudgedRow | undefined>((best, row) => (best && best.cut_on >= row.cut_on ? best : row), undefined);
}

function meanOf(rows: readonly JudgedRow[], of: (row: JudgedRow) => number | null | undefined): number {
  return rows.reduce((sum, row) => sum + (of(row) ?? 0), 0) / rows.length;
}

/** Metrics beside the main one that don't say what the verdict asks of them, by their mean bounds over the cuts. */
export function unmetConditions(
  rows: readonly JudgedRow[],
): { readonly metric: string; readonly condition: VerdictCondition }[] {
  const horizon = latestMain(rows)?.horizon_days;
  const asked = rows.filter((row) => row.condition && row.horizon_days === horizon && isTold(row));
  return [...new Map(asked.map(({ metric, condition }) => [metric, condition]))].flatMap(([metric, condition]) => {
    const own = asked.filter((row) => row.metric === metric);
    const isMet =
      condition === "better"
        ? meanOf(own, (row) => row.advantage_low) > 0
        : meanOf(own, (row) => row.advantage_high) >= 0;
    return condition && !isMet ? [{ metric, condition }] : [];
  });
}

const needs: Readonly<Record<string, string>> = {
  brand_counts: "order lines of products that have a brand",
  category_counts: "order lines of products that have a category",
  channel_counts: "orders that name their channel, two channels or more",
  discount_counts: "order lines with list prices or discounts",
  price_positions: "order lines with unit prices",
  product_histories: "order lines that name their product",
  basket_days: "order lines that name their product",
  itemsets: "orders of more than one product, twenty or more of which hold the same two, more often than by chance",
  rebuy_candidates: "products that at least ten customers, a tenth of their buyers, bought again",
  fit_counts: "order lines or products with a size or a colour",
  timing_counts: "orders with the time of day",
  store_counts: "orders that name their store",
  return_counts: "a source of returns, or lines that say whether they came back",
  return_lines: "a source of returns, or lines that say whether they came back",
  return_open_lines: "a source of returns, or lines that say whether they came back",
  return_ledger: "a source of returns, or lines that say whether they came back",
  message_activity: "events of messages: sent, opened, clicked",
  web_activity: "events of visits",
  campaign_outcomes: "campaigns with a group that was kept out",
};
const outcomesToo = "customers known at a cut (20 or more) and what they did in the days after it";

/** What a model would need to be judged, by what it reads. */
export function needsOf(inputs: readonly string[], own?: string): string {
  if (own) return own;
  const told = [...new Set(inputs.flatMap((input) => needs[input] ?? []))];
  return [...told, outcomesToo].join("; ");
}
