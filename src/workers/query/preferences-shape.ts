import type { Day } from "../../shared/base/time.ts";
import type { Estimate } from "./estimate.ts";

export interface Choice {
  name: string;
  buyers: number;
  share: number;
  first: number;
  half: number;
  seventy: number;
  ninety: number;
  requirement_share: number | null;
}
/** What some model knows: for how many customers, in rows, or why not. */
export interface Told<Row> {
  scored: number;
  rows: Row[];
  reason: string | null;
}
export interface LikedProduct {
  product_id: string;
  name: string | null;
  category: string | null;
  buyers: number;
  recent_buyers: number;
  again_share: number;
  listed: number;
}
export interface PricedCategory {
  category: string | null;
  customers: number;
  tiers: number[];
  bounds_minor: number[];
}
export interface DiscountGroup {
  low: number;
  high: number;
  customers: number;
  raw_share: number;
  affinity: number;
  affinity_low: number;
  affinity_high: number;
  exposure: number;
}
export interface Discounts {
  scored: number;
  mean_affinity: number | null;
  by_raw_share: DiscountGroup[];
  by_affinity: DiscountGroup[];
  mostly_reduced: number;
  mostly_reduced_but_usual: number;
  reason: string | null;
}
export interface NamedProduct {
  product_id: string;
  name: string | null;
}
export interface BundleRule {
  when: NamedProduct[];
  also: NamedProduct;
  n_baskets: number;
  confidence: Estimate;
  lift: number;
  leverage: number;
  held_out_confidence: number;
  held_out_lift: number;
  is_confirmed: boolean;
}
export interface RhythmItem {
  level: "product" | "category";
  item: string;
  name: string | null;
  category: string | null;
  customers: number;
  interval_days: number;
  due_7: number;
  due_30: number;
  stopped: number;
}
export interface TimeSlot {
  slot: string;
  share: number;
  customers: number;
  known: number;
}
export interface Timing {
  scored: number;
  hours: TimeSlot[];
  weekdays: TimeSlot[];
  seasons: TimeSlot[];
  send_hours: TimeSlot[];
  reason: string | null;
}
export interface StoreRow {
  store_id: string;
  name: string | null;
  region: string | null;
  share: number;
  buyers: number;
  customers: number;
  loyal: number;
  mean_share: number;
  second: string | null;
  city: string | null;
  in_city: number;
}
export interface Preferences {
  as_of: Day;
  currency: string;
  customers: number;
  buyers: number;
  categories: Told<Choice>;
  brands: Told<Choice>;
  channels: Told<Choice>;
  products: Told<LikedProduct>;
  price: Told<PricedCategory>;
  discount: Discounts;
  bundles: Told<BundleRule>;
  rhythms: Told<RhythmItem> & { due_30: { customers: number; until: Day } };
  timing: Timing;
  stores: Told<StoreRow> & { reach_km: number | null };
}
