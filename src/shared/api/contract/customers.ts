import { z } from "zod";
import { returnBands } from "../../domain/return-bands.ts";
import { brandName, call, count, day, instant } from "../operation.ts";

export const cell = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.string()),
  z.record(z.string(), z.string()),
]);
export type Cell = z.output<typeof cell>;

export const field = z.object({
  name: z.string(),
  label: z.string(),
  /** number, money (minor units), share (0-1), date, text, choice, list, flag */
  kind: z.enum(["number", "money", "share", "date", "text", "choice", "list", "flag"]),
  unit: z.string().nullable(),
  help: z.string(),
  group: z.string(),
  choices: z.array(z.string()).nullable(),
  /** NULL for every customer of this snapshot: screens leave it out. */
  is_empty: z.boolean(),
  minimum: z.number().nullable(),
  maximum: z.number().nullable(),
});
export type Field = z.output<typeof field>;

/** A rule tree as `interfaces` writes it; fields and operators are enumerated again where it is compiled. */
export type SegmentTree = {
  combinator: "and" | "or";
  not?: boolean | undefined;
  rules: (SegmentTree | SegmentRule | BehaviourNode | SegmentNode)[];
};
export type BehaviourNode = { behaviour: Record<string, unknown> };
/** Members of a saved segment or, with `alike`, that share of the others who behave most like them. */
export type SegmentNode = { segment: string; alike?: number | undefined };
export type SegmentRule = { field: string; operator: string; value?: unknown };
const rule = z.object({ field: z.string(), operator: z.string(), value: z.unknown().optional() });
export const segmentTree: z.ZodType<SegmentTree> = z.lazy(() =>
  z.object({
    combinator: z.enum(["and", "or"]),
    not: z.boolean().optional(),
    rules: z
      .array(
        z.union([
          segmentTree,
          rule,
          z.object({ behaviour: z.record(z.string(), z.unknown()) }),
          z.object({ segment: z.string(), alike: z.number().optional() }),
        ]),
      )
      .max(100),
  }),
);

export const sort = z.object({ field: z.string(), direction: z.enum(["asc", "desc"]) });

export const estimate = z.object({ value: z.number(), low: z.number().nullable(), high: z.number().nullable() });

const provenance = z.object({
  field: z.string(),
  value: z.string().nullable(),
  source: z.string().nullable(),
  rule: z.string().nullable(),
  competing: count,
});

const score = z.object({
  name: z.string(),
  label: z.string(),
  model: z.string(),
  kind: z.enum(["number", "money", "share", "date", "text", "choice"]),
  unit: z.string().nullable(),
  value: z.union([z.string(), z.number(), z.null()]),
  low: z.union([z.string(), z.number(), z.null()]),
  high: z.union([z.string(), z.number(), z.null()]),
  /** Median over the customers of this snapshot, for the grey tick; and the ends of the drawn scale. */
  median: z.number().nullable(),
  scale_low: z.number().nullable(),
  scale_high: z.number().nullable(),
  enough_data: z.boolean().nullable(),
  /** How much there was: "14 orders". */
  ground: z.string(),
  reason: z.string().nullable(),
  /** Signed effects in the score's own unit, in words. */
  why: z.array(z.object({ effect: z.string(), reason: z.string() })),
  /** The nearest changes that would move the score into the band beside, by the model; it says nothing of what brings them about. */
  nearest: z.array(
    z.object({
      text: z.string(),
      from: z.enum(returnBands),
      to: z.enum(returnBands),
      before: z.number(),
      after: z.number(),
    }),
  ),
});
export type Score = z.output<typeof score>;

const taste = z.object({ name: z.string(), affinity: estimate, count });

