import { z } from "zod";
import { brandName, call, count, done, instant, json, stream } from "../operation.ts";
import { stepProgress } from "./workspace.ts";

/** A mapping file as `interfaces` has it; its inside is checked where it is used. */
export const mapping = z.looseObject({
  layout: z.string(),
  tables: z.array(z.looseObject({ table: z.string(), columns: z.record(z.string(), json) })),
});
export type MappingJson = z.output<typeof mapping>;

export const detectedFile = z.object({
  path: z.string(),
  format: z.string(),
  encoding: z.string().nullable(),
  delimiter: z.string().nullable(),
  layout: z.string(),
  confidence: z.number(),
  tables: z.array(z.string()),
  mapping,
  warnings: z.array(z.string()),
});
export type DetectedFile = z.output<typeof detectedFile>;

export const rejectCount = z.object({ reason: z.string(), count });
export const batchFile = z.object({
  path: z.string(),
  sha256: z.string(),
  rows_read: count,
  rows_accepted: count,
  rows_rejected: count,
  rows_repeated: count,
  rejects: z.array(rejectCount),
});
export const batch = z.object({
  source: z.string(),
  batch_id: z.string(),
  arrived_at: instant,
  withdrawn: z.boolean(),
  files: z.array(batchFile),
  warnings: z.array(z.string()),
});
export type Batch = z.output<typeof batch>;

export const source = z.object({
  source: z.string(),
  layout: z.string(),
  paths: z.array(z.string()),
  tables: z.array(z.string()),
  mapping,
  schedule: z.string().nullable(),
  expected_by: z.string().nullable(),
  /** When the delivery that is looked for was due and expected, and when the next one is due; null without a schedule. */
  due_at: instant.nullable(),
  expected_at: instant.nullable(),
  next_at: instant.nullable(),
  is_due: z.boolean(),
  is_late: z.boolean(),
  n_batches: count,
  rows_accepted: count,
  rows_rejected: count,
  rows_repeated: count,
  /** Latest instant in its rows, and when its last delivery came. */
  records_until: instant.nullable(),
  last_arrived_at: instant.nullable(),
  /** registered: nothing taken yet; current; rejects: some rows left out. */
  state: z.enum(["registered", "current", "rejects"]),
});
export type Source = z.output<typeof source>;

const previewColumn = z.object({
  name: z.string(),
  kind: z.string(),
  format: z.string().nullable(),
  filled: z.number(),
  distinct: count,
  examples: z.array(z.string()),
});
const cells = z.array(z.union([z.string(), z.number(), z.boolean(), z.null()]));

export const reject = z.object({
  file: z.string(),
  line: z.number().nullable(),
  column: z.string().nullable(),
  value: z.string().nullable(),
  reason: z.string(),
  raw: z.string().nullable(),
});

