const known: Readonly<Record<string, string>> = {
  profiles: "One row per customer: history, scores and their limits, without personal data.",
  people: "The golden record of each customer: personal data.",
  customer_attributes: "Country, region, age band and other attributes as of the day.",
  identity_links: "Which source record belongs to which customer, and why.",
  identity_pairs: "Scored pairs of records with each agreement's weight.",
  consent_states: "Who may be contacted, by channel and purpose.",
  lifecycle_transitions: "How many customers moved between stages.",
  source_quality: "What was read, rejected and missing, by source and column.",
  model_evaluations: "How each model did on a time split, against its baseline.",
  segment_members: "Members of saved segments.",
  orders: "Checkouts, one row each.",
  order_lines: "Products of the orders, one row each.",
  returns: "Goods sent back.",
  customers: "Customer records as delivered, with the customer they belong to.",
  products: "The catalogue.",
  stores: "Shops.",
  web_events: "Visits and what was done in them.",
  message_events: "Messages sent, opened and clicked.",
  events: "Anything else that happened.",
  consents: "Consents given and withdrawn, as delivered.",
  third_party: "Attributes bought or received from elsewhere.",
  exchange_rates: "Rates by day and currency.",
  marketing_costs: "What marketing cost, by day and channel.",
  transactions: "Purchases of one customer and day, merged.",
  purchase_lines: "Lines that count as purchases.",
  purchase_summary: "Frequency, recency and age of each buyer.",
  rfm_windows: "Orders and revenue within windows before the day.",
  category_counts: "Lines by customer and category.",
  return_ledger: "Lines with whether they came back, where that is settled.",
  return_window: "Days after which a line counts as kept.",
  revenue_weeks: "Revenue by week.",
  cohorts: "Buyers by month of their first purchase and what they did after.",
  anonymous: "Purchases without a customer.",
};

/** What a table of a snapshot holds. */
export function tableHelp(table: string): string {
  const scores = /^scores_(.+)$/.exec(table);
  return known[table] ?? (scores ? `Every output of ${scores[1]}, with limits and reasons.` : "");
}