export const customer = z.object({
  customer_id: z.string(),
  name: z.string().nullable(),
  profile: z.record(z.string(), cell),
  golden_record: z.array(provenance),
  records: z.array(
    z.object({
      source: z.string(),
      source_record_id: z.string(),
      rule: z.string(),
      probability: z.number(),
      n_orders: count,
    }),
  ),
  /** All of them: `records` names the first 200. */
  n_records: count,
  orders: z.array(
    z.object({
      order_id: z.string(),
      ordered_at: instant,
      day,
      source: z.string(),
      channel: z.string().nullable(),
      status: z.string().nullable(),
      is_purchase: z.boolean(),
      revenue_minor: z.number().nullable(),
      n_lines: count,
      items: z.array(
        z.object({
          name: z.string().nullable(),
          category: z.string().nullable(),
          quantity: z.number(),
          amount_minor: z.number().nullable(),
        }),
      ),
    }),
  ),
  returns: z.array(
    z.object({
      returned_at: instant.nullable(),
      order_id: z.string().nullable(),
      refund_minor: z.number().nullable(),
      reason: z.string().nullable(),
    }),
  ),
  /** Messages by day and visits by week, oldest first. */
  messages: z.array(z.object({ day, sent: count, opened: count, clicked: count, refused: count })),
  visits: z.array(z.object({ week: day, visits: count, events: count })),
  scores: z.array(score),
  categories: z.array(z.object({ category: z.string(), affinity: estimate, n_lines: count })),
  /** Shares of the next lines by brand and of the next orders by channel; `count` is what was bought of it. */
  brands: z.array(taste),
  channels: z.array(taste),
  /** The products that the customer is drawn to most, in order. */
  products: z.array(z.object({ product_id: z.string(), name: z.string().nullable(), n_orders: count })),
  /** Products that the next basket holds, likeliest first. */
  next_basket: z.array(z.object({ product_id: z.string(), name: z.string().nullable(), n_orders: count })),
  /** What is bought regularly and when it is due again, soonest first. */
  due: z.array(
    z.object({
      level: z.enum(["product", "category"]),
      item: z.string(),
      name: z.string().nullable(),
      on: day,
      low: day.nullable(),
      high: day.nullable(),
      interval_days: z.number(),
      n_days: count,
    }),
  ),
  /** The size that fits, by the category that it is of, the most bought first. */
  sizes: z.array(z.object({ category: z.string(), size: z.string() })),
  /** Best hour, weekday, season, colour and store, with the share of what is expected there; those that are known. */
  habits: z.array(
    z.object({
      name: z.enum(["best_send_hour", "best_hour", "best_weekday", "best_season", "colour_preference", "home_store"]),
      value: z.string(),
      label: z.string().nullable(),
      share: estimate,
      enough_data: z.boolean(),
    }),
  ),
  consents: z.array(
    z.object({ channel: z.string(), status: z.string(), source: z.string(), occurred_at: instant.nullable() }),
  ),
  segments: z.array(z.string()),
});
export type Customer = z.output<typeof customer>;

const keyFigure = z.object({
  name: z.string(),
  value: z.number().nullable(),
  before: z.number().nullable(),
  unit: z.enum(["count", "minor", "share"]),
  reason: z.string().nullable(),
  series: z.array(z.object({ at: day, value: z.number() })),
});
export type KeyFigure = z.output<typeof keyFigure>;

const stage = z.object({
  stage: z.string(),
  customers: count,
  share: z.number(),
  share_before: z.number().nullable(),
  customers_before: count.nullable(),
  value: estimate.nullable(),
  days_in_stage: z.number().nullable(),
});

