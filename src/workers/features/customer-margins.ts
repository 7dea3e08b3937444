import { literal } from "../engine/sql.ts";
import { defineStep } from "../engine/step-context.ts";

/** Revenue of each customer's lines whose product has a cost, and that cost. No row where none has one. */
export const customerMargins = defineStep({
  name: "customer_margins",
  version: 1,
  title: "Customer margins",
  stage: "features",
  scope: "bucket",
  timing: "as_of",
  inputs: {
    lines: { step: "purchase_lines", output: "lines" },
    products: { step: "lake", output: "products" },
  },
  params: {},
  settings: ["currency"],
  outputs: [
    {
      name: "customer_margins",
      kind: "parquet",
      columns: [
        { name: "customer_id", type: "VARCHAR" },
        { name: "costed_minor", type: "BIGINT", unit: "minor" },
        { name: "cost_minor", type: "BIGINT", unit: "minor" },
      ],
    },
  ],
  run: async (context) => {
    await context.output.query(
      "customer_margins",
      `WITH costs AS (SELECT key_space, product_id, any_value(cost_minor ORDER BY source, source_row) AS cost FROM ${context.relation("products")}
         WHERE cost_minor > 0 AND product_id IS NOT NULL AND (currency IS NULL OR upper(currency) = ${literal(context.brand.currency)}) GROUP BY ALL)
       SELECT l.customer_id, CAST(sum(l.revenue_minor) AS BIGINT) AS costed_minor, CAST(round(sum(c.cost * l.quantity)) AS BIGINT) AS cost_minor
       FROM ${context.relation("lines")} l JOIN costs c ON c.key_space = l.key_space AND c.product_id = l.product_id
       WHERE l.is_purchase AND l.quantity > 0 AND l.revenue_minor IS NOT NULL AND l.day <= DATE ${literal(context.asOf)} GROUP BY l.customer_id ORDER BY l.customer_id`,
    );
  },
});

/** Refunds within the horizon after a cut, of everybody who got one; for evaluations only. */
export const outcomeRefunds = defineStep({
  name: "outcome_refunds",
  version: 1,
  title: "Refunds after the cut",
  stage: "evaluations",
  scope: "brand",
  timing: "cut",
  inputs: { returns: { step: "purchase_returns", output: "returns" } },
  params: {},
  usesHorizon: true,
  outputs: [
    {
      name: "outcome_refunds",
      kind: "parquet",
      columns: [
        { name: "customer_id", type: "VARCHAR" },
        { name: "refund_minor", type: "BIGINT", unit: "minor" },
      ],
    },
  ],
  run: async (context) => {
    const cut = `DATE ${literal(context.asOf)}`;
    await context.output.query(
      "outcome_refunds",
      `SELECT customer_id, CAST(sum(refund_minor) AS BIGINT) AS refund_minor FROM ${context.relation("returns")}
       WHERE NOT is_of_cancelled AND refund_minor IS NOT NULL AND known_on > ${cut} AND known_on <= ${cut} + ${context.horizonDays} GROUP BY customer_id ORDER BY customer_id`,
    );
  },
});
