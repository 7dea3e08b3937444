import { returnBands } from "./return-bands.ts";

export type FieldKind = "number" | "money" | "share" | "date" | "text" | "choice" | "list" | "flag";

/** How a column of `profiles` is named, measured and explained on every screen. */
export interface ProfileField {
  readonly name: string;
  readonly label: string;
  readonly kind: FieldKind;
  readonly unit: string | null;
  readonly help: string;
  readonly group: string;
  readonly choices?: readonly string[];
}

export const lifecycleStages = ["prospect", "new", "active", "cooling", "at_risk", "lapsed"] as const;
export const weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] as const;
/** Quarters of the year from December on. */
export const seasons = ["Dec–Feb", "Mar–May", "Jun–Aug", "Sep–Nov"] as const;
export const valueTiers = ["top_1", "top_5", "top_10", "top_25", "middle", "low"] as const;

type Rest = [kind: FieldKind, unit: string | null, help: string, choices?: readonly string[]];
const field = (group: string, name: string, label: string, ...[kind, unit, help, choices]: Rest): ProfileField => ({
  name,
  label,
  kind,
  unit,
  help,
  group,
  ...(choices ? { choices } : {}),
});

const orders = "Orders and money";
const life = "Lifecycle";
const forecast = "What is expected";
const taste = "Preferences";
const returns = "Returns";
const contact = "Contact";
const answers = "E-mails, visits and campaigns";

/** The contract's columns of `profiles`, in its order. */
export const profileFields: readonly ProfileField[] = [
  field("Customer", "customer_id", "Customer id", "text", null, "Stable id of the customer, 20 hex digits."),
  field(orders, "first_order_on", "First order", "date", null, "Day of the first purchase."),
  field(orders, "last_order_on", "Last order", "date", null, "Day of the last purchase."),
  field(
    orders,
    "days_since_last_purchase",
    "Days since last order",
    "number",
    "days",
    "As-of day less the last order.",
  ),
  field(
    orders,
    "order_count",
    "Number of orders",
    "number",
    null,
    "Purchases: neither cancelled nor without a paid line.",
  ),
  field(orders, "revenue_minor", "Revenue", "money", "minor", "Goods after all discounts, before returns."),
  field(orders, "net_revenue_minor", "Net revenue", "money", "minor", "Revenue less every refund."),
  field(orders, "average_order_minor", "Average order", "money", "minor", "Revenue by order."),
  field(returns, "return_count", "Number of returns", "number", null, "Goods sent back, as delivered by the sources."),
  field(returns, "return_rate", "Return rate", "share", null, "Returned lines among those whose outcome is settled."),
  field("Customer", "currency", "Currency", "choice", null, "Currency of the money columns."),
  field(
    life,
    "lifecycle_stage",
    "Lifecycle stage",
    "choice",
    null,
    "Scaled to the own pace of buying.",
    lifecycleStages,
  ),
  field(life, "probability_alive", "Chance of still being a customer", "share", null, "Given the history, by MBG/NBD."),
  field(life, "probability_purchase", "Chance to buy", "share", null, "At least one purchase within the horizon."),
  field(forecast, "expected_purchases", "Expected orders", "number", null, "Within the horizon, given the history."),
  field(forecast, "expected_purchases_low", "Expected orders, low", "number", null, "Lower 80 % limit."),
  field(forecast, "expected_purchases_high", "Expected orders, high", "number", null, "Upper 80 % limit."),
  field(forecast, "predicted_value_minor", "Predicted value", "money", "minor", "Revenue expected within the horizon."),
  field(forecast, "predicted_value_minor_low", "Predicted value, low", "money", "minor", "Lower 80 % limit."),
  field(forecast, "predicted_value_minor_high", "Predicted value, high", "money", "minor", "Upper 80 % limit."),
  field(forecast, "value_tier", "Value tier", "choice", null, "Rank of the predicted value.", valueTiers),
  field(forecast, "next_purchase_on", "Next order", "date", null, "Median of the expected day."),
  field(forecast, "next_purchase_on_low", "Next order, from", "date", null, "Lower 80 % limit."),
  field(forecast, "next_purchase_on_high", "Next order, to", "date", null, "Upper 80 % limit."),
  field(life, "rfm_code", "RFM code", "text", null, "Digits for recency, frequency and money; 5 is best."),
  field(taste, "top_category", "Top category", "choice", null, "Category with the greatest affinity."),
  field(taste, "top_products", "Top products", "list", null, "Products with the greatest affinity."),
  field(taste, "price_tier", "Price tier", "number", "tier", "1 to 5: rank of the prices paid within a category."),
  field(
    taste,
    "discount_affinity",
    "Discount affinity",
    "share",
    null,
    "Share bought reduced, given what was on offer.",
  ),
  field(taste, "channel_preference", "Preferred channel", "choice", null, "Channel of most orders, shrunk for few."),
  field(returns, "return_risk", "Return risk", "share", null, "Chance that at least one open line comes back."),
  field(returns, "return_risk_band", "Return risk band", "choice", null, "Band of the risk.", returnBands),
  field(
    contact,
    "reachable_email",
    "Reachable by e-mail",
    "flag",
    null,
    "Consent given, not suppressed, address known.",
  ),
];

