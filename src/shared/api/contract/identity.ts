import { z } from "zod";
import { brandName, call, count, done, instant } from "../operation.ts";

const learnedComparison = z.object({
  name: z.string(),
  levels: z.array(z.object({ level: z.string(), m_probability: z.number(), u_probability: z.number() })),
});

const customerId = z.string().min(1);
const recordName = z.object({ key_space: z.string(), source_record_id: z.string() });
const place = z.object({ brand: brandName, snapshot_id: z.string().optional() });

const override = z.object({
  override: z.string(),
  kind: z.enum(["join", "split"]),
  at: instant,
  note: z.string().nullable(),
  customers: z.array(z.string()),
  records: z.array(recordName),
  undone: z.boolean(),
  /** Whether the viewed snapshot was made with it. */
  is_applied: z.boolean(),
});
export type IdentityOverride = z.output<typeof override>;

const side = z.object({
  customer_id: z.string(),
  name: z.string().nullable(),
  order_count: count,
  revenue_minor: z.number(),
  first_order_on: z.string().nullable(),
  last_order_on: z.string().nullable(),
  lifecycle_stage: z.string().nullable(),
  records: z.array(recordName.extend({ sources: z.array(z.string()), rule: z.string(), probability: z.number() })),
});
export type IdentitySide = z.output<typeof side>;

const pair = z.object({
  a: recordName,
  b: recordName,
  probability: z.number(),
  prior_bits: z.number(),
  household_bits: z.number(),
  weights: z.array(z.object({ name: z.string(), level: z.string(), bits: z.number() })),
});
export type WeighedPair = z.output<typeof pair>;

const explained = z.object({
  is_joined: z.boolean(),
  sides: z.array(side),
  pairs: z.array(pair),
  shared: z.array(z.object({ attribute: z.string(), value: z.string() })),
});
export type ExplainedPair = z.output<typeof explained>;

const effect = z.object({
  currency: z.string(),
  before: z.array(side),
  /** What the customers would be: their orders and revenue, and how many records each has. */
  after: z.array(
    z.object({ name: z.string().nullable(), records: count, order_count: count, revenue_minor: z.number() }),
  ),
  /** Segments that hold one of them now. */
  segments: z.array(z.string()),
});
export type IdentityEffect = z.output<typeof effect>;

const identity = z.object({
  as_of: z.string(),
  records: count,
  customers: count,
  /** Ids of which records belong to another customer now, since the snapshot before; null where there is none. */
  changed_ids: count.nullable(),
  measures: z.array(
    z.object({ measure: z.string(), value: z.number(), least: z.number(), most: z.number(), is_share: z.boolean() }),
  ),
  sizes: z.array(z.object({ from: count, customers: count })),
  rules: z.array(z.object({ rule: z.string(), records: count })),
  sources: z.array(z.object({ source: z.string(), records: count, joined: count })),
  pairs: z.array(
    z.object({
      customer_id: z.string(),
      other_customer_id: z.string(),
      name: z.string().nullable(),
      other_name: z.string().nullable(),
      probability: z.number(),
      pairs: count,
      orders: count,
      other_orders: count,
      /** A reviewer's word, where there is one. */
      label: z.enum(["same", "different"]).nullable(),
    }),
  ),
  clusters: z.array(
    z.object({
      customer_id: z.string(),
      name: z.string().nullable(),
      records: count,
      sources: count,
      names: count,
      emails: count,
      reason: z.enum(["over_large", "conflicting"]),
    }),
  ),
  overrides: z.array(override),
  labels: z.object({ same: count, different: count, agreed: count }),
  history: z.array(z.object({ snapshot_id: z.string(), as_of: z.string(), records: count, customers: count })),
});
export type Identity = z.output<typeof identity>;

const split = z.object({
  brand: brandName,
  customer_id: customerId,
  records: z.array(recordName).min(1),
  note: z.string().max(500).optional(),
});
const join = z.object({
  brand: brandName,
  a: z.string().min(1),
  b: z.string().min(1),
  note: z.string().max(500).optional(),
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
  /** How records were joined: measures with what is usual, what wants a look, what people said, and the snapshots before. */
  "identity.read": call({ input: place, output: identity }),
  /** Two customers or records, and why they are one or two. */
  "identity.explain": call({ input: place.extend({ a: z.string().min(1), b: z.string().min(1) }), output: explained }),
  /** What a join or split would change, before it is said. */
  "identity.preview_join": call({ input: join, output: effect }),
  "identity.preview_split": call({ input: split, output: effect }),
  /** Said for good: the next run follows it. */
  "identity.join": call({ input: join, output: override }),
  "identity.split": call({ input: split, output: override }),
  "identity.undo": call({ input: z.object({ brand: brandName, override: z.string().min(1) }), output: override }),
  /** A reviewer's word on two customers or records; it measures the matching and changes nothing. */
  "identity.label": call({
    input: z.object({ brand: brandName, a: z.string().min(1), b: z.string().min(1), is_one_person: z.boolean() }),
    output: done,
  }),
};
