import type { Column } from "../../shared/domain/column.ts";
import { literal } from "../engine/sql.ts";
import { defineStep, type StepContext } from "../engine/step-context.ts";

interface ProfileColumn extends Column {
  /** SQL over the joined inputs: b(ase), s(ummary) and the models by their short names. */
  readonly from: string;
  /** Why it is NULL where it is, as SQL; the model's own reason where it has one. */
  readonly reason?: string;
}

const column = (name: string, type: Column["type"], from: string, reason?: string, unit?: string): ProfileColumn => ({
  name,
  type,
  from,
  ...(reason ? { reason } : {}),
  ...(unit ? { unit } : {}),
});
const neverBought = "CASE WHEN NOT b.is_buyer THEN 'never_bought' ELSE 'not_enough_data' END";
const ofModel = (model: string, without = "not_scored") =>
  `CASE WHEN NOT b.is_buyer THEN 'never_bought' ELSE coalesce(${model}.reason, ${literal(without)}) END`;
/** Why a column is NULL of a model that has rows for some customers only. */
const withoutRow = (without: string) => `CASE WHEN NOT b.is_buyer THEN 'never_bought' ELSE ${literal(without)} END`;
const rateReason =
  "CASE WHEN NOT has.returns THEN 'no_returns_source' WHEN NOT b.is_buyer THEN 'never_bought' ELSE coalesce(e.reason, 'no_settled_lines') END";
const openReason = "CASE WHEN NOT has.returns THEN 'no_returns_source' ELSE coalesce(o.reason, 'no_open_lines') END";

