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
  /** What could be dropped from the workspace: nothing that a published snapshot needs. Nothing is dropped. */
  "retention.preview": call({
    input: z.object({ brand: brandName, older_than_days: z.number().int().min(0).max(36_500).optional() }),
    output: z.object({
      artifacts: count,
      bytes: count,
      needed: z.object({ artifacts: count, bytes: count, snapshots: count }),
      droppable: z.object({ artifacts: count, bytes: count, seconds: z.number() }),
      /** Of what could be dropped: what the current snapshot doesn't rest on either, so that the next run wouldn't reuse it. */
      cold: z.object({ artifacts: count, bytes: count, seconds: z.number() }),
      steps: z.array(
        z.object({
          step: z.string(),
          title: z.string(),
          artifacts: count,
          bytes: count,
          cold_bytes: count,
          /** Core seconds to make them again. */
          seconds: z.number(),
          oldest_at: instant.nullable(),
          newest_at: instant.nullable(),
        }),
      ),
    }),
  }),
};
