import type { Json } from "../../../shared/base/canonical-json.ts";
import { auc, aucDifference, meanInterval } from "../../numeric/scoring.ts";
import { type Counts, fitDirichlet } from "../../numeric/shrinkage.ts";
import { defineModel } from "../define.ts";
import { calibrationBins, compare, coverage, known, leastCustomers } from "../evaluation.ts";
import { blank, requireTable, scoreTable } from "../tables.ts";
import {
  createPosteriors,
  cutDays,
  dayCorrelation,
  type FittedDiscounts,
  gridOf,
  halfDepths,
  inside,
  type Lines,
  linesOf,
  meanOf,
  placeOf,
  quantileOf,
  readDiscounts,
  type Stratum,
  stepOf,
  total,
  worthOf,
} from "./discount-scale.ts";
import { fitTiming, withTiming } from "./discount-timing.ts";

export const discountAffinity = defineModel({
  name: "discount_affinity",
  version: 6,
  title: "Discount affinity",
  group: "preferences",
  inputs: { counts: { feature: "discount_counts" } },
  apart: { inputs: ["counts"] },
  outcomes: { discounts: { feature: "outcome_discounts" } },
  params: {
    prior_weight: {
      kind: "number",
      default: 1,
      min: 0.01,
      max: 100,
      label: "Weight of the population",
      help: "Times the fitted weight: more draws everybody nearer to what is usual on such days.",
    },
  },
  outputs: [
    { name: "discount_affinity", type: "DOUBLE", unit: "share" },
    { name: "discount_affinity_low", type: "DOUBLE", unit: "share" },
    { name: "discount_affinity_high", type: "DOUBLE", unit: "share" },
    { name: "full_price_share", type: "DOUBLE", unit: "share" },
    { name: "half_reduced_depth", type: "DOUBLE", unit: "share" },
    { name: "half_reduced_depth_low", type: "DOUBLE", unit: "share" },
    { name: "half_reduced_depth_high", type: "DOUBLE", unit: "share" },
    { name: "discounted_share", type: "DOUBLE", unit: "share" },
    { name: "discount_exposure", type: "DOUBLE", unit: "share" },
    { name: "n_lines", type: "INTEGER", unit: "count" },
  ],
  card: {
    purpose:
      "How much somebody buys reduced of their own accord: the share of reduced lines they would have if they had met the shop's prices as all customers together did.",
    method:
      "Lines fall into strata by how deep the shop's prices were cut on their day, over the categories that the customer buys on other days (drawn to the shop's mix), cut at natural breaks: which category was bought may follow from the sale itself. In each stratum customers' shares of reduced lines follow a beta-binomial, fitted by maximum likelihood (Minka's fixed point). A customer has one place on the scale from full price to bargain in all strata; its posterior follows from the lines of all of them. Where those who choose what is reduced also come when more is, further than by chance, the days of visits tell of the place as well (a logit of the strata on it). The affinity is the share at that place, averaged over the strata as all lines are spread over them. Where lines of one day are reduced together more than a customer's lines of different days, a line counts for less (design effect). Limits are those of that share. half_reduced_depth is the store-wide depth, between the strata on a line, at which half of what the customer buys is reduced: the median of the posterior.",
    references: [
      "Skellam (1948): A probability distribution derived from the binomial by regarding the probability of success as variable between trials, JRSS B 10(2).",
      "Minka (2000): Estimating a Dirichlet distribution.",
      "Kish (1965): Survey Sampling, section 5.4, for the design effect.",
      "McFadden (1974): Conditional logit analysis of qualitative choice behavior, for the days of visits.",
      "Carroll, Ruppert, Stefanski & Crainiceanu (2006): Measurement error in nonlinear models, chapter 4, for the same.",
      "Jenks & Caspall (1971): Error on choroplethic maps, Annals of the AAG 61(2), for the strata.",
    ],
    assumptions: [
      "Whoever buys more reduced goods than others on days without a sale does so in the sales too.",
      "What somebody buys on other days tells which of a day's reductions they could have met.",
      "What the shop cut on a day can be told from what its known customers paid that day.",
      "Where a source names list prices at all, a line without one was sold at full price.",
    ],
    limits: [
      "Association, not effect: it doesn't say who would buy less without a reduction.",
      "That somebody waits for the sales counts only as far as those who choose what is reduced do so; discount_exposure tells it.",
      "Coupons on whole orders don't count where list prices are named; where only discounts are, they do.",
      "Without list prices or discounts there is no score.",
      "Few lines tell little: on four simulated shops of other kinds the ranks agreed with the true sensitivity by .62 (60 lines a customer) and by .15 to .36 (3 to 7 lines), where whoever knew the shops' workings came to .65 and to .19 to .43.",
      "half_reduced_depth is empty where even the deepest days seen don't bring half about, its upper limit where a tenth of the posterior says so, and all of it where the shop's days don't differ in depth. It tells of goods bought on such days, not of what a deeper cut would cause.",
    ],
    metrics: [
      "auc of whether a line after the cut is reduced, given the stratum it fell in, against the customer's raw share of reduced lines",
      "log_loss of the same lines, against the stratum's mean alone",
      "coverage of the 80 % limits by the reduced lines after the cut, those of one day as alike as before it",
    ],
  },
  fit: (inputs, params): Json => {
    const counts = requireTable(inputs, "counts");
    const days = cutDays(counts);
    const customers = linesOf(counts, days);
    if (customers.length === 0) return null;
    const worth = worthOf(customers);
    const strata = days.map((day, at): Stratum => {
      const groups = customers.flatMap(({ n, reduced }): Counts[] => {
        const [d, rest] = [reduced[at] ?? 0, (n[at] ?? 0) - (reduced[at] ?? 0)];
        const own: Counts = [[0, worth * d] as const, [1, worth * rest] as const].filter(([, count]) => count > 0);
        return own.length > 0 ? [own] : [];
      });
      const { concentration, shares } = fitDirichlet(groups, 2);
      const weight = concentration * Number(params.prior_weight);
      return { ...day, alpha: weight * (shares[0] ?? 0.5), beta: weight * (shares[1] ?? 0.5) };
    });
    const timing = fitTiming(strata, customers, createPosteriors(gridOf({ strata, worth })));
    return { strata, worth, timing } as unknown as Json;
  },
  score: (inputs, json) => {
    const fitted = readDiscounts(json);
    const strata = fitted?.strata ?? [{ until: 100 }];
    const customers = linesOf(requireTable(inputs, "counts"), strata);
    const n = customers.length;
    const [value, low, high, full] = [blank(n), blank(n), blank(n), blank(n)];
    const [depth, depthLow, depthHigh] = [blank(n), blank(n), blank(n)];
    const grid = fitted ? timedGrid(fitted) : undefined;
    const posterior = grid ? createPosteriors(grid) : undefined;
    const halves = grid && fitted ? halfDepths(grid, fitted.strata) : undefined;
    const seen = (found: number) => (Number.isFinite(found) ? found : Number.NaN);
    for (const [at, own] of customers.entries()) {
      if (!grid || !posterior) break;
      const weights = posterior(own);
      value[at] = meanOf(weights, grid.standard);
      low[at] = quantileOf(weights, grid.standard, 0.1);
      high[at] = quantileOf(weights, grid.standard, 0.9);
      full[at] = 1 - meanOf(weights, grid.shares[0] ?? grid.standard);
      if (!halves) continue;
      // the higher on the scale, the less depth it takes
      depth[at] = seen(stepOf(weights, halves, 0.5));
      if (Number.isNaN(depth[at])) continue;
      depthLow[at] = stepOf(weights, halves, 0.9);
      depthHigh[at] = seen(stepOf(weights, halves, 0.1));
    }
    const lines = Float64Array.from(customers, (own) => total(own.n));
    const outputs = {
      discount_affinity: value,
      discount_affinity_low: low,
      discount_affinity_high: high,
      full_price_share: full,
      half_reduced_depth: depth,
      half_reduced_depth_low: depthLow,
      half_reduced_depth_high: depthHigh,
      discounted_share: Float64Array.from(customers, (own) => total(own.reduced) / Math.max(1, total(own.n))),
      discount_exposure: Float64Array.from(customers, (own) => own.exposure / Math.max(1, total(own.n))),
      n_lines: lines,
    };
    const enough = lines.map((count) => (fitted && count >= 5 ? 1 : 0));
    const reason = Array.from(depth, (half, at) => {
      if (!fitted) return "not_enough_data";
      if (Number.isNaN(half)) return halves ? "no_half" : "one_depth_only";
      return Number.isNaN(depthHigh[at]) ? "no_upper_limit" : null;
    });
    return scoreTable(
      customers.map(({ customer }) => customer),
      outputs,
      { enough, reason },
    );
  },
  evaluate: (inputs, _scores, holdout, json, _params, { seed }) => {
    const fitted = readDiscounts(json);
    if (!fitted) return [];
    const before = new Map(linesOf(requireTable(inputs, "counts"), fitted.strata).map((own) => [own.customer, own]));
    const after = linesOf(requireTable(holdout.tables ?? {}, "discounts"), fitted.strata).filter((own) =>
      before.has(own.customer),
    );
    if (after.length < leastCustomers) return [];
    return judge(fitted, before, after, seed);
  },
});