/** The wide table of a snapshot, in the order that is promised. */
export const profileColumns: readonly ProfileColumn[] = [
  column("customer_id", "VARCHAR", "b.customer_id"),
  column("first_order_on", "DATE", "s.first_order_on", neverBought),
  column("last_order_on", "DATE", "s.last_order_on", neverBought),
  column("days_since_last_purchase", "INTEGER", "s.days_since_last_purchase", neverBought, "days"),
  column("order_count", "INTEGER", "coalesce(s.order_count, 0)", undefined, "count"),
  column("revenue_minor", "BIGINT", "coalesce(s.revenue_minor, 0)", undefined, "minor"),
  column("net_revenue_minor", "BIGINT", "coalesce(s.net_revenue_minor, 0)", undefined, "minor"),
  column("average_order_minor", "BIGINT", "s.average_order_minor", neverBought, "minor"),
  column("return_count", "INTEGER", "coalesce(s.return_count, 0)", undefined, "count"),
  column("return_rate", "DOUBLE", "e.return_rate", rateReason, "share"),
  column("currency", "VARCHAR", "has.currency"),
  column(
    "lifecycle_stage",
    "VARCHAR",
    "CASE WHEN b.is_buyer THEN coalesce(l.lifecycle_stage, 'new') ELSE 'prospect' END",
  ),
  column("probability_alive", "DOUBLE", "m.probability_alive", ofModel("m"), "share"),
  column("probability_purchase", "DOUBLE", "y.probability_purchase", ofModel("y"), "share"),
  column("expected_purchases", "DOUBLE", "m.expected_purchases", ofModel("m"), "count"),
  column("expected_purchases_low", "DOUBLE", "m.expected_purchases_low", ofModel("m"), "count"),
  column("expected_purchases_high", "DOUBLE", "m.expected_purchases_high", ofModel("m"), "count"),
  column("predicted_value_minor", "BIGINT", "round(v.predicted_value_minor)", ofModel("v"), "minor"),
  column("predicted_value_minor_low", "BIGINT", "round(v.predicted_value_minor_low)", ofModel("v"), "minor"),
  column("predicted_value_minor_high", "BIGINT", "round(v.predicted_value_minor_high)", ofModel("v"), "minor"),
  column("value_tier", "VARCHAR", "v.value_tier", ofModel("v")),
  column("next_purchase_on", "DATE", "n.next_purchase_on", ofModel("n")),
  column("next_purchase_on_low", "DATE", "n.next_purchase_on_low", ofModel("n")),
  column("next_purchase_on_high", "DATE", "n.next_purchase_on_high", ofModel("n")),
  column("rfm_code", "VARCHAR", "f.rfm_code", ofModel("f")),
  column("top_category", "VARCHAR", "c.top_category", ofModel("c", "no_categories")),
  column("top_products", "VARCHAR[]", "t.top_products", ofModel("t", "no_products")),
  column("price_tier", "INTEGER", "p.price_tier", ofModel("p", "no_prices")),
  column("discount_affinity", "DOUBLE", "d.discount_affinity", ofModel("d", "no_list_prices"), "share"),
  column("channel_preference", "VARCHAR", "h.channel_preference", ofModel("h", "no_channels")),
  column("return_risk", "DOUBLE", "o.return_risk", openReason, "share"),
  column("return_risk_band", "VARCHAR", "o.return_risk_band", openReason),
  column(
    "reachable_email",
    "BOOLEAN",
    "CASE WHEN has.consents THEN coalesce(k.status = 'granted', false) AND a.email IS NOT NULL END",
    literal("no_consents_source"),
  ),
  column("days_in_stage", "INTEGER", "l.days_in_stage", ofModel("l"), "days"),
  column("is_suppressed", "BOOLEAN", "coalesce(k.status = 'suppressed', false)"),
  column("top_category_affinity", "DOUBLE", "c.top_category_affinity", ofModel("c", "no_categories"), "share"),
  column("top_brand", "VARCHAR", "g.top_brand", ofModel("g", "no_brands")),
  column("top_brand_affinity", "DOUBLE", "g.top_brand_affinity", ofModel("g", "no_brands"), "share"),
  column("price_percentile", "DOUBLE", "p.price_percentile", ofModel("p", "no_prices"), "share"),
  column("discount_affinity_low", "DOUBLE", "d.discount_affinity_low", ofModel("d", "no_list_prices"), "share"),
  column("discount_affinity_high", "DOUBLE", "d.discount_affinity_high", ofModel("d", "no_list_prices"), "share"),
  column("discounted_share", "DOUBLE", "d.discounted_share", ofModel("d", "no_list_prices"), "share"),
  column("channel_preference_share", "DOUBLE", "h.channel_preference_share", ofModel("h", "no_channels"), "share"),
  column("return_rate_low", "DOUBLE", "e.return_rate_low", rateReason, "share"),
  column("return_rate_high", "DOUBLE", "e.return_rate_high", rateReason, "share"),
  column("open_line_count", "INTEGER", "coalesce(o.open_line_count, 0)", undefined, "count"),
  column("open_minor", "BIGINT", "coalesce(o.open_minor, 0)", undefined, "minor"),
  column("at_risk_minor", "BIGINT", "o.at_risk_minor", openReason, "minor"),
  column("next_basket", "VARCHAR[]", "nb.next_basket", ofModel("nb", "no_products")),
  column("replenish_item", "VARCHAR", "rp.item", withoutRow("no_rhythm")),
  column("replenish_on", "DATE", "rp.replenish_on", withoutRow("no_rhythm")),
  column("replenish_on_low", "DATE", "rp.replenish_on_low", withoutRow("no_rhythm")),
  column("replenish_on_high", "DATE", "rp.replenish_on_high", withoutRow("no_rhythm")),
  column("size_preference", "VARCHAR", "z.size_preference", withoutRow("no_sizes")),
  column("size_category", "VARCHAR", "z.size_category", withoutRow("no_sizes")),
  column("colour_preference", "VARCHAR", "z.colour_preference", withoutRow("no_colours")),
  column("best_hour", "INTEGER", "w.best_hour", withoutRow("no_hours"), "hour"),
  column("best_send_hour", "INTEGER", "w.best_send_hour", withoutRow("no_answers"), "hour"),
  column("best_weekday", "VARCHAR", "w.best_weekday", ofModel("w")),
  column("best_season", "VARCHAR", "w.best_season", ofModel("w")),
  column("home_store", "VARCHAR", "x.home_store", ofModel("x", "no_stores")),
  column("home_store_share", "DOUBLE", "x.home_store_share", ofModel("x", "no_stores"), "share"),
  column("micro_segment", "VARCHAR", "i.micro_segment", ofModel("i")),
  column("lookalike_percentile", "DOUBLE", "j.lookalike_percentile", ofModel("j"), "share"),
  column("probability_open", "DOUBLE", "em.probability_open", "coalesce(em.reason, 'no_messages')", "share"),
  column("probability_click", "DOUBLE", "em.probability_click", "coalesce(em.reason, 'no_messages')", "share"),
  column("unsubscribe_risk_28", "DOUBLE", "us.unsubscribe_risk_28", "coalesce(us.reason, 'no_messages')", "share"),
  column("advised_messages_28", "INTEGER", "us.advised_messages_28", "coalesce(us.reason, 'no_messages')", "count"),
  column("probability_purchase_7", "DOUBLE", "wi.probability_purchase_7", "coalesce(wi.reason, 'no_visits')", "share"),
  column("last_seen_category", "VARCHAR", "wi.last_seen_category", "coalesce(wi.reason, 'no_visits')"),
  column("uplift", "DOUBLE", "up.uplift", ofModel("up", "no_campaigns_with_holdout"), "share"),
  column("uplift_low", "DOUBLE", "up.uplift_low", ofModel("up", "no_campaigns_with_holdout"), "share"),
  column("uplift_high", "DOUBLE", "up.uplift_high", ofModel("up", "no_campaigns_with_holdout"), "share"),
  column("uplift_group", "VARCHAR", "up.uplift_group", ofModel("up", "no_campaigns_with_holdout")),
  column(
    "discount_uplift_minor",
    "BIGINT",
    "round(du.discount_uplift_minor)",
    ofModel("du", "no_coupon_campaigns"),
    "minor",
  ),
  column("discount_group", "VARCHAR", "du.discount_group", ofModel("du", "no_coupon_campaigns")),
];

