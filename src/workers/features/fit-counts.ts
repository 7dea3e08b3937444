import type { Column } from "../../shared/domain/column.ts";
import { literal } from "../engine/sql.ts";
import { defineStep } from "../engine/step-context.ts";
import { ledgerSql } from "./return-ledger.ts";
import { tiesSql } from "./return-ties.ts";

const count = (name: string): Column => ({ name, type: "INTEGER", unit: "count" });
const columns: readonly Column[] = [
  { name: "customer_id", type: "VARCHAR" },
  { name: "attribute", type: "VARCHAR" },
  { name: "category", type: "VARCHAR" },
  { name: "value", type: "VARCHAR" },
  count("n_kept"),
  count("n_returned"),
  { name: "last_on", type: "DATE" },
];

/** What isn't settled counts as kept. */
function countsSql(ledger: string): string {
  const of = (attribute: string) =>
    `SELECT customer_id, ${literal(attribute)} AS attribute, coalesce(category, '') AS category, ${attribute} AS value, day, is_returned FROM ${ledger} WHERE ${attribute} IS NOT NULL`;
  return `SELECT customer_id, attribute, category, value, CAST(count(*) FILTER (is_returned IS NOT TRUE) AS INTEGER) AS n_kept,
      CAST(count(*) FILTER (is_returned) AS INTEGER) AS n_returned, max(day) FILTER (is_returned IS NOT TRUE) AS last_on
    FROM (${of("size")} UNION ALL ${of("colour")}) GROUP BY customer_id, attribute, category, value`;
}

/** Kept and returned lines of each customer by category and size, and by category and colour. */
export const fitCounts = defineStep({
  name: "fit_counts",
  version: 1,
  title: "Sizes and colours kept and returned",
  stage: "features",
  scope: "bucket",
  timing: "as_of",
  inputs: { ledger: { step: "return_ledger", output: "return_ledger" } },
  params: {},
  outputs: [{ name: "fit_counts", kind: "parquet", columns }],
  run: async (context) => {
    await context.output.query(
      "fit_counts",
      `${countsSql(context.relation("ledger"))} ORDER BY customer_id, attribute, category, value`,
    );
  },
});

/** The same of lines bought after a cut and kept, as known at the horizon's end; for evaluations only. */
export const outcomeFits = defineStep({
  name: "outcome_fits",
  version: 1,
  title: "Sizes and colours kept after the cut",
  stage: "evaluations",
  scope: "brand",
  timing: "cut",
  inputs: {
    lines: { step: "purchase_lines", output: "lines" },
    returns: { step: "purchase_returns", output: "returns" },
    window: { step: "return_window", output: "return_window" },
    flagging: { step: "return_window", output: "flagging_sources" },
  },
  params: {},
  usesHorizon: true,
  outputs: [{ name: "outcome_fits", kind: "parquet", columns }],
  run: async (context) => {
    const cut = `DATE ${literal(context.asOf)}`;
    const end = `CAST(${cut} + ${context.horizonDays} AS DATE)`;
    const ties = `(${tiesSql(context.relation("lines"), context.relation("returns"), end)})`;
    const after = `(SELECT * FROM (${ledgerSql(context, ties, end)}) WHERE day > ${cut})`;
    await context.output.query(
      "outcome_fits",
      `SELECT * FROM (${countsSql(after)}) WHERE n_kept > 0 ORDER BY customer_id, attribute, category, value`,
    );
  },
});
