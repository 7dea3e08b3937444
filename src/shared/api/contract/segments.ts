import { z } from "zod";
import { brandName, call, count, day, done, instant, json, stream } from "../operation.ts";
import { estimate, segmentTree } from "./customers.ts";
import { stepProgress } from "./workspace.ts";

/** Either a rule tree or a boolean SQL expression over `profiles`. */
export const definition = z.object({ where: segmentTree.optional(), sql: z.string().max(10_000).optional() });
export type Definition = z.output<typeof definition>;

export const segmentFigures = z.object({
  customers: count,
  of: count,
  revenue_minor: z.number(),
  net_revenue_minor: z.number(),
  /** By e-mail: consent given, not suppressed, an address known. */
  reachable: count,
  predicted_value: estimate.nullable(),
  expected_purchases: estimate.nullable(),
  horizon_days: z.number(),
  /** Customers left after each rule, in the tree's own order (depth first), by path such as "0.1". */
  rules: z.array(z.object({ path: z.string(), customers: count })),
  /** What stands behind its rules on who is like a segment. */
  alike: z.array(
    z.object({
      segment: z.string(),
      /** Buyers in it, whom others are compared with. */
      seeds: count,
      /** Too few buyers in it, or outside it: nobody can be said to be alike. */
      is_enough: z.boolean(),
      /** Share of members kept aside who were found in the tenth of customers most alike; 95 % interval. A random tenth has .1. */
      recall_at_reach_10: estimate.nullable(),
    }),
  ),
  milliseconds: z.number(),
});
export type SegmentFigures = z.output<typeof segmentFigures>;

export const segment = z.object({
  segment: z.string(),
  definition,
  sentence: z.string(),
  version: count,
  created_at: instant,
  changed_at: instant,
  customers: count.nullable(),
  revenue_minor: z.number().nullable(),
  reachable: count.nullable(),
  /** Since the refresh before, as the last nightly job counted; null where there is nothing to compare with. */
  entered: count.nullable(),
  left: count.nullable(),
});
export type Segment = z.output<typeof segment>;

/** Of a list that is written while the shared directory doesn't answer: how far this machine knows the log, consents, suppressions and
 *  erasures included, and when it last saw it. */
const restsOn = z.object({ log_version: count, seen_at: instant });

export const exported = z.object({
  path: z.string(),
  rows: count,
  sha256: z.string(),
  left_out: z.array(z.object({ reason: z.string(), count })),
  manifest: z.string(),
  columns: z.array(z.string()),
  /** SHA-256 of what decides how a list reads beside rule and snapshot. */
  code: z.string(),
  rests_on: restsOn.nullable().optional(),
});
export type Exported = z.output<typeof exported>;

export const segmentVersion = z.object({
  version: count,
  definition,
  sentence: z.string(),
  at: instant,
  is_current: z.boolean(),
});
export type SegmentVersion = z.output<typeof segmentVersion>;

const direction = z.object({
  customers: count,
  /** Of them those whom one of the two snapshots doesn't know. */
  unknown: count,
  revenue_minor: z.number(),
  /** By the rule that turned; who had several counts in each. */
  reasons: z.array(z.object({ path: z.string(), sentence: z.string(), customers: count })),
  rows: z.array(
    z.object({
      customer_id: z.string(),
      name: z.string().nullable(),
      reasons: z.array(z.string()),
      values: z.array(z.object({ field: z.string(), before: json, now: json })),
    }),
  ),
});
export type SegmentDirection = z.output<typeof direction>;

export const segmentMoves = z.object({
  /** The snapshot compared with; null where there is none from an earlier day. */
  before: z.object({ snapshot_id: z.string(), as_of: day }).nullable(),
  as_of: day,
  stayed: count,
  entered: direction,
  left: direction,
  /** Why the earlier snapshot can't be judged by this rule; null where it can. */
  why_not: z.string().nullable(),
});
export type SegmentMoves = z.output<typeof segmentMoves>;

/** The brand, and an older snapshot than the current one where that is meant. */
const place = { brand: brandName, snapshot_id: z.string().optional() };

export const segmentOperations = {
  "segments.list": call({ input: z.object({ ...place }), output: z.object({ segments: z.array(segment) }) }),
  "segments.count": call({
    input: z.object({ ...place, segment: z.string().optional(), definition: definition.optional() }),
    output: segmentFigures,
  }),
  "segments.save": call({
    input: z.object({
      brand: brandName,
      segment: z.string().min(1).max(63),
      definition,
      create: z.boolean().optional(),
    }),
    output: segment,
  }),
  /** Every rule that a segment had, the latest first. */
  "segments.versions": call({
    input: z.object({ brand: brandName, segment: z.string() }),
    output: z.object({ versions: z.array(segmentVersion) }),
  }),
  /** Who came and who went since the snapshot before, under one rule, and by which of its rules. */
  "segments.moves": call({
    input: z.object({
      ...place,
      segment: z.string().optional(),
      definition: definition.optional(),
      limit: z.number().int().min(0).max(100).optional(),
    }),
    output: segmentMoves,
  }),
  "segments.remove": call({ input: z.object({ brand: brandName, segment: z.string() }), output: done }),
  "segments.compare": call({
    input: z.object({ ...place, segments: z.array(z.string()).min(2).max(8) }),
    output: z.object({
      segments: z.array(segmentFigures.extend({ segment: z.string() })),
      overlaps: z.array(z.object({ segments: z.array(z.string()), customers: count })),
    }),
  }),
  "segments.members": call({
    input: z.object({
      ...place,
      segment: z.string().optional(),
      definition: definition.optional(),
      limit: z.number().int().min(1).max(100),
    }),
    output: z.object({
      rows: z.array(
        z.object({ customer_id: z.string(), name: z.string().nullable(), values: z.record(z.string(), json) }),
      ),
    }),
  }),
  /** Who would leave the house, before anything is written. */
  "segments.export_preview": call({
    input: z.object({
      ...place,
      segment: z.string().optional(),
      definition: definition.optional(),
      include_unreachable: z.boolean().optional(),
      fields: z.array(z.string()).optional(),
      template: z.string().optional(),
    }),
    output: z.object({
      rows: count,
      left_out: z.array(z.object({ reason: z.string(), count })),
      columns: z.array(z.string()),
      sample: z.array(z.array(z.string())),
      rests_on: restsOn.nullable(),
    }),
  }),
  "segments.export": stream({
    input: z.object({
      ...place,
      segment: z.string().optional(),
      definition: definition.optional(),
      template: z.string().optional(),
      fields: z.array(z.string()).optional(),
      include_unreachable: z.boolean().optional(),
      /** Where to write; left out: the brand's exports folder in the workspace, for a download. */
      out: z.string().optional(),
    }),
    progress: stepProgress,
    output: exported,
  }),
  "templates.list": call({
    input: z.object({}),
    output: z.object({
      templates: z.array(
        z.object({
          name: z.string(),
          title: z.string(),
          columns: z.array(z.string()),
          /** Whether columns of the profile or the record may be added. */
          takes_fields: z.boolean(),
          /** Whose consent counts: email, ads. */
          channel: z.string(),
        }),
      ),
    }),
  }),
};
