import { defineStep } from "../engine/step-context.ts";

/** Pairs of records that could be one person, with whose they are and what each agreement weighs. */
export const identityPairs = defineStep({
  name: "identity_pairs",
  version: 1,
  title: "Identity pairs",
  stage: "profiles",
  scope: "brand",
  timing: "none",
  inputs: {
    pairs: { step: "record_pairs", output: "pairs" },
    records: { step: "customer_ids", output: "records" },
  },
  params: {},
  outputs: [
    {
      name: "identity_pairs",
      kind: "parquet",
      columns: [
        { name: "key_space", type: "VARCHAR" },
        { name: "source_record_id", type: "VARCHAR" },
        { name: "customer_id", type: "VARCHAR" },
        { name: "other_key_space", type: "VARCHAR" },
        { name: "other_source_record_id", type: "VARCHAR" },
        { name: "other_customer_id", type: "VARCHAR" },
        { name: "probability", type: "DOUBLE" },
        { name: "is_joined", type: "BOOLEAN" },
        { name: "prior_bits", type: "DOUBLE", unit: "bits" },
        { name: "household_bits", type: "DOUBLE", unit: "bits" },
        { name: "weights", type: "MAP(VARCHAR, DOUBLE)", unit: "bits" },
        { name: "levels", type: "MAP(VARCHAR, VARCHAR)" },
      ],
    },
  ],
  run: async (context) => {
    await context.output.query(
      "identity_pairs",
      `WITH whose AS (SELECT DISTINCT key_space, source_record_id, customer_id FROM ${context.relation("records")})
       SELECT p.key_space, p.source_record_id, a.customer_id, p.other_key_space, p.other_source_record_id, b.customer_id AS other_customer_id,
              p.probability, a.customer_id = b.customer_id AS is_joined, p.prior_bits, p.household_bits, p.weights, p.levels
       FROM ${context.relation("pairs")} p
       JOIN whose a ON a.key_space = p.key_space AND a.source_record_id = p.source_record_id
       JOIN whose b ON b.key_space = p.other_key_space AND b.source_record_id = p.other_source_record_id
       ORDER BY p.key_space, p.source_record_id, p.other_key_space, p.other_source_record_id`,
    );
  },
});
