import { z } from "zod";
import { brandName, call, count, instant } from "../operation.ts";

/** One intermediate result of a run: what it is, whether it was there, and who reads it. */
export const cachedArtifact = z.object({
  key: z.string(),
  step: z.string(),
  title: z.string(),
  stage: z.string(),
  scope: z.string(),
  as_of: z.string().nullable(),
  state: z.string(),
  rows: count,
  bytes: count,
  /** Core seconds that it took when it was made. */
  seconds: z.number(),
  made_at: instant.nullable(),
  host: z.string().nullable(),
  /** Keys of what it reads and what reads it in this run. */
  inputs: z.array(z.string()),
  readers: z.array(z.string()),
  /** Models whose results rest on it, by name. */
  models: z.array(z.string()),
  cause: z.string(),
  sentence: z.string(),
});
export type CachedArtifact = z.output<typeof cachedArtifact>;

export const cacheOperations = {
  /** The graph of a run's intermediates, by step: reused or computed, from what, for whom, and why. */
  "cache.inspect": call({
    input: z.object({ brand: brandName, run_id: z.string() }),
    output: z.object({
      run_id: z.string(),
      artifacts: z.array(cachedArtifact),
      reused: count,
      computed: count,
      bytes: count,
      /** Core seconds of what was there, and of the models each by itself: what sharing saved. */
      seconds_saved: z.number(),
      seconds_alone: z.number(),
      seconds_shared: z.number(),
    }),
  }),
};
