import type { ModelEvaluation } from "../../shared/api/contract/models.ts";
import { day, decimal, exactMoney, share } from "./format.ts";

export interface Metric {
  readonly label: string;
  readonly help: string;
  readonly text: (value: number | null, currency: string) => string;
}

const three = (value: number | null) => decimal(value, 3);
const percent = (value: number | null) => share(value, 1);
const pounds = (value: number | null, currency: string) =>
  exactMoney(value === null ? null : Math.round(value), currency);
const perHundred = (value: number | null) => (value === null ? "–" : decimal(value * 100, 2));
const days = (value: number | null) => (value === null ? "–" : `${decimal(value, 1)} d`);

const known: Readonly<Record<string, Metric>> = {
  mae: {
    label: "Mean error, purchases",
    help: "Mean absolute error of the purchases forecast. Lower is better.",
    text: three,
  },
  mae_days: { label: "Mean error, days", help: "Mean absolute error in days. Lower is better.", text: days },
  mae_minor: {
    label: "Mean error, revenue",
    help: "Mean absolute error of the revenue forecast. Lower is better.",
    text: pounds,
  },
  mae_spend_minor: {
    label: "Mean error, order value",
    help: "Mean absolute error of the mean order value forecast. Lower is better.",
    text: pounds,
  },
  rmse_spend_minor: {
    label: "Root mean square error, order value",
    help: "Root of the mean squared error: weighs great misses more. Lower is better.",
    text: pounds,
  },
  mae_percentile: {
    label: "Mean error, price rank",
    help: "Mean absolute error of the price's rank within its category. Lower is better.",
    text: percent,
  },
  rmse: {
    label: "Root mean square error, purchases",
    help: "Root of the mean squared error of the purchases forecast: weighs great misses more. Lower is better.",
    text: three,
  },
  rmse_minor: {
    label: "Root mean square error, revenue",
    help: "Root of the mean squared error of the revenue forecast: weighs great misses more. Lower is better.",
    text: pounds,
  },
  bias: {
    label: "Bias of the sum",
    help: "All that was forecast over all that happened, less one. Nearer to 0 is better.",
    text: percent,
  },
  auc: {
    label: "Ranking (AUC)",
    help: "Chance that somebody to whom it happened is ranked above somebody to whom it didn't; 0.5 is a coin. Higher is better.",
    text: three,
  },
  brier: {
    label: "Brier score",
    help: "Mean squared distance between the chance told and what happened. Lower is better.",
    text: three,
  },
  brier_open: {
    label: "Brier score, opens",
    help: "Mean squared distance of the chance to open from what happened. Lower is better.",
    text: three,
  },
  brier_click: {
    label: "Brier score, clicks",
    help: "Mean squared distance of the chance to click from what happened. Lower is better.",
    text: three,
  },
  auc_open: {
    label: "Ranking of opens (AUC)",
    help: "Chance that somebody who opened is ranked above somebody who didn't. Higher is better.",
    text: three,
  },
  auc_click: {
    label: "Ranking of clicks (AUC)",
    help: "Chance that somebody who clicked is ranked above somebody who didn't. Higher is better.",
    text: three,
  },
  auc_7: {
    label: "Ranking within 7 days (AUC)",
    help: "Chance that somebody who bought within a week is ranked above somebody who didn't. Higher is better.",
    text: three,
  },
  auc_30: {
    label: "Ranking within 30 days (AUC)",
    help: "Chance that somebody who bought within a month is ranked above somebody who didn't. Higher is better.",
    text: three,
  },
  auc_visit_7: {
    label: "Ranking against visits (AUC)",
    help: "The ranking within 7 days, held against the visits of the last week. Higher is better.",
    text: three,
  },
  brier_7: {
    label: "Brier score, 7 days",
    help: "Mean squared distance of the chance to buy within a week from what happened. Lower is better.",
    text: three,
  },
  brier_30: {
    label: "Brier score, 30 days",
    help: "Mean squared distance of the chance to buy within a month from what happened. Lower is better.",
    text: three,
  },
  interval_width: {
    label: "Width of limits",
    help: "With the year before taken out, against the plain difference of means. Lower is better.",
    text: percent,
  },
  incremental_share: {
    label: "Brought by campaigns",
    help: "Share of the revenue of those contacted that the campaigns brought, with limits that hold at all times.",
    text: percent,
  },
  qini_held_out: {
    label: "Qini, unseen people",
    help: "Area between the curve of buyers that a campaign brings, people ranked by the effect told to them, and contacting at random; buyers per hundred people. Higher is better, 0 is chance.",
    text: perHundred,
  },
  qini_next: {
    label: "Qini, campaigns after the cut",
    help: "The same on campaigns that were drawn later. Higher is better, 0 is chance.",
    text: perHundred,
  },
  top_effect_held_out: {
    label: "Effect on the best 30 %",
    help: "What contacting the 30 % with the greatest effect told adds to their chance to buy, beside contacting everybody.",
    text: percent,
  },
  qini_margin_held_out: {
    label: "Qini of margin, unseen people",
    help: "Area between the curve of margin that coupons bring, people ranked by the effect told to them, and giving them at random; per person. Higher is better, 0 is chance.",
    text: pounds,
  },
  qini_margin_next: {
    label: "Qini of margin, campaigns after the cut",
    help: "The same on coupon campaigns that were drawn later. Higher is better, 0 is chance.",
    text: pounds,
  },
  top_margin_held_out: {
    label: "Margin of the best 30 %",
    help: "What a coupon adds to the margin of the 30 % with the greatest effect told, beside giving everybody one.",
    text: pounds,
  },
  auc_btyd: {
    label: "Ranking against MBG/NBD",
    help: "The same ranking (AUC), held against MBG/NBD's chance instead. Higher is better.",
    text: three,
  },
  brier_btyd: {
    label: "Brier score against MBG/NBD",
    help: "The same Brier score, held against MBG/NBD's chance instead. Lower is better.",
    text: three,
  },
  log_loss: { label: "Log loss", help: "Mean surprise at what happened, in nats. Lower is better.", text: three },
  log_loss_send_hour: {
    label: "Log loss of the hour of reading",
    help: "Mean surprise at the hours at which messages are opened or clicked, in nats. Lower is better.",
    text: three,
  },
  log_loss_hour: {
    label: "Log loss of the hour",
    help: "Mean surprise at the hours of orders, in nats. Lower is better.",
    text: three,
  },
  log_loss_weekday: {
    label: "Log loss of the weekday",
    help: "Mean surprise at the weekdays of orders, in nats. Lower is better.",
    text: three,
  },
  log_loss_season: {
    label: "Log loss of the season",
    help: "Mean surprise at the seasons of orders, in nats. Lower is better.",
    text: three,
  },
  accuracy: {
    label: "Right size",
    help: "Share of kept lines that are of the size foretold. Higher is better.",
    text: percent,
  },
  accuracy_over_last_size: {
    label: "Right size, against the last one",
    help: "The same, held against the size that the customer kept last. Higher is better.",
    text: percent,
  },
  hit_in_window: {
    label: "Bought within the limits",
    help: "Share of items due within the horizon that were bought between their 80 % limits. Higher is better.",
    text: percent,
  },
  mse_log_revenue: {
    label: "Error of log revenue",
    help: "Mean squared error of the logarithm of revenue, by the group's mean. Lower is better.",
    text: three,
  },
  stability: {
    label: "Stability",
    help: "Adjusted Rand index of groupings learnt from two halves of the customers; 1 is the same, 0 chance.",
    text: three,
  },
  recall_at_reach_10: {
    label: "Seeds among the most alike tenth",
    help: "Share of the best customers kept aside who are among the tenth most alike; a random tenth holds 10 %.",
    text: percent,
  },
  best_after_cut: {
    label: "Among the best afterwards",
    help: "Share of the most alike tenth outside the best who are among them after the cut. Higher is better.",
    text: percent,
  },
  spearman: {
    label: "Rank correlation",
    help: "Spearman's correlation of the forecast's order with the outcome's. Higher is better.",
    text: three,
  },
  mae_rate: {
    label: "Mean error, retention",
    help: "Mean absolute error of a cohort's share that buys in a month. Lower is better.",
    text: percent,
  },
  mae_rate_curve: {
    label: "Mean error, retention, against the mean curve",
    help: "The same error, held against the mean rate of all cohorts at that age. Lower is better.",
    text: percent,
  },
  mae_minor_btyd: {
    label: "Mean error, revenue, against MBG/NBD",
    help: "The same error of revenue, held against MBG/NBD times Gamma-Gamma. Lower is better.",
    text: pounds,
  },
  mae_net_minor: {
    label: "Mean error, net revenue",
    help: "Mean absolute error of revenue less refunds. Lower is better.",
    text: pounds,
  },
  spearman_net: {
    label: "Rank correlation, net",
    help: "Spearman's correlation of the forecast's order with that of revenue less refunds. Higher is better.",
    text: three,
  },
  bias_net: {
    label: "Bias of the net sum",
    help: "All net value that was forecast over all revenue less refunds, less one. Nearer to 0 is better.",
    text: percent,
  },
  mape: {
    label: "Mean error of segments",
    help: "Mean over segments of the error of their revenue, over that revenue. Lower is better.",
    text: percent,
  },
  mape_all: {
    label: "Error of the total",
    help: "Error of all customers' revenue, over that revenue. Lower is better.",
    text: percent,
  },
  lift_at_10: {
    label: "Lift of the first tenth",
    help: "How many times as many of the tenth that is ranked first do it as of all. Higher is better.",
    text: three,
  },
  repurchase_falls_by_stage: {
    label: "Buying again falls by stage",
    help: "Share of the steps from active to lapsed at which fewer buy again; all should.",
    text: percent,
  },
  interval_score: {
    label: "Cost of limits, purchases",
    help: "Width of the 80 % limits and ten times what lies outside, mean over customers (interval score). Lower is better.",
    text: three,
  },
  interval_score_minor: {
    label: "Cost of limits, revenue",
    help: "Width of the 80 % limits and ten times what lies outside, mean over customers (interval score). Lower is better.",
    text: pounds,
  },
  interval_score_spend_minor: {
    label: "Cost of limits, order value",
    help: "The same of a purchase's amount, of those who bought once. Lower is better.",
    text: pounds,
  },
  interval_score_net_minor: {
    label: "Cost of limits, net revenue",
    help: "The same of revenue less refunds. Lower is better.",
    text: pounds,
  },
  interval_score_share: {
    label: "Cost of limits of segments",
    help: "The same of segments' revenue, over that revenue, mean over segments. Lower is better.",
    text: percent,
  },
  interval_score_rate: {
    label: "Cost of limits, retention",
    help: "The same of a cohort's share that buys in a month. Lower is better.",
    text: percent,
  },
  coverage_80_pit: {
    label: "Held by 80 % limits",
    help: "Share of outcomes inside their 80 % limits, by the randomised probability integral transform. 75 to 85 % is right.",
    text: percent,
  },
};

