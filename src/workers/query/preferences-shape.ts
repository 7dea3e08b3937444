import type { Day } from "../../shared/base/time.ts";

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
}