export const overview = z.object({
  as_of: day,
  compared_with: day.nullable(),
  currency: z.string(),
  snapshot_id: z.string(),
  published_at: instant,
  figures: z.array(keyFigure),
  stages: z.array(stage),
  total: z.object({ customers: count, value: estimate.nullable() }),
  /** Weekly revenue, the same weeks a year before, and what is expected. */
  weeks: z.array(
    z.object({
      week: day,
      actual_minor: z.number().nullable(),
      expected: estimate.nullable(),
      year_before_minor: z.number().nullable(),
    }),
  ),
  expected_90: estimate.nullable(),
  expected_365: estimate.nullable(),
  /** The parts of these that customers yet to be won are to bring; null where nothing tells. */
  won_90: z.number().nullable(),
  won_365: z.number().nullable(),
  /** Why revenue of the last 90 days differs from the 90 days a year before; the parts add up to the change. */
  change: z
    .object({
      from: day,
      to: day,
      before_minor: z.number(),
      now_minor: z.number(),
      parts: z.array(
        z.object({ name: z.string(), effect_minor: z.number(), before: z.number(), now: z.number(), unit: z.string() }),
      ),
    })
    .nullable(),
  attention: z.array(
    z.object({
      money_minor: z.number().nullable(),
      fact: z.string(),
      ground: z.string(),
      action: z.string(),
      screen: z.string(),
      where: segmentTree.nullable(),
    }),
  ),
});
export type Overview = z.output<typeof overview>;

export const lifecycle = z.object({
  as_of: day,
  flow_since: day.nullable(),
  currency: z.string(),
  model: z.string(),
  fit_on: day,
  stages: z.array(stage),
  flow: z.array(z.object({ from: z.string(), to: z.string(), customers: count })),
  moves: z.array(z.object({ from: z.string(), to: z.string(), customers: count, value_minor: z.number().nullable() })),
  cohorts: z.array(
    z.object({
      month: day,
      customers: count,
      /** Share that bought at an age in months; a forecast has 80 % limits where the model gives them. */
      retention: z.array(
        z.object({
          age: count,
          rate: z.number().nullable(),
          is_forecast: z.boolean(),
          low: z.number().nullable(),
          high: z.number().nullable(),
        }),
      ),
    }),
  ),
  surface: z.object({
    frequencies: z.array(z.number()),
    days_since: z.array(z.number()),
    /** One row per days_since, one value per frequency. */
    probability_alive: z.array(z.array(z.number().nullable())),
    /** Why there is none: no_fit, or other_scores where the fit at hand doesn't give those of the snapshot. */
    reason: z.enum(["no_fit", "other_scores"]).nullable(),
  }),
});
export type Lifecycle = z.output<typeof lifecycle>;

export const customerOperations = {
  "customers.fields": call({
    input: z.object({ brand: brandName, snapshot_id: z.string().optional() }),
    output: z.object({ fields: z.array(field) }),
  }),
  /** Rows of the profile table under a filter and an order; the order is kept between pages. */
  "customers.page": call({
    input: z.object({
      brand: brandName,
      snapshot_id: z.string().optional(),
      where: segmentTree.optional(),
      text: z.string().max(200).optional(),
      sort: z.array(sort).max(4).optional(),
      columns: z.array(z.string()).max(100),
      offset: count,
      limit: z.number().int().min(1).max(500),
    }),
    output: z.object({
      total: count,
      of: count,
      rows: z.array(z.object({ customer_id: z.string(), name: z.string().nullable(), values: z.array(cell) })),
    }),
  }),
  "customers.search": call({
    input: z.object({
      brand: brandName,
      text: z.string().max(200),
      limit: z.number().int().min(1).max(100).optional(),
    }),
    output: z.object({
      hits: z.array(
        z.object({
          customer_id: z.string(),
          name: z.string().nullable(),
          email: z.string().nullable(),
          phone: z.string().nullable(),
          place: z.string().nullable(),
        }),
      ),
      indexing: z.boolean(),
    }),
  }),
  "customers.show": call({
    input: z.object({ brand: brandName, customer_id: z.string(), snapshot_id: z.string().optional() }),
    output: customer,
  }),
  "overview.read": call({
    input: z.object({ brand: brandName, snapshot_id: z.string().optional(), compared_with: z.string().optional() }),
    output: overview,
  }),
  "lifecycle.read": call({
    input: z.object({ brand: brandName, snapshot_id: z.string().optional(), flow_since: day.optional() }),
    output: lifecycle,
  }),
};
