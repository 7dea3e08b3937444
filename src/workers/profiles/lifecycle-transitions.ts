import { addDays } from "../../shared/base/time.ts";
import { literal } from "../engine/sql.ts";
import { defineStep } from "../engine/step-context.ts";

export const transitionDays = 90;

/** How many customers went from which stage to which in the last 90 days. */
export const lifecycleTransitions = defineStep({
  name: "lifecycle_transitions",
  version: 1,
  title: "Stage to stage",
  stage: "profiles",
  scope: "brand",
  timing: "as_of",
  inputs: {
    base: { step: "customer_base", output: "customer_base" },
    base_before: { step: "customer_base", output: "customer_base", daysBefore: transitionDays },
    now: { step: "scores_lifecycle_stage", output: "scores" },
    before: { step: "scores_lifecycle_stage", output: "scores", daysBefore: transitionDays },
  },
  params: {},
  outputs: [
    {
      name: "lifecycle_transitions",
      kind: "parquet",
      columns: [
        { name: "from_stage", type: "VARCHAR" },
        { name: "to_stage", type: "VARCHAR" },
        { name: "from_on", type: "DATE" },
        { name: "to_on", type: "DATE" },
        { name: "customers", type: "BIGINT" },
      ],
    },
  ],
  run: async (context) => {
    const now = literal(context.asOf);
    const then = literal(addDays(context.asOf, -transitionDays));
    await context.output.query(
      "lifecycle_transitions",
      `WITH was AS (SELECT b.customer_id, coalesce(s.lifecycle_stage, 'prospect') AS stage FROM ${context.relation("base_before")} b LEFT JOIN ${context.relation("before")} s USING (customer_id)),
       is_now AS (SELECT b.customer_id, coalesce(s.lifecycle_stage, 'prospect') AS stage FROM ${context.relation("base")} b LEFT JOIN ${context.relation("now")} s USING (customer_id))
       SELECT coalesce(w.stage, 'first_seen_later') AS from_stage, n.stage AS to_stage, DATE ${then} AS from_on, DATE ${now} AS to_on, count(*) AS customers
       FROM is_now n LEFT JOIN was w USING (customer_id) GROUP BY ALL ORDER BY from_stage, to_stage`,
    );
  },
});
