import type { BoostedTrees } from "../../numeric/boosted-trees.ts";
import { contributions } from "../../numeric/boosted-trees-contributions.ts";
import { sigmoid } from "../../numeric/boosted-trees-loss.ts";
import { columnNames, type FittedPropensity } from "./propensity-fit.ts";

const mostDrivers = 4;
const leastEffect = 0.005;

type Values = (name: string) => number;
/** Features that say one thing, and how a customer's values of them read. */
export type DriverGroups = Readonly<Record<string, { features: readonly string[]; text: (of: Values) => string }>>;
const times = (n: number, one: string, many = `${one}s`) => `${Math.round(n)} ${Math.round(n) === 1 ? one : many}`;
const percent = (share: number) => `${Math.round(100 * share)} %`;

export const behaviourGroups: DriverGroups = {
  rhythm: {
    features: [
      "btyd_chance",
      "days_since_last_purchase",
      "intervals_overdue",
      "frequency",
      "recency",
      "t_age",
      "mean_interval_days",
      "interval_sd_days",
      "n_lines",
    ],
    text: (of) => {
      const own = of("mean_interval_days");
      const last = `last bought ${times(of("days_since_last_purchase"), "day")} ago`;
      return Number.isFinite(own) ? `${last}, usually every ${times(Math.max(1, own), "day")}` : `${last}, once so far`;
    },
  },
  lately: {
    features: ["purchases_30", "purchases_90", "purchases_180", "purchases_365"],
    text: (of) => `${times(of("purchases_90"), "purchase")} in the last 90 days`,
  },
  season: {
    features: ["purchases_same_season"],
    text: (of) => `${times(of("purchases_same_season"), "purchase")} in this season a year ago`,
  },
  spend: {
    features: ["revenue_90", "revenue_365", "revenue_minor", "last_purchase_minor"],
    text: () => "what was spent so far",
  },
  categories: {
    features: ["n_categories", "top_category_share"],
    text: (of) => `bought from ${times(of("n_categories"), "category", "categories")}`,
  },
  reductions: {
    features: ["discounted_share", "last_discounted_share"],
    text: (of) => `${percent(of("discounted_share"))} of lines bought reduced`,
  },
  channels: {
    features: ["n_channels", "top_channel_share"],
    text: (of) => `buys through ${times(of("n_channels"), "channel")}`,
  },
  returns: {
    features: ["return_count", "returned_share"],
    text: (of) => (of("return_count") > 0 ? times(of("return_count"), "return") : "nothing sent back"),
  },
  messages: {
    features: ["messages_sent_90", "messages_opened_90", "messages_clicked_90", "days_since_last_open"],
    text: (of) =>
      `opened ${times(of("messages_opened_90"), "e-mail")} of ${Math.round(of("messages_sent_90"))} in 90 days`,
  },
  visits: {
    features: ["visits_30", "visits_90", "days_since_last_visit"],
    text: (of) => `visited on ${times(of("visits_90"), "day")} of the last 90`,
  },
};

interface Explained {
  readonly trees: BoostedTrees;
  /** What the trees' log odds are multiplied by. */
  readonly share: number;
  /** Names of the trees' columns. */
  readonly names: readonly string[];
  readonly columns: readonly Float64Array[];
  readonly chance: Float64Array;
  readonly groups: DriverGroups;
  /** Log odds that a group has from elsewhere. */
  readonly beside?: (driver: string, row: number) => number;
}

/** The strongest drivers of each customer's chance as JSON: group, effect on the chance (a share), words. An effect is the chance
 *  less what it were with the group's Shapley values taken out. */
export function strongestDrivers(explained: Explained): (string | null)[] {
  const { trees, share, names, columns, chance, groups, beside } = explained;
  const places = new Map(names.map((name, at) => [name, at]));
  const { values } = contributions(trees, columns);
  const told = Object.entries(groups).map(([driver, { features, text }]) => ({
    driver,
    text,
    places: features.flatMap((name) => places.get(name) ?? []),
  }));
  return Array.from(chance, (p, row) => {
    const margin = Math.log(p / (1 - p));
    if (!Number.isFinite(margin)) return null;
    const of: Values = (name) => columns[places.get(name) ?? -1]?.[row] ?? Number.NaN;
    const strongest = told
      .map(({ places: own, ...one }) => {
        const start = beside?.(one.driver, row) ?? 0;
        const sum = own.reduce((total, at) => total + share * (values[at]?.[row] ?? 0), start);
        return { ...one, effect: p - sigmoid(margin - sum) };
      })
      .filter(({ effect }) => Math.abs(effect) >= leastEffect)
      .sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect))
      .slice(0, mostDrivers);
    return JSON.stringify(
      strongest.map(({ driver, effect, text }) => ({ driver, effect: Number(effect.toFixed(4)), text: text(of) })),
    );
  });
}

/** Drivers of the purchase propensity; MBG/NBD's part counts as rhythm, against the median customer's. */
export function driversOf(
  { trees, trees_share: share }: FittedPropensity,
  columns: readonly Float64Array[],
  { chance, blended }: { chance: Float64Array; blended: Float64Array },
): (string | null)[] {
  const middle = Float64Array.from(blended).sort()[Math.floor(blended.length / 2)] ?? 0;
  return strongestDrivers({
    trees,
    share,
    names: columnNames,
    columns,
    chance,
    groups: behaviourGroups,
    beside: (driver, row) => (driver === "rhythm" ? (blended[row] ?? 0) - middle : 0),
  });
}
