import type { ModelTarget } from "./tournament.ts";

/** Where a column of `profiles` comes from: a model, or whichever a tournament chose. Facts come from neither; limits from where
 *  their value does. */
type ColumnSource = { readonly model: string } | { readonly target: ModelTarget };

const columnsOf: Readonly<Record<string, readonly string[]>> = {
  lifecycle_stage: ["lifecycle_stage", "days_in_stage"],
  next_purchase: ["next_purchase_on"],
  rfm: ["rfm_code"],
  category_affinity: ["top_category", "top_category_affinity"],
  product_affinity: ["top_products"],
  brand_affinity: ["top_brand", "top_brand_affinity"],
  price_tier: ["price_tier", "price_percentile"],
  discount_affinity: ["discount_affinity"],
  channel_preference: ["channel_preference", "channel_preference_share"],
  return_rate: ["return_rate"],
  return_risk: ["return_risk", "return_risk_band", "at_risk_minor"],
  next_basket: ["next_basket"],
  replenishment: ["replenish_item", "replenish_on"],
  size_preference: ["size_preference", "size_category", "colour_preference"],
  timing_preference: ["best_hour", "best_send_hour", "best_weekday", "best_season"],
  store_affinity: ["home_store", "home_store_share"],
  micro_segments: ["micro_segment"],
  lookalike: ["lookalike_percentile"],
  email_propensity: ["probability_open", "probability_click"],
  unsubscribe_risk: ["unsubscribe_risk_28", "advised_messages_28"],
  web_intent: ["probability_purchase_7"],
  uplift: ["uplift", "uplift_group"],
  discount_uplift: ["discount_uplift_minor", "discount_group"],
};
const chosen: Readonly<Record<string, ModelTarget>> = {
  probability_alive: "purchases",
  expected_purchases: "purchases",
  probability_purchase: "chance",
  predicted_value_minor: "value",
  value_tier: "value",
};

const sources: ReadonlyMap<string, ColumnSource> = new Map<string, ColumnSource>([
  ...Object.entries(columnsOf).flatMap(([model, names]) => names.map((name) => [name, { model }] as const)),
  ...Object.entries(chosen).map(([name, target]) => [name, { target }] as const),
]);

/** Stages order every screen and stand in all that is said of customers: they are shown, whatever they are worth as a ranking. */
const always: ReadonlySet<string> = new Set(["lifecycle_stage", "days_in_stage"]);

/** Columns of the profiles that rest on a model which isn't proven on the retailer's data; `own` are outputs by model of one's own. */
export function doubtedColumns(
  isUnproven: (model: string) => boolean,
  own: Readonly<Record<string, readonly string[]>> = {},
): string[] {
  const doubted = [...sources].flatMap(([name, source]) =>
    !always.has(name) && isUnproven("model" in source ? source.model : `tournament_${source.target}`) ? [name] : [],
  );
  const ofOwn = Object.entries(own).flatMap(([model, outputs]) => (isUnproven(model) ? outputs : []));
  return [...doubted, ...ofOwn].flatMap((name) => [name, `${name}_low`, `${name}_high`]);
}