function timedGrid(fitted: FittedDiscounts) {
  return withTiming(gridOf(fitted), fitted.strata, fitted.timing);
}

/** Lines after the cut, one by one, as the model, the raw share and the stratum's mean foresaw them. */
function judge(fitted: FittedDiscounts, before: ReadonlyMap<string, Lines>, after: readonly Lines[], seed: number) {
  const grid = timedGrid(fitted);
  const posterior = createPosteriors(grid);
  const correlation = dayCorrelation(fitted.worth, before.values());
  const usual = fitted.strata.map(({ alpha, beta }) => inside(alpha / (alpha + beta)));
  const [predicted, raw]: [number[], number[]] = [[], []];
  const happened: boolean[] = [];
  const [own, naive, below, at] = [0, 0, 0, 0].map(() => new Float64Array(after.length));
  for (const [i, next] of after.entries()) {
    const history = before.get(next.customer);
    if (!history) continue;
    const weights = posterior(history);
    const share = total(history.reduced) / Math.max(1, total(history.n));
    let [loss, plain] = [0, 0];
    for (let j = 0; j < next.n.length; j++) {
      const p = inside(meanOf(weights, grid.shares[j] ?? grid.standard));
      const q = usual[j] ?? 0.5;
      for (let line = 0; line < (next.n[j] ?? 0); line++) {
        const isReduced = line < (next.reduced[j] ?? 0);
        predicted.push(p);
        raw.push(share);
        happened.push(isReduced);
        loss -= Math.log(isReduced ? p : 1 - p);
        plain -= Math.log(isReduced ? q : 1 - q);
      }
    }
    const lines = Math.max(1, total(next.n));
    if (own) own[i] = loss / lines;
    if (naive) naive[i] = plain / lines;
    const place = placeOf(grid, weights, next, correlation);
    if (below) below[i] = place.below;
    if (at) at[i] = place.at;
  }
  const n = happened.length;
  const ranked = auc(Float64Array.from(predicted), happened);
  const baseline = auc(Float64Array.from(raw), happened).value;
  const none = new Float64Array(0);
  return known([
    compare({
      metric: "auc",
      own: ranked,
      baseline: "raw share of reduced lines",
      naive: baseline,
      difference: aucDifference(Float64Array.from(predicted), Float64Array.from(raw), happened),
      n,
      better: "higher",
    }),
    {
      ...compare({
        metric: "log_loss",
        own: meanInterval(own ?? none),
        baseline: "mean of such days",
        naive: meanInterval(naive ?? none).value,
        pairs: { own: own ?? none, naive: naive ?? none },
        n: after.length,
        better: "lower",
      }),
      calibration: calibrationBins(Float64Array.from(predicted), Float64Array.from(happened, Number)),
    },
    coverage(below ?? none, at ?? none, seed),
  ]);
}
