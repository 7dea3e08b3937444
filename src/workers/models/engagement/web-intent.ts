import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import { webColumns } from "../../features/web-activity.ts";
import { brierErrors, meanInterval } from "../../numeric/scoring.ts";
import { defineModel } from "../define.ts";
import { calibrationBins, compare, compareRanks, join, known, leastCustomers } from "../evaluation.ts";
import { blank, numbers, requireTable, scoreTable, texts } from "../tables.ts";
import { fitResponse, type ResponseTrees, responseChances } from "./response-trees.ts";

const horizons = [7, 30] as const;

interface FittedIntent {
  readonly buys_7: ResponseTrees | null;
  readonly buys_30: ResponseTrees | null;
  readonly rate_7: number;
  readonly rate_30: number;
  readonly n_moments: number;
}

const columnsOf = (table: ColumnTable) => webColumns.map(({ name }) => numbers(table, name));

function fittedIntent(given: Json): FittedIntent | null {
  return typeof given === "object" && given !== null && "n_moments" in given
    ? (given as unknown as FittedIntent)
    : null;
}

export const webIntent = defineModel({
  name: "web_intent",
  version: 3,
  title: "Web purchase intent",
  group: "engagement",
  inputs: { activity: { feature: "web_activity" } },
  learns: { rows: { feature: "web_training" } },
  params: {},
  outputs: [
    { name: "probability_purchase_7", type: "DOUBLE", unit: "share" },
    { name: "probability_purchase_30", type: "DOUBLE", unit: "share" },
    { name: "last_seen_category", type: "VARCHAR" },
  ],
  mainMetric: "auc_7",
  needs: "events of visits by customers who are known, over three months or more",
  card: {
    purpose:
      "The chance that somebody who visited the web shop lately buys, anywhere, within 7 and within 30 days, and the category that they looked at last.",
    method:
      "Gradient-boosted trees on customers who had visited within 90 days, at the ends of the last 26 weeks whose month has passed: visits, pages, products and carts in windows of 1 to 90 days, days since the last visit, cart and purchase, and purchases of a year. The latest quarter tells how many trees are enough and brings their margins to chances (Platt).",
    references: [
      "Friedman (2001): Greedy function approximation: a gradient boosting machine, Annals of Statistics 29(5).",
      "Moe & Fader (2004): Dynamic conversion behavior at e-commerce sites, Management Science 50(3).",
    ],
    assumptions: [
      "A visit belongs to a customer by their own id, else by the visit or browser where that is one customer's only.",
      "Weeks to come are like those of the last half-year.",
    ],
    limits: [
      "Knows nothing of those who visit without being recognised, and gives no score to whoever didn't visit within 90 days.",
      "A chance of a single event has no limits of its own: its calibration says how far it can be trusted.",
      "Whoever looked at no product of a known category has a chance, but no category (no_product_seen).",
      "Needs 30 moments that were followed by a purchase within 7 days; without them every visitor has the overall share.",
    ],
    metrics: [
      "auc_7 and auc_30 against the days since the last purchase",
      "auc_visit_7 against visits of the last week",
      "brier_7 and brier_30 against the overall share of visitors who buy",
    ],
  },
  fit: (inputs, _, { seed, throwIfCancelled }): Json => {
    const rows = requireTable(inputs, "rows");
    if (rows.rows === 0) return null;
    const daysAgo = numbers(rows, "days_ago");
    const columns = columnsOf(rows);
    const target = (days: number) => numbers(rows, `buys_${days}`);
    const share = (days: number) => target(days).reduce((sum, one) => sum + one, 0) / rows.rows;
    const learn = (days: number) => fitResponse({ columns, target: target(days), daysAgo }, { seed, throwIfCancelled });
    return {
      buys_7: learn(7),
      buys_30: learn(30),
      rate_7: share(7),
      rate_30: share(30),
      n_moments: rows.rows,
    } as unknown as Json;
  },
  score: (inputs, given) => {
    const activity = requireTable(inputs, "activity");
    const fitted = fittedIntent(given);
    const n = activity.rows;
    const columns = fitted ? columnsOf(activity) : [];
    const chance = (days: 7 | 30) => {
      const trees = fitted?.[`buys_${days}`];
      if (!fitted) return blank(n);
      return trees ? responseChances(trees, columns) : new Float64Array(n).fill(fitted[`rate_${days}`]);
    };
    const week = chance(7);
    // who buys within a week buys within a month
    const month = chance(30).map((p, row) => Math.max(p, week[row] ?? 0));
    const enough = new Float64Array(n).fill(fitted?.buys_7 ? 1 : 0);
    const categories = texts(activity, "last_seen_category");
    const reason = categories.map((seen) => (!fitted ? "not_enough_data" : seen === null ? "no_product_seen" : null));
    const outputs = {
      probability_purchase_7: week,
      probability_purchase_30: month,
      last_seen_category: categories,
    };
    return scoreTable(texts(activity, "customer_id"), outputs, { enough, reason });
  },
  evaluate: (inputs, scores, { outcomes, horizonDays }, given) => {
    const fitted = fittedIntent(given);
    const activity = requireTable(inputs, "activity");
    if (!fitted) return [];
    const joined = join(outcomes, [activity, scores]);
    const n = joined.n;
    if (n < leastCustomers) return [];
    const pause = joined.numbers(outcomes, "next_purchase_days");
    const late = joined
      .numbers(activity, "days_since_last_purchase")
      .map((days) => -(Number.isFinite(days) ? days : 1e6));
    const visits = joined.numbers(activity, "visits_7");
    const all = horizons
      .filter((days) => days <= horizonDays)
      .map((days) => {
        const yes = Array.from(pause, (one) => one <= days);
        const own = joined.numbers(scores, `probability_purchase_${days}`);
        const errors = {
          own: brierErrors(own, yes),
          naive: brierErrors(new Float64Array(n).fill(fitted[`rate_${days}`]), yes),
        };
        return {
          auc: [
            compareRanks({
              metric: `auc_${days}`,
              baseline: "days since the last purchase",
              own,
              naive: late,
              isPositive: yes,
            }),
            ...(days === 7
              ? [
                  compareRanks({
                    metric: "auc_visit_7",
                    baseline: "visits of the last week",
                    own,
                    naive: visits,
                    isPositive: yes,
                  }),
                ]
              : []),
          ],
          brier: {
            ...compare({
              metric: `brier_${days}`,
              baseline: "share of visitors who buy",
              own: meanInterval(errors.own),
              naive: meanInterval(errors.naive).value,
              pairs: errors,
              n,
              better: "lower",
            }),
            calibration: calibrationBins(own, Float64Array.from(yes, Number)),
          },
        };
      });
    return known([...all.flatMap((one) => one.auc), ...all.map(({ brier }) => brier)]);
  },
});