/** Columns that stand behind the contract's. */
const furtherFields: readonly ProfileField[] = [
  field(taste, "top_category_affinity", "Share of top category", "share", null, "Of the next lines, as expected."),
  field(taste, "top_brand", "Top brand", "choice", null, "Brand with the greatest affinity."),
  field(taste, "top_brand_affinity", "Share of top brand", "share", null, "Of the next lines, as expected."),
  field(taste, "price_percentile", "Price percentile", "share", null, "Mean rank of list prices within a category."),
  field(taste, "discount_affinity_low", "Discount affinity, low", "share", null, "Lower 80 % limit."),
  field(taste, "discount_affinity_high", "Discount affinity, high", "share", null, "Upper 80 % limit."),
  field(taste, "discounted_share", "Reduced lines", "share", null, "Raw share, whatever was on offer."),
  field(
    taste,
    "channel_preference_share",
    "Share of preferred channel",
    "share",
    null,
    "Of the next orders, as expected.",
  ),
  field(
    answers,
    "probability_open",
    "Chance to open",
    "share",
    null,
    "Of the next e-mail, opens by programs left out.",
  ),
  field(answers, "probability_click", "Chance to click", "share", null, "In the next e-mail."),
  field(
    answers,
    "unsubscribe_risk_28",
    "Chance to unsubscribe",
    "share",
    null,
    "Within four weeks at the present number of e-mails.",
  ),
  field(
    answers,
    "advised_messages_28",
    "E-mails advised",
    "number",
    null,
    "The most in four weeks at which the risk to unsubscribe stays bearable.",
  ),
  field(answers, "probability_purchase_7", "Chance to buy in a week", "share", null, "Of those who visited lately."),
  field(answers, "last_seen_category", "Category seen last", "text", null, "On the web, within 90 days."),
  field(answers, "uplift", "Uplift", "share", null, "What a campaign adds to the chance to buy within 30 days."),
  field(
    answers,
    "uplift_low",
    "Uplift, low",
    "share",
    null,
    "Lower 80 % limit of the mean effect on people like these.",
  ),
  field(
    answers,
    "uplift_high",
    "Uplift, high",
    "share",
    null,
    "Upper 80 % limit of the mean effect on people like these.",
  ),
  field(
    answers,
    "uplift_group",
    "Uplift group",
    "choice",
    null,
    "Persuadable: surely above zero; sleeping dog: surely below.",
    ["persuadable", "unclear", "sleeping_dog"],
  ),
  field(
    answers,
    "discount_uplift_minor",
    "Discount uplift",
    "money",
    "minor",
    "What a coupon adds to the margin of 30 days, after what is given away.",
  ),
  field(
    answers,
    "discount_group",
    "Discount group",
    "choice",
    null,
    "Whether a coupon surely earns more than it gives away.",
    ["worth_it", "unclear", "not_worth_it"],
  ),
];

const byName = new Map([...profileFields, ...furtherFields].map((one) => [one.name, one]));

export function profileField(name: string): ProfileField | undefined {
  return byName.get(name);
}

const sentenceCase = (name: string) => {
  const words = name
    .replace(/_(minor|on|at|rate)$/, (ending) => (ending === "_rate" ? " rate" : ""))
    .replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** A column that another model added: described by its name's ending and its type. */
export function describeField(name: string, type: string): ProfileField {
  const known = byName.get(name);
  if (known) return known;
  const kind = kindOf(name, type);
  return {
    name,
    label: sentenceCase(name),
    kind,
    unit: kind === "money" ? "minor" : null,
    help: "Output of a model.",
    group: "Other models",
  };
}

function kindOf(name: string, type: string): FieldKind {
  if (type.endsWith("[]")) return "list";
  if (type === "BOOLEAN") return "flag";
  if (type === "DATE" || type.startsWith("TIMESTAMP")) return "date";
  if (type === "VARCHAR") return "text";
  if (/_minor(_low|_high)?$/.test(name)) return "money";
  return /^probability_|(_rate|_share|_affinity|_risk)(_low|_high)?$/.test(name) ? "share" : "number";
}
