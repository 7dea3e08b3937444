import { defineStep } from "../engine/step-context.ts";

/** Which source record belongs to whom, by which rule. */
export const identityLinks = defineStep({
  name: "identity_links",
  version: 1,
  title: "Identity links",
  stage: "profiles",
  scope: "brand",
  timing: "none",
  inputs: { records: { step: "customer_ids", output: "records" } },
  params: {},
  outputs: [
    {
      name: "identity_links",
      kind: "parquet",
      columns: [
        { name: "source", type: "VARCHAR" },
        { name: "source_record_id", type: "VARCHAR" },
        { name: "key_space", type: "VARCHAR" },
        { name: "customer_id", type: "VARCHAR" },
        { name: "probability", type: "DOUBLE" },
        { name: "rule", type: "VARCHAR" },
      ],
    },
  ],
  run: async (context) => {
    await context.output.query(
      "identity_links",
      `SELECT source, source_record_id, key_space, customer_id, probability, rule FROM ${context.relation("records")} ORDER BY source, key_space, source_record_id`,
    );
  },
});
