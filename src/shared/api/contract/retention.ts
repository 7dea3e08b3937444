import { z } from "zod";
import { brandName, call, count, instant, stream } from "../operation.ts";
import { stepProgress } from "./workspace.ts";

/** What a brand keeps and for how long. */
export const retentionRules = z.object({
  /** Every snapshot so young stays (days), and so many of the latest, however old. */
  keep_days: z.number().int().min(1).max(36_500),
  keep_snapshots: z.number().int().min(1).max(100_000),
  /** Intermediates that no kept snapshot needs and that the next run wouldn't reuse stay so long (days). */
  unused_days: z.number().int().min(0).max(36_500),
  /** From being named to being set aside, and from there to being deleted (hours of the share's clock). */
  wait_hours: z.number().min(0).max(8_784),
  trash_hours: z.number().min(0).max(8_784),
  /** The nightly job collects at its end. */
  nightly: z.boolean(),
});

const sum = z.object({ artifacts: count, bytes: count, seconds: z.number() });

export const collection = z.object({
  dry_run: z.boolean(),
  /** Snapshots that the rules let go. */
  dropped: z.array(z.object({ snapshot_id: z.string(), as_of: z.string() })),
  /** Named to go by this collection, with the core seconds to make them again. */
  retired: sum,
  /** Named and not due yet, and when the first of them are. */
  waiting: z.object({ artifacts: count, until: instant.nullable() }),
  /** Due, but a reader or a worker has them. */
  held: count,
  set_aside: z.object({ artifacts: count }),
  freed: z.object({ artifacts: count, bytes: count }),
  /** Old staging files and hints that were taken away, checkpoints that were written, and those of them that were broken. */
  tidied: z.object({ staging: count, hints: count, checkpoints: count, broken: z.array(z.string()) }),
});
export type Collection = z.output<typeof collection>;

export const retentionOperations = {
  /** What could be dropped from the workspace: nothing that a snapshot needs. Nothing is dropped. */
  "retention.preview": call({
    input: z.object({ brand: brandName, older_than_days: z.number().int().min(0).max(36_500).optional() }),
    output: z.object({
      artifacts: count,
      bytes: count,
      needed: z.object({ artifacts: count, bytes: count, snapshots: count }),
      droppable: sum,
      /** Of what could be dropped: what the current snapshot doesn't rest on either, so that the next run wouldn't reuse it. */
      cold: sum,
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
  "retention.rules": call({
    input: z.object({ brand: brandName }),
    output: z.object({
      rules: retentionRules,
      defaults: retentionRules,
      snapshots: count,
      dropped: count,
      collected: z.object({ at: instant.nullable(), removed: count, freed_bytes: count }),
    }),
  }),
  "retention.change": call({
    input: z.object({ brand: brandName, rules: retentionRules.partial() }),
    output: z.object({ rules: retentionRules }),
  }),
  /** Drops what the rules let go; `dry_run` says what it would do. What is named goes after the waiting time, by a later collection. */
  "retention.collect": stream({
    input: z.object({
      brand: brandName,
      dry_run: z.boolean().optional(),
      older_than_days: z.number().int().min(0).max(36_500).optional(),
      /** Also what the next run would reuse: it costs its making again. */
      takes_reusable: z.boolean().optional(),
      wait_hours: z.number().min(0).max(8_784).optional(),
    }),
    progress: stepProgress,
    output: collection,
  }),
};
