import { z } from "zod";
import { brandName, count, instant, json, stream } from "../operation.ts";
import { stepProgress } from "./workspace.ts";

const difference = z.object({
  kind: z.enum(["missing", "added", "changed"]),
  /** Row of the file, its header not counted; of a missing row: its place in the list as it is made again. */
  row: count,
  customer_id: z.string().nullable(),
  columns: z.array(z.string()),
});

export const verdictOfList = z.object({
  /** Every row of the file is one that snapshot and rule give, and none is missing. */
  ok: z.boolean(),
  brand: brandName,
  export: z.string(),
  kind: z.enum(["segment", "campaign", "query"]).nullable(),
  written_at: instant,
  snapshot_id: z.string().nullable(),
  as_of: z.string().nullable(),
  /** The rule that the list follows: a tree, an expression, or a statement. */
  rule: json,
  sentence: z.string(),
  segment: z.string().nullable(),
  campaign: z.string().nullable(),
  template: z.string().nullable(),
  /** How the file was known: by its bytes, by the manifest beside it, by its name. */
  found_by: z.enum(["digest", "manifest", "name"]),
  /** Its bytes are those that were written. */
  is_unaltered: z.boolean(),
  /** Its rows were compared with the list as it is made again; `why_not` says why they weren't. */
  is_recomputed: z.boolean(),
  why_not: z.enum(["snapshot_collected", "no_recipe"]).nullable(),
  rows: count.nullable(),
  rows_again: count.nullable(),
  /** erased: rows of people who were erased since, no difference. */
  counts: z.object({ missing: count, added: count, changed: count, erased: count }),
  /** The first 200. */
  differences: z.array(difference),
  digests: z.object({
    file: z.string(),
    written: z.string(),
    rule: z.string().nullable(),
    code: z.string().nullable(),
  }),
  notes: z.array(z.string()),
});
export type ListVerdict = z.output<typeof verdictOfList>;

export const proofOperations = {
  /** Makes a list or report that this workspace wrote again, from snapshot and rule as they were, and compares. Throws `not_found` for a
   *  file of others. */
  "lists.verify": stream({
    input: z.object({ path: z.string().min(1), brand: brandName.optional() }),
    progress: stepProgress,
    output: verdictOfList,
  }),
};