const scores = (model: string) => ({ step: `scores_${model}`, output: "scores" });

export const profiles = defineStep({
  name: "profiles",
  version: 8,
  title: "Profiles",
  stage: "profiles",
  scope: "bucket",
  timing: "as_of",
  inputs: {
    base: { step: "customer_base", output: "customer_base" },
    summary: { step: "purchase_summary", output: "purchase_summary" },
    open_lines: { step: "customer_return_risks", output: "customer_return_risks" },
    window: { step: "return_window", output: "return_window" },
    all_consents: { step: "lake_people", output: "consents" },
    consents: { step: "consent_states", output: "consent_states" },
    people: { step: "people", output: "people" },
    purchases: { step: "chosen_purchases", output: "chosen" },
    chance: { step: "chosen_chance", output: "chosen" },
    value: { step: "chosen_value", output: "chosen" },
    rfm: scores("rfm"),
    lifecycle_stage: scores("lifecycle_stage"),
    next_purchase: scores("next_purchase"),
    category_affinity: scores("category_affinity"),
    price_tier: scores("price_tier"),
    product_affinity: scores("product_affinity"),
    brand_affinity: scores("brand_affinity"),
    discount_affinity: scores("discount_affinity"),
    channel_preference: scores("channel_preference"),
    return_rate: scores("return_rate"),
    next_basket: scores("next_basket"),
    replenishment: scores("replenishment"),
    size_preference: scores("size_preference"),
    timing_preference: scores("timing_preference"),
    store_affinity: scores("store_affinity"),
    micro_segments: scores("micro_segments"),
    lookalike: scores("lookalike"),
    email_propensity: scores("email_propensity"),
    unsubscribe_risk: scores("unsubscribe_risk"),
    web_intent: scores("web_intent"),
    uplift: scores("uplift"),
    discount_uplift: scores("discount_uplift"),
  },
  params: {},
  settings: ["currency"],
  outputs: [
    {
      name: "profiles",
      kind: "parquet",
      columns: [
        ...profileColumns.map(({ name, type }) => ({ name, type })),
        { name: "reasons", type: "MAP(VARCHAR, VARCHAR)" },
      ],
    },
  ],
  run: async (context) => {
    await context.output.query("profiles", profilesSql(context));
  },
});