export const sourceOperations = {
  "sources.detect": call({
    input: z.object({
      paths: z.array(z.string().min(1)).min(1),
      currency: z.string().optional(),
      time_zone: z.string().optional(),
    }),
    output: z.object({
      files: z.array(detectedFile),
      skipped: z.array(z.object({ path: z.string(), reason: z.string() })),
    }),
  }),
  "sources.read": call({
    input: z.object({ paths: z.array(z.string().min(1)).min(1), out: z.string().min(1), mapping: mapping.optional() }),
    output: z.object({
      files: z.array(
        z.object({
          path: z.string(),
          columns: z.array(z.string()),
          rows_read: count,
          rows_accepted: count,
          rows_rejected: count,
          rejects: z.array(rejectCount),
        }),
      ),
    }),
  }),
  /** What a file looks like under a mapping, before anything is registered. */
  "sources.preview": call({
    input: z.object({
      path: z.string().min(1),
      mapping: mapping.optional(),
      currency: z.string(),
      time_zone: z.string(),
      limit: z.number().int().min(1).max(200).optional(),
    }),
    output: z.object({
      columns: z.array(previewColumn),
      rows: z.array(cells),
      rows_read: count,
      mapping,
      tables: z.array(
        z.object({ table: z.string(), columns: z.array(z.string()), rows: z.array(cells), rows_accepted: count }),
      ),
      rejects: z.array(reject),
      rows_rejected: count,
    }),
  }),
  "sources.targets": call({
    input: z.object({}),
    output: z.object({
      tables: z.array(
        z.object({
          table: z.string(),
          columns: z.array(z.object({ name: z.string(), kind: z.string(), required: z.boolean(), help: z.string() })),
        }),
      ),
    }),
  }),
  "sources.add": call({
    input: z.object({
      brand: brandName,
      name: z.string().min(1),
      paths: z.array(z.string().min(1)).min(1),
      layout: z.string().optional(),
      mapping: mapping.optional(),
      schedule: z.string().optional(),
      expected_by: z.string().optional(),
    }),
    output: z.object({
      sources: z.array(z.object({ source: z.string(), mapping })),
      skipped: z.array(z.object({ path: z.string(), reason: z.string() })),
      /** What was doubtful when files were recognised. */
      warnings: z.array(z.object({ path: z.string(), warnings: z.array(z.string()) })),
    }),
  }),
  "sources.list": call({ input: z.object({ brand: brandName }), output: z.object({ sources: z.array(source) }) }),
  "sources.remove": call({ input: z.object({ brand: brandName, source: z.string() }), output: done }),
  "sources.set_schedule": call({
    input: z.object({
      brand: brandName,
      source: z.string(),
      schedule: z.string().nullable(),
      expected_by: z.string().nullable(),
    }),
    output: done,
  }),
  "sources.set_mapping": call({ input: z.object({ brand: brandName, source: z.string(), mapping }), output: done }),
  /** Takes a delivery of one or of all sources. */
  "sources.ingest": stream({
    input: z.object({
      brand: brandName,
      source: z.string().optional(),
      paths: z.array(z.string().min(1)).optional(),
      /** Only sources whose delivery is due, and those without a schedule. */
      due: z.boolean().optional(),
      /** Deliveries that are read at a time. */
      workers: z.number().int().min(1).max(256).optional(),
      /** Memory of all of them, such as `8GB`. */
      memory: z.string().optional(),
    }),
    progress: stepProgress,
    output: z.object({ batches: z.array(batch) }),
  }),
  "batches.list": call({ input: z.object({ brand: brandName }), output: z.object({ batches: z.array(batch) }) }),
  "batches.withdraw": call({
    input: z.object({ brand: brandName, batch_id: z.string() }),
    output: z.object({ batch_id: z.string(), withdrawn: z.literal(true) }),
  }),
  /** Takes a withdrawal back: its rows count again from the next run on. */
  "batches.restore": call({
    input: z.object({ brand: brandName, batch_id: z.string() }),
    output: z.object({ batch_id: z.string(), withdrawn: z.literal(false) }),
  }),
  /** Reads deliveries again with their source's present mapping. */
  "batches.reread": stream({
    input: z.object({ brand: brandName, source: z.string().optional(), batch_id: z.string().optional() }),
    progress: stepProgress,
    output: z.object({
      batches: z.array(
        z.object({
          source: z.string(),
          batch_id: z.string(),
          rows_accepted: count,
          rows_rejected: count,
          rows_rejected_before: count,
        }),
      ),
    }),
  }),
  "batches.rejects": call({
    input: z.object({
      brand: brandName,
      batch_id: z.string().optional(),
      source: z.string().optional(),
      offset: count.optional(),
      limit: z.number().int().min(1).max(1000).optional(),
    }),
    output: z.object({ total: count, rejects: z.array(reject.extend({ source: z.string(), batch_id: z.string() })) }),
  }),
  "suppressions.add": stream({
    input: z.object({ brand: brandName, path: z.string().min(1) }),
    progress: stepProgress,
    output: z.object({ rows_read: count, suppressed: count, batch_id: z.string() }),
  }),
};
