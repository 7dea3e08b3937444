import type { Column, ColumnTable } from "../../shared/domain/column.ts";
import { literal } from "../engine/sql.ts";
import { defineStep } from "../engine/step-context.ts";
import { fitBtyd } from "../numeric/btyd-fit.ts";
import { expectedPurchases } from "../numeric/buy-till-you-die.ts";
import { fitHarmonics, type SeenWeek } from "../numeric/season.ts";

/** First and repeat purchases by weeks before the day. */
export const purchaseWeeks = defineStep({
  name: "purchase_weeks",
  version: 1,
  title: "First and repeat purchases by week",
  stage: "features",
  scope: "brand",
  timing: "as_of",
  inputs: { transactions: { step: "transactions", output: "transactions" } },
  params: {},
  outputs: [
    {
      name: "purchase_weeks",
      kind: "parquet",
      columns: [
        { name: "weeks_ago", type: "INTEGER", unit: "weeks" },
        { name: "n_first", type: "BIGINT", unit: "count" },
        { name: "n_repeat", type: "BIGINT", unit: "count" },
      ],
    },
  ],
  run: async (context) => {
    const asOf = `DATE ${literal(context.asOf)}`;
    await context.output.query(
      "purchase_weeks",
      `WITH seen AS (SELECT day, day = min(day) OVER (PARTITION BY customer_id) AS is_first FROM ${context.relation("transactions")} WHERE day <= ${asOf})
       SELECT CAST((${asOf} - day) // 7 AS INTEGER) AS weeks_ago, count(*) FILTER (is_first) AS n_first, count(*) FILTER (NOT is_first) AS n_repeat
       FROM seen GROUP BY 1 ORDER BY 1`,
    );
  },
});

const columns: readonly Column[] = [
  { name: "harmonic", type: "INTEGER" },
  { name: "cosine", type: "DOUBLE" },
  { name: "sine", type: "DOUBLE" },
];

function numbers(table: ColumnTable, name: string): Float64Array {
  const column = table.columns[name];
  return column instanceof Float64Array ? column : new Float64Array(0);
}

/** Repeat purchases of each whole week beside what MBG/NBD expects of it, given who was won until then (a tracking plot). */
function trackedWeeks(weeks: ColumnTable, summary: ColumnTable): SeenWeek[] {
  const [ago, first, repeat] = ["weeks_ago", "n_first", "n_repeat"].map((name) => numbers(weeks, name));
  const oldest = (ago ?? new Float64Array(0)).reduce((most, one) => Math.max(most, one), 0);
  const [x, recency, tAge] = ["frequency", "recency", "t_age"].map((name) => numbers(summary, name));
  if (!ago || !first || !repeat || !x || !recency || !tAge || oldest < 52) return [];
  const asOf = (numbers(summary, "first_order_on")[0] ?? Number.NaN) + (tAge[0] ?? 0);
  const { params } = fitBtyd("mbg_nbd", x, recency, tAge);
  const none = { x: 0, recency: 0, tAge: 0 };
  // somebody won in the middle of a week, by the end of each week after
  const until = Array.from({ length: oldest + 1 }, (_, k) => expectedPurchases("mbg_nbd", params, none, 7 * k + 3.5));
  const [won, seen] = [new Float64Array(oldest + 1), new Float64Array(oldest + 1)];
  for (const [row, weeksAgo] of ago.entries()) {
    won[oldest - weeksAgo] = first[row] ?? 0;
    seen[oldest - weeksAgo] = repeat[row] ?? 0;
  }
  return Array.from(seen, (count, week) => {
    let expected = 0;
    for (let k = 0; k <= week; k++) expected += (won[week - k] ?? 0) * ((until[k] ?? 0) - (until[k - 1] ?? 0));
    return { day: asOf - 7 * (oldest - week) - 3, seen: count, expected };
  }).slice(1);
}

/** The pace of the year at which customers buy again; no rows where there is none to be seen. */
export const purchaseSeason = defineStep({
  name: "purchase_season",
  version: 1,
  title: "Season of purchases",
  stage: "features",
  scope: "brand",
  timing: "as_of",
  inputs: {
    weeks: { step: "purchase_weeks", output: "purchase_weeks" },
    summary: { step: "purchase_summary", output: "purchase_summary" },
  },
  params: {},
  outputs: [{ name: "purchase_season", kind: "parquet", columns }],
  run: async (context) => {
    const found = fitHarmonics(trackedWeeks(await context.table("weeks"), await context.table("summary")));
    const column = (of: (at: number) => number) => Float64Array.from(found, (_, at) => of(at));
    const table = {
      rows: found.length,
      columns: {
        harmonic: column((at) => at + 1),
        cosine: column((at) => found[at]?.cosine ?? 0),
        sine: column((at) => found[at]?.sine ?? 0),
      },
    };
    await context.output.table("purchase_season", table, columns);
  },
});