/** SQL of the reasons that a text names: many customers share one, and to make a map of each by itself takes longer than all the rest. */
const reasonsSql = `map_from_entries(list_transform(list_filter(string_split(why, chr(30)), one -> one <> ''), one -> {'k': split_part(one, chr(31), 1), 'v': split_part(one, chr(31), 2)}))`;

function profilesSql(context: StepContext): string {
  const selected = profileColumns.map(({ name, type, from }) => `CAST(${from} AS ${type}) AS ${name}`);
  const why = profileColumns.flatMap(({ name, reason, from }) =>
    reason ? [`CASE WHEN (${from}) IS NULL THEN ${literal(name)} || chr(31) || ${reason} END`] : [],
  );
  return `WITH has AS (
      SELECT has_returns_source AS returns, ${literal(context.brand.currency)} AS currency,
             EXISTS (SELECT 1 FROM ${context.relation("all_consents")} WHERE lower(status) <> 'suppressed') AS consents
      FROM ${context.relation("window")}),
    k AS (SELECT customer_id, status FROM ${context.relation("consents")} WHERE channel = 'email'),
    a AS (SELECT customer_id, email FROM ${context.relation("people")}),
    rp AS (
      SELECT customer_id, item, replenish_on, replenish_on_low, replenish_on_high FROM ${context.relation("replenishment")} WHERE replenish_on IS NOT NULL
      QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY level DESC, replenish_on, item) = 1),
    told AS MATERIALIZED (SELECT ${selected.join(", ")}, concat_ws(chr(30), ${why.join(", ")}) AS why
    FROM ${context.relation("base")} b CROSS JOIN has
    LEFT JOIN ${context.relation("summary")} s USING (customer_id) LEFT JOIN k USING (customer_id) LEFT JOIN a USING (customer_id)
    LEFT JOIN ${context.relation("chance")} y USING (customer_id) LEFT JOIN ${context.relation("purchases")} m USING (customer_id) LEFT JOIN ${context.relation("value")} v USING (customer_id) LEFT JOIN ${context.relation("rfm")} f USING (customer_id)
    LEFT JOIN ${context.relation("lifecycle_stage")} l USING (customer_id) LEFT JOIN ${context.relation("next_purchase")} n USING (customer_id)
    LEFT JOIN ${context.relation("category_affinity")} c USING (customer_id) LEFT JOIN ${context.relation("price_tier")} p USING (customer_id)
    LEFT JOIN ${context.relation("product_affinity")} t USING (customer_id) LEFT JOIN ${context.relation("brand_affinity")} g USING (customer_id)
    LEFT JOIN ${context.relation("discount_affinity")} d USING (customer_id) LEFT JOIN ${context.relation("channel_preference")} h USING (customer_id)
    LEFT JOIN ${context.relation("return_rate")} e USING (customer_id) LEFT JOIN ${context.relation("open_lines")} o USING (customer_id)
    LEFT JOIN ${context.relation("next_basket")} nb USING (customer_id) LEFT JOIN rp USING (customer_id) LEFT JOIN ${context.relation("size_preference")} z USING (customer_id)
    LEFT JOIN ${context.relation("timing_preference")} w USING (customer_id) LEFT JOIN ${context.relation("store_affinity")} x USING (customer_id)
    LEFT JOIN ${context.relation("micro_segments")} i USING (customer_id) LEFT JOIN ${context.relation("lookalike")} j USING (customer_id)
    LEFT JOIN ${context.relation("email_propensity")} em USING (customer_id) LEFT JOIN ${context.relation("unsubscribe_risk")} us USING (customer_id)
    LEFT JOIN ${context.relation("web_intent")} wi USING (customer_id) LEFT JOIN ${context.relation("uplift")} up USING (customer_id)
    LEFT JOIN ${context.relation("discount_uplift")} du USING (customer_id)),
    reasons AS (SELECT why, ${reasonsSql} AS reasons FROM (SELECT DISTINCT why FROM told))
    SELECT ${profileColumns.map(({ name }) => `t.${name}`).join(", ")}, r.reasons FROM told t JOIN reasons r USING (why) ORDER BY t.customer_id`;
}
