import { z } from "zod";
import { brandName, call, count, instant, stream } from "../operation.ts";
import { stepProgress } from "./workspace.ts";

const subject = {
  brand: brandName,
  email: z.string().min(3).max(320).optional(),
  customer_id: z.string().min(1).max(64).optional(),
};

export const erasureCounts = z.object({
  customers: count,
  records: count,
  orders: count,
  /** Addresses, numbers and cards that somebody else has too: they stay, for the others. */
  shared_values: count,
  landed_files: count,
  landed_rows: count,
  artifacts: count,
  /** Rows that were taken out of artifacts, by step. */
  rows: z.record(z.string(), count),
  snapshots: count,
  lists_rewritten: count,
  search_index: count,
});

const outsideList = z.object({
  export: z.string(),
  written_at: instant,
  kind: z.string(),
  segment: z.string().nullable(),
  campaign: z.string().nullable(),
  template: z.string().nullable(),
  held: z.enum(["yes", "may"]),
});

/** Counts, versions and pseudonyms; nothing personal. */
export const erasureReceipt = z.object({
  format: z.literal("assay-erasure"),
  format_version: z.literal(1),
  erasure: z.string(),
  subjects: z.array(z.string()),
  begun_at: instant,
  ended_at: instant,
  program: z.string(),
  workspace_id: z.string(),
  brand: brandName,
  counts: erasureCounts,
  tombstones: count,
  lists_outside: z.array(outsideList),
  notes: z.array(z.string()),
  remaining: count,
});
export type ErasureReceiptDocument = z.output<typeof erasureReceipt>;

export const erasureOperations = {
  /** What an erasure would take away; nothing is changed. */
  "erasure.preview": stream({
    input: z.object(subject),
    progress: stepProgress,
    output: z.object({
      is_known: z.boolean(),
      counts: erasureCounts,
      lists_outside: z.array(outsideList),
      notes: z.array(z.string()),
    }),
  }),
  /** Takes a person out of everything that the workspace and this machine hold. One that was stopped goes on; one that was done is
   *  answered with its receipt. Throws `not_found` for whom nobody knows, `conflict` while a run goes on. */
  "erasure.run": stream({
    input: z.object(subject),
    progress: stepProgress,
    output: z.object({ receipt: erasureReceipt, is_repeated: z.boolean() }),
  }),
  "erasure.list": call({
    input: z.object({ brand: brandName }),
    output: z.object({ receipts: z.array(erasureReceipt), pending: count }),
  }),
};
