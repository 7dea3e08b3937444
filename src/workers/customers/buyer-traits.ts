import type { Column } from "../../shared/domain/column.ts";
import { spanSql, writeSpans } from "../engine/spans.ts";
import { defineStep } from "../engine/step-context.ts";

const columns: readonly Column[] = [
  { name: "customer_id", type: "VARCHAR" },
  { name: "gender", type: "VARCHAR", pii: true },
  { name: "region", type: "VARCHAR", pii: true },
  { name: "born", type: "DATE", pii: true },
];

/** What is told of buyers beside their purchases, filed by the day of the first: who is new changes nothing of the days before. */
export const buyerTraits = defineStep({
  name: "buyer_traits",
  version: 1,
  title: "Traits of buyers",
  stage: "customers",
  scope: "brand",
  timing: "none",
  inputs: {
    people: { step: "people", output: "people" },
    transactions: { step: "transactions", output: "transactions" },
  },
  params: {},
  usesSpans: true,
  outputs: [{ name: "traits", kind: "parquet", columns, isSpanned: true }],
  run: async (context) => {
    await context.session.run(`CREATE TEMP TABLE traits AS
      WITH told AS (
        SELECT customer_id, lower(gender) AS gender, region, TRY_CAST(birth_date AS DATE) AS born FROM ${context.relation("people")}
        WHERE gender IS NOT NULL OR region IS NOT NULL OR birth_date IS NOT NULL)
      SELECT t.*, ${spanSql("b.day", context.spanEnds)} AS span FROM told t
      JOIN (SELECT customer_id, min(day) AS day FROM ${context.relation("transactions")} GROUP BY customer_id) b USING (customer_id)`);
    const names = columns.map(({ name }) => name).join(", ");
    await writeSpans(context, { output: "traits", from: "traits", columns: names, order: "customer_id" });
  },
});