/** How a metric is called, explained and written. */
export function metricOf(name: string): Metric {
  const own = known[name];
  if (own) return own;
  const ofLine = /^(.+)_at_purchase$/.exec(name)?.[1];
  if (ofLine) {
    const same = metricOf(ofLine);
    const help = `${same.help} Of lines bought within the return window before the cut, by their chance at the purchase.`;
    return { ...same, label: `${same.label}, at purchase`, help };
  }
  const at = /^(recall|precision|ndcg|map|hit_rate)_at_(\d+)(_new)?$/.exec(name);
  const plain = name.replaceAll("_", " ");
  const label = at ? `${at[1]?.replace("_", " ")} among ${at[2]}${at[3] ? ", new to them" : ""}` : plain;
  const text = at || /(rate|share|coverage)/.test(name) ? percent : /_minor$/.test(name) ? pounds : three;
  return {
    label: label.charAt(0).toUpperCase() + label.slice(1),
    help: `${plain}, beside its baseline on the same customers.`,
    text,
  };
}

/** The naive forecast in words: x / T is what a customer has bought by day so far. */
export function baselineText(baseline: string): string {
  return baseline.replace("x / T × horizon", "own pace so far").replace(/^nominal$/, "the share they promise");
}

export function cutText(cutOn: string, horizonDays: number): string {
  return `${horizonDays} days after ${day(cutOn)}`;
}

/** "(72.45–82.22)": an interval in the value's unit, which stands beside it; "to" where a sign would read as a dash. */
export function intervalText({ metric, low, high }: ModelEvaluation, currency: string): string | null {
  if (low === null || high === null) return null;
  const { text } = metricOf(metric);
  const bare = (value: number) => text(value, currency).replace(/^[A-Z]{3}\s|\s?%$|\sd$/g, "");
  return `(${bare(low)}${low < 0 || high < 0 ? " to " : "–"}${bare(high)})`;
}
