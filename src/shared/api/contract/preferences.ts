import { z } from "zod";
import { brandName, call, count, day } from "../operation.ts";

/** Something that customers choose among, and how many are drawn to it. */
const choice = z.object({
  name: z.string(),
  /** Who bought of it, and which part of all lines (orders, for channels) it has. */
  buyers: count,
  share: z.number(),
  /** Whose first choice it is; for how many it is expected to make at least half, 70 % and 90 % of what they buy next. */
  first: count,
  half: count,
  seventy: count,
  ninety: count,
  /** Of what its buyers bought in its categories, the part that is its own; NULL where that has no meaning. */
  requirement_share: z.number().nullable(),
});
export type Choice = z.output<typeof choice>;

/** Choices, those first that are most customers' first; or why there are none. */
const choices = z.object({ scored: count, rows: z.array(choice), reason: z.string().nullable() });
export type Choices = z.output<typeof choices>;

const likedProduct = z.object({
  product_id: z.string(),
  name: z.string().nullable(),
  category: z.string().nullable(),
  buyers: count,
  recent_buyers: count,
  /** Part of its buyers who bought it on more than one order. */
  again_share: z.number(),
  /** In how many customers' ten products it stands. */
  listed: count,
});

const pricedCategory = z.object({
  /** NULL where products have no category. */
  category: z.string().nullable(),
  customers: count,
  /** Customers of tier 1 to 5 whose first category it is. */
  tiers: z.array(count).length(5),
  /** List prices that part the tiers: four bounds; empty where prices aren't known by category. */
  bounds_minor: z.array(z.number()),
});

/** Customers of like raw share of reduced lines, or of like affinity. */
const discountGroup = z.object({
  low: z.number(),
  high: z.number(),
  customers: count,
  raw_share: z.number(),
  /** Mean affinity, and where the middle four fifths of the group lie. */
  affinity: z.number(),
  affinity_low: z.number(),
  affinity_high: z.number(),
  /** Mean depth of the shop's reductions on the days of their lines. */
  exposure: z.number(),
});
export type DiscountGroup = z.output<typeof discountGroup>;

const namedProduct = z.object({ product_id: z.string(), name: z.string().nullable() });

/** Whoever buys `when` buys `also` too, of all baskets; held out: the same in the last fifth of baskets, which the rule wasn't found in. */
const bundleRule = z.object({
  when: z.array(namedProduct).min(1).max(2),
  also: namedProduct,
  n_baskets: count,
  confidence: z.object({ value: z.number(), low: z.number().nullable(), high: z.number().nullable() }),
  lift: z.number(),
  leverage: z.number(),
  held_out_confidence: z.number(),
  held_out_lift: z.number(),
  is_confirmed: z.boolean(),
});

/** A product or category that is bought regularly. */
const rhythmItem = z.object({
  level: z.enum(["product", "category"]),
  item: z.string(),
  name: z.string().nullable(),
  category: z.string().nullable(),
  /** Those who are expected to buy it again; of them those due within 7 and 30 days. */
  customers: count,
  interval_days: z.number(),
  due_7: count,
  due_30: count,
  /** Those who no longer buy it. */
  stopped: count,
});

/** An hour ("19"), weekday ("Friday") or quarter ("Dec–Feb"): its share of all orders, whose best it is, and for how many of those there
 *  was enough to go by. */
const timeSlot = z.object({ slot: z.string(), share: z.number(), customers: count, known: count });
export type TimeSlot = z.output<typeof timeSlot>;

const storeRow = z.object({
  store_id: z.string(),
  name: z.string().nullable(),
  region: z.string().nullable(),
  /** Part of all orders in stores, and who placed them. */
  share: z.number(),
  buyers: count,
  /** Whose home store it is; for how many it is expected to have at least 70 % of their orders in stores; and the mean of that share. */
  customers: count,
  loyal: count,
  mean_share: z.number(),
  /** The other store that they use most, the town where most of them live, and how many do. */
  second: z.string().nullable(),
  city: z.string().nullable(),
  in_city: count,
});

export const preferences = z.object({
  as_of: day,
  currency: z.string(),
  customers: count,
  buyers: count,
  categories: choices,
  brands: choices,
  channels: choices,
  products: z.object({ scored: count, rows: z.array(likedProduct), reason: z.string().nullable() }),
  price: z.object({ scored: count, rows: z.array(pricedCategory), reason: z.string().nullable() }),
  discount: z.object({
    scored: count,
    mean_affinity: z.number().nullable(),
    by_raw_share: z.array(discountGroup),
    by_affinity: z.array(discountGroup),
    /** Those with more than half of at least three lines reduced, and how many of them are no keener than the mean. */
    mostly_reduced: count,
    mostly_reduced_but_usual: count,
    reason: z.string().nullable(),
  }),
  /** `scored`: rules that held-out baskets confirm. */
  bundles: z.object({ scored: count, rows: z.array(bundleRule), reason: z.string().nullable() }),
  /** `scored`: customers who are due something; those whose first item is due within 30 days, until that day. */
  rhythms: z.object({
    scored: count,
    due_30: z.object({ customers: count, until: day }),
    rows: z.array(rhythmItem),
    reason: z.string().nullable(),
  }),
  timing: z.object({
    scored: count,
    /** Empty where no source tells hours. */
    hours: z.array(timeSlot),
    weekdays: z.array(timeSlot),
    seasons: z.array(timeSlot),
    /** Hours at which messages are opened or clicked; empty without a source of these. */
    send_hours: z.array(timeSlot),
    reason: z.string().nullable(),
  }),
  stores: z.object({
    scored: count,
    /** Kilometres over which a store's pull falls to 1/e; NULL where places of stores aren't known or distance tells nothing. */
    reach_km: z.number().nullable(),
    rows: z.array(storeRow),
    reason: z.string().nullable(),
  }),
});
export type Preferences = z.output<typeof preferences>;

export const preferenceOperations = {
  "preferences.read": call({
    input: z.object({ brand: brandName, snapshot_id: z.string().optional() }),
    output: preferences,
  }),
};
