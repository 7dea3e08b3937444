import { z } from "zod";
import type { GateSettings } from "../../domain/gate.ts";
import { brandName, call, count, day, done, instant, stream } from "../operation.ts";
import { runRequest } from "./runs.ts";
import { stepProgress } from "./workspace.ts";

export const gateResult = z.object({ rule: z.string(), ok: z.boolean(), measured: z.string() });

const refreshed = z.object({
  segment: z.string(),
  version: count,
  customers: count,
  revenue_minor: z.number(),
  reachable: count,
  entered: count.nullable(),
  left: count.nullable(),
});

export const night = z.object({
  night: day,
  started_at: instant,
  ended_at: instant,
  host: z.string(),
  run_id: z.string().nullable(),
  snapshot_id: z.string().nullable(),
  as_of: day.nullable(),
  published: z.boolean(),
  gate: z.array(gateResult),
  batches: z.array(z.object({ source: z.string(), batch_id: z.string(), rows: count })),
  segments: z.array(refreshed),
  /** Lists that this job wrote; a job that goes on after a stop doesn't write them again. */
  exports: z.array(z.object({ export: z.string(), path: z.string(), rows: count })),
  warnings: z.array(z.string()),
  error: z.string().nullable(),
  /** Where its run was done; null in reports of earlier programs. */
  runner: z.enum(["pool", "inline", "cluster"]).nullable(),
  /** When it was to be done, and whether it was later. */
  due_at: instant.nullable(),
  is_late: z.boolean(),
  /** Machines of EC2 that it asked for, and what they were to cost; null where it asked for none. */
  scaled: z.object({ instances: count, cost: z.number(), currency: z.string() }).nullable(),
});
export type Night = z.output<typeof night>;

const slot = z.object({
  due_at: instant,
  expected_at: instant,
  /** coming; due: looked for now; late; missed: the next one came first; delivered, or delivered_late. */
  state: z.enum(["coming", "due", "late", "missed", "delivered", "delivered_late"]),
  arrived_at: instant.nullable(),
  rows: count,
});
export type CalendarSlot = z.output<typeof slot>;

export const exportPlan = z.object({
  export: z.string(),
  segment: z.string(),
  template: z.string(),
  fields: z.array(z.string()),
  folder: z.string(),
  /** A cron pattern in the brand's time zone; null: with every published snapshot. */
  schedule: z.string().nullable(),
  last: z.object({ at: instant, path: z.string().nullable(), rows: count }).nullable(),
});
export type ExportPlan = z.output<typeof exportPlan>;

const limit = z.number().min(0).max(1000).nullable();

const gateLimits = z.strictObject({
  late_sources: limit.optional(),
  small_delivery: limit.optional(),
  rejected_rows: limit.optional(),
  changed_ids: limit.optional(),
  fewer_customers: limit.optional(),
  less_revenue: limit.optional(),
}) satisfies z.ZodType<Partial<GateSettings>>;

export const nightSettings = z.object({
  schedule: z.string().nullable(),
  next_at: instant.nullable(),
  /** Where its run is done unless the command says otherwise. */
  runner: z.enum(["pool", "cluster"]),
  /** Time of day, in the brand's zone, by which it should be done. */
  done_by: z.string().nullable(),
  gate: z.array(
    z.object({
      rule: z.string(),
      title: z.string(),
      help: z.string(),
      unit: z.enum(["sources", "share"]),
      breaks: z.enum(["above", "below"]),
      limit,
      default_limit: limit,
    }),
  ),
});
export type NightSettingsDocument = z.output<typeof nightSettings>;

export const nightOperations = {
  /** Due deliveries, run, gate, publish, segments, planned exports, report: goes on where it was stopped. */
  "nightly.run": stream({
    input: runRequest
      .pick({ brand: true, runner: true, redis: true, workers: true, memory: true })
      .extend({ done_by: z.string().nullable().optional() }),
    progress: stepProgress,
    output: night,
  }),
  "nightly.list": call({
    input: z.object({ brand: brandName, limit: z.number().int().min(1).max(400).optional() }),
    output: z.object({ nights: z.array(night) }),
  }),
  "nightly.settings": call({ input: z.object({ brand: brandName }), output: nightSettings }),
  "nightly.configure": call({
    input: z.object({
      brand: brandName,
      schedule: z.string().nullable().optional(),
      runner: z.enum(["pool", "cluster"]).optional(),
      done_by: z.string().nullable().optional(),
      gate: gateLimits.optional(),
    }),
    output: nightSettings,
  }),
  /** What each source with a schedule should have delivered and did, over some days. */
  "nightly.calendar": call({
    input: z.object({ brand: brandName, days: z.number().int().min(1).max(92).optional() }),
    output: z.object({
      from: day,
      to: day,
      now: instant,
      time_zone: z.string(),
      sources: z.array(
        z.object({
          source: z.string(),
          schedule: z.string(),
          expected_by: z.string().nullable(),
          slots: z.array(slot),
        }),
      ),
    }),
  }),
  "exports.planned": call({
    input: z.object({ brand: brandName }),
    output: z.object({ exports: z.array(exportPlan) }),
  }),
  /** Keeps a list that every night writes anew into a folder. */
  "exports.plan": call({
    input: z.object({
      brand: brandName,
      export: z.string().min(1).max(63),
      segment: z.string(),
      template: z.string().optional(),
      fields: z.array(z.string()).optional(),
      folder: z.string().min(1),
      schedule: z.string().nullable().optional(),
    }),
    output: exportPlan,
  }),
  "exports.unplan": call({ input: z.object({ brand: brandName, export: z.string() }), output: done }),
};
