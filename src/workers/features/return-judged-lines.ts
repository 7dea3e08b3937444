import { literal } from "../engine/sql.ts";
import { defineStep } from "../engine/step-context.ts";
import { ledgerSql } from "./return-ledger.ts";
import { returnLineColumns, returnLineInputs, returnLinesSql } from "./return-lines.ts";
import { tiesSql } from "./return-ties.ts";

/** Every line whose window was open at the cut by the day on which it was bought, whether or not it had come back by then, with what was
 *  known when it was bought and what had become of it by the horizon's end; those whose window ends after that, or of which it never
 *  became clear, are left out. What is told of one line may rest on a return of another one that came before its own day, never on its
 *  own. For evaluations only. */
export const returnJudgedLines = defineStep({
  name: "return_judged_lines",
  version: 1,
  title: "Lines bought within the window before the cut",
  stage: "evaluations",
  scope: "brand",
  timing: "cut",
  inputs: {
    ...returnLineInputs,
    returns: { step: "purchase_returns", output: "returns" },
    flagging: { step: "return_window", output: "flagging_sources" },
  },
  params: {},
  usesHorizon: true,
  outputs: [{ name: "return_judged_lines", kind: "parquet", columns: returnLineColumns }],
  run: async (context) => {
    const cut = `DATE ${literal(context.asOf)}`;
    const end = `CAST(${cut} + ${context.horizonDays} AS DATE)`;
    const ties = `(${tiesSql(context.relation("lines"), context.relation("returns"), end)})`;
    const bought = `SELECT * FROM (${ledgerSql(context, ties, end)}) WHERE is_settled AND day <= ${cut} AND window_ends_on > ${cut} AND window_ends_on <= ${end}`;
    await context.output.query("return_judged_lines", returnLinesSql(context, bought, false));
  },
});
