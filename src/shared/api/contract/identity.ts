import { z } from "zod";
import { call, count } from "../operation.ts";

const learnedComparison = z.object({
  name: z.string(),
  levels: z.array(z.object({ level: z.string(), m_probability: z.number(), u_probability: z.number() })),
});

export const identityOperations = {
  /** Resolves the people of any files, outside of every workspace; writes file, row, customer_id, probability, rule. */
  "identity.link": call({
    input: z.object({
      paths: z.array(z.string().min(1)).min(1),
      out: z.string().min(1),
      threshold: z.number().min(0.5).max(1).optional(),
    }),
    output: z.object({
      records: count,
      customers: count,
      pairs_scored: count,
      params: z.object({
        threshold: z.number(),
        prior: z.number().nullable(),
        household_prior: z.number().nullable(),
        iterations: count,
        converged: z.boolean(),
        comparisons: z.array(learnedComparison),
      }),
    }),
  }),
};
