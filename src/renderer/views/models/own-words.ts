import { eventWords, type OwnPropensity } from "../../../shared/domain/own-model.ts";

/** A model's name from what it is titled. */
export function nameOf(title: string): string {
  const plain = title
    .normalize("NFKD")
    .replaceAll(/[\u0300-\u036f]/g, "")
    .toLowerCase();
  const name = plain
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^[_0-9]+|_+$/g, "")
    .slice(0, 40);
  return name.replace(/_(low|high)$/, "").replace(/_+$/, "");
}

/** The definition in one sentence. */
export function sentenceOf({ event, horizon_days, population }: OwnPropensity): string {
  const { bought_within_days, least_purchases, is_first_time } = population;
  const who = [
    bought_within_days === undefined ? "" : `bought within the last ${bought_within_days} days`,
    least_purchases === undefined || least_purchases < 2 ? "" : `bought on ${least_purchases} days or more`,
    is_first_time ? "never did so before" : "",
  ].filter((part) => part !== "");
  const people = who.length > 0 ? `customers who ${who.join(" and ")}` : "customers who have bought";
  return `The chance that ${people} ${eventWords(event)} within ${horizon_days} days.`;
}

const features: Readonly<Record<string, string>> = {
  days_since_last_purchase: "Days since the last purchase",
  frequency: "Repeat purchases",
  recency: "Days from first to last purchase",
  t_age: "Days since the first purchase",
  purchases_same_season: "Purchases, this season a year ago",
  revenue_minor: "Revenue, ever",
  last_purchase_minor: "Amount of the last purchase",
  mean_interval_days: "Mean interval between purchases",
  interval_sd_days: "Spread of the intervals",
  intervals_overdue: "Intervals overdue",
  n_lines: "Lines bought",
  n_categories: "Categories bought from",
  top_category_share: "Share of the first category",
  discounted_share: "Share of reduced lines",
  last_discounted_share: "Share of reduced lines, last purchase",
  n_channels: "Channels used",
  top_channel_share: "Share of the first channel",
  return_count: "Returns",
  returned_share: "Share sent back",
  days_since_last_open: "Days since a message was opened",
  days_since_last_visit: "Days since the last visit",
  event_days: "Days with the event, ever",
  days_since_event: "Days since the event",
};
const counted: Readonly<Record<string, string>> = {
  purchases: "Purchases",
  revenue: "Revenue",
  visits: "Visits",
  event_days: "Days with the event",
  messages_sent: "Messages sent",
  messages_opened: "Messages opened",
  messages_clicked: "Messages clicked",
};

/** What a feature is called where people choose. */
export function featureLabel(name: string): string {
  const [, what = "", days = ""] = /^(.*)_(\d+)$/.exec(name) ?? [];
  const known = features[name] ?? (counted[what] ? `${counted[what]}, ${days} days` : undefined);
  return known ?? (name.charAt(0).toUpperCase() + name.slice(1)).replaceAll("_", " ");
}
