import type { Column } from "../../shared/domain/column.ts";
import { literal } from "../engine/sql.ts";
import { defineStep } from "../engine/step-context.ts";
import { ledgerSql } from "./return-ledger.ts";
import { tiesSql } from "./return-ties.ts";

const columns: readonly Column[] = [
  { name: "customer_id", type: "VARCHAR" },
  { name: "key_space", type: "VARCHAR" },
  { name: "order_id", type: "VARCHAR" },
  { name: "line_id", type: "VARCHAR" },
  { name: "source", type: "VARCHAR" },
  { name: "category", type: "VARCHAR" },
  { name: "is_before_cut", type: "BOOLEAN" },
  { name: "is_returned", type: "BOOLEAN" },
];

/** What became of lines that weren't settled at the cut and whose window had passed by the horizon's end: those bought before the
 *  cut and those that followed. For evaluations only. */
export const returnOutcomes = defineStep({
  name: "return_outcomes",
  version: 1,
  title: "Returns after the cut",
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
  outputs: [{ name: "return_outcomes", kind: "parquet", columns }],
  run: async (context) => {
    const cut = `DATE ${literal(context.asOf)}`;
    const end = `CAST(${cut} + ${context.horizonDays} AS DATE)`;
    const ties = `(${tiesSql(context.relation("lines"), context.relation("returns"), end)})`;
    await context.output.query(
      "return_outcomes",
      `SELECT customer_id, key_space, order_id, line_id, source, category, day <= ${cut} AS is_before_cut, is_returned FROM (${ledgerSql(context, ties, end)})
       WHERE is_settled AND known_on > ${cut} AND window_ends_on <= ${end} ORDER BY customer_id, key_space, order_id, line_id, source, category, is_returned`,
    );
  },
});
