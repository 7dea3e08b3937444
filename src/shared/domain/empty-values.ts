import { lakeTable, lakeTargets } from "./lake.ts";

/** What the columns of lines, features and views are empty for, by the name that they have in several tables. */
const common: Readonly<Record<string, string>> = {
  customer_id: "no customer is known for the row",
  product_id: "the line names no product",
  category: "the product has no category",
  subcategory: "the product has no subcategory",
  brand: "the product has no brand",
  size: "neither line nor product names a size",
  colour: "neither line nor product names a colour",
  channel: "the order names no channel",
  store_id: "the order names no store",
  status: "the order has no state",
};

const noReturns = "the outcome isn't settled, or no source tells returns";
const notKnown = "no record of the customer says so";
const noMessages = "no source of messages";
const noVisits = "no source of visits";

const own: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  customer_attributes: {
    country: notKnown,
    region: notKnown,
    city: notKnown,
    gender: notKnown,
    age_band: "no record tells a day of birth, or one of nobody between 14 and 110",
    tenure_days: "nothing was bought and a record bears no day",
    loyalty_tier: "neither a record nor a bought list tells a tier",
    attributes: "neither a record nor a bought list says more",
  },
  customer_features: {
    mean_interval_days: "bought on one day only",
    interval_sd_days: "bought on fewer than three days",
    intervals_overdue: "bought on one day only",
    top_category_share: "no product bought has a category",
    top_channel_share: "no order names a channel",
    messages_sent_90: noMessages,
    messages_opened_90: noMessages,
    messages_clicked_90: noMessages,
    days_since_last_open: "no message was opened, or there is no source of messages",
    visits_30: noVisits,
    visits_90: noVisits,
    days_since_last_visit: "never seen on the site, or there is no source of visits",
  },
  purchase_summary: { interval_sd_days: "bought on fewer than three days" },
  purchase_lines: {
    list_price_minor: "no price before reductions is told",
    discount_minor: "no reduction of the line is told",
    is_returned: "no source says so with the line",
  },
  consent_states: { occurred_at: "the word bears no day" },
  fit_counts: { last_on: "nothing of the size or colour was kept" },
  return_ledger: {
    is_returned: noReturns,
    returned_on: "it was kept, its outcome isn't settled, or the day isn't told",
    known_on: noReturns,
    reason: "the outcome is settled",
  },
  return_open_lines: {
    is_returned: noReturns,
    returned_on: noReturns,
    known_on: noReturns,
    gender: notKnown,
    region: notKnown,
    age_from: "no record tells a day of birth",
    pause_days: "it is the first purchase",
    delivery_days: "no day of delivery is told",
    past_category_returns: "the product has no category",
  },
  source_quality: {
    n_with_customer: "the table's rows have no customer of an order",
    n_with_product: "the table's rows name no products",
    first_on: "no row bears a day",
    last_on: "no row bears a day",
  },
  order_lines: { product_id: "not delivered" },
  returns: { product_id: "not delivered" },
};

const lakeColumns = new Map(lakeTargets.map(({ table, columns }) => [table, new Map(columns.map((c) => [c.name, c]))]));

/** What an empty cell of a published table means; undefined where none may be empty. Scores and profiles say it row by row, in
 *  `reason` and `reasons`. */
export function emptyMeaning(table: string, column: string): string | undefined {
  if (table === "profiles") return column === "customer_id" || column === "reasons" ? undefined : "reasons says why";
  if (/^(scores|chosen)_/.test(table)) return column === "reason" ? "nothing is missing" : "reason says why";
  if (table === "people") return column === "customer_id" ? undefined : notKnown;
  const told = own[table]?.[column];
  if (told) return told;
  const delivered = lakeColumns.get(table)?.get(column);
  if (delivered) return delivered.required ? undefined : "not delivered";
  const isOfLines = table === "purchase_lines" || table === "product_counts" || table.startsWith("return_");
  return isOfLines || (lakeTable(table) && column === "customer_id") ? common[column] : undefined;
}
