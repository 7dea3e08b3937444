import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { Evaluation, Holdout, ModelCard, ModelDeclaration } from "../../../shared/domain/model.ts";
import type { ParamSpecs, Params } from "../../../shared/domain/params.ts";
import type { BtydParams } from "../../numeric/buy-till-you-die.ts";
import { compressSummary } from "../../numeric/compress.ts";
import { countLimits } from "../../numeric/intervals.ts";
import { paceSpread, wanderingDistribution } from "../../numeric/pace.ts";
import type { ParetoParams } from "../../numeric/pareto-nbd.ts";
import type { PurchaseFit } from "../../numeric/purchase-fit.ts";
import type { RegularParams } from "../../numeric/regular-purchases.ts";
import {
  absoluteErrors,
  auc,
  aucDifference,
  biasInterval,
  brierErrors,
  meanInterval,
  rootMeanSquare,
} from "../../numeric/scoring.ts";
import type { Harmonic } from "../../numeric/season.ts";
import { calibrationBins, compare, compareLimits, coverage, join, known, leastCustomers } from "../evaluation.ts";
import { blank, gather, matchRows, requireTable, scoreTable, texts } from "../tables.ts";
import { followed, spreadOf } from "./followed-counts.ts";
import { type FamilyExtra, mbgNbdFamily, type PurchaseFamily } from "./purchase-family.ts";
import { harmonicsIn, harmonicsOf, historiesOn } from "./seasonal-clock.ts";

/** A fit as JSON; a standard error that isn't known is null. */
export function fittedJson(fit: PurchaseFit<BtydParams | ParetoParams | RegularParams>): Json {
  const finite = (value: number) => (Number.isFinite(value) ? value : null);
  const errors = Object.entries(fit.standardErrors).map(([name, value]) => [name, finite(value)]);
  return {
    params: { ...fit.params },
    standard_errors: Object.fromEntries(errors),
    log_likelihood: finite(fit.logLikelihood),
    n_customers: fit.customers,
    n_distinct: fit.distinct,
    iterations: fit.iterations,
    converged: fit.converged,
    warnings: [...fit.warnings],
  };
}

/** Parameters in a fit's JSON; undefined where there was nothing to fit. */
function anyParamsOf(fitted: Json): Readonly<Record<string, number>> | undefined {
  if (typeof fitted !== "object" || fitted === null || !("params" in fitted)) return undefined;
  return fitted.params as unknown as Readonly<Record<string, number>>;
}

/** The same of MBG/NBD, which other models build on. */
export function paramsOf(fitted: Json): BtydParams | undefined {
  return anyParamsOf(fitted) as unknown as BtydParams | undefined;
}

export function fitSummaryTable(
  summary: ColumnTable,
  family: PurchaseFamily = mbgNbdFamily,
  extra: FamilyExtra = {},
  season: readonly Harmonic[] = [],
): Json {
  if (summary.rows === 0) return null;
  const { frequency, recency, tAge, sumLogInterval } = historiesOn(summary, season);
  const intervals = family.needsIntervals ? { sumLogInterval } : {};
  const fitted = fittedJson(family.fit(frequency, recency, tAge, { ...intervals, ...extra }));
  return season.length > 0 ? ({ ...(fitted as object), season: season.map((one) => ({ ...one })) } as Json) : fitted;
}

/** A fit with how far paces wander, where earlier cuts show that they do. */
function withSpread(fitted: Json, family: PurchaseFamily, earlier: ColumnTable, season: readonly Harmonic[]): Json {
  const params = anyParamsOf(fitted);
  if (!params || earlier.rows === 0) return fitted;
  const spread = paceSpread(followed(family.at(params), earlier, season));
  return spread > 0 ? ({ ...(fitted as object), pace_spread: spread } as Json) : fitted;
}

const outputNames = [
  "probability_alive",
  "expected_purchases",
  "expected_purchases_low",
  "expected_purchases_high",
  "probability_purchase",
  "purchases_sd",
  "probability_none",
] as const;
const discountedName = "discounted_transactions";
type OutputName = (typeof outputNames)[number] | typeof discountedName;
type PurchaseScores = Record<(typeof outputNames)[number], Float64Array> & { [discountedName]?: Float64Array };

export interface Scoring {
  readonly frequency: Float64Array;
  readonly recency: Float64Array;
  readonly tAge: Float64Array;
  readonly horizon: number;
  /** Horizon of probability_purchase. */
  readonly soon: number;
  /** Continuous rate a unit of time at which later purchases count less; without one nothing is discounted. */
  readonly delta?: number;
  /** How far paces wander: limits are wider by it. */
  readonly spread?: number;
  readonly throwIfCancelled?: () => void;
}

function namesOf(family: PurchaseFamily, isDiscounted: boolean): readonly OutputName[] {
  return family.discounted && isDiscounted ? [...outputNames, discountedName] : outputNames;
}

/** Scores of purchase summaries in their own unit of time: distinct histories once, then copied to their customers. */
export function scorePurchases(
  family: PurchaseFamily,
  params: Readonly<Record<string, number>>,
  { delta = 0, spread = 0, ...scoring }: Scoring,
): PurchaseScores {
  const groups = compressSummary(scoring.frequency, scoring.recency, scoring.tAge);
  const names = namesOf(family, delta > 0);
  const columns = (n: number) => Object.fromEntries(names.map((name) => [name, blank(n)])) as PurchaseScores;
  const scored = columns(groups.count.length);
  const model = family.at(params);
  const discounted = delta > 0 ? family.discounted?.(params, delta) : undefined;
  for (let at = 0; at < groups.count.length; at++) {
    if (at % 4096 === 0) scoring.throwIfCancelled?.();
    const history = { x: groups.frequency[at] ?? 0, recency: groups.recency[at] ?? 0, tAge: groups.tAge[at] ?? 0 };
    const forecast = model.forecast(history, scoring.horizon, scoring.soon);
    scored.probability_alive[at] = forecast.alive;
    scored.expected_purchases[at] = forecast.mean;
    const limits =
      spread > 0
        ? countLimits(wanderingDistribution((t) => model.distribution(history, t), scoring.horizon, spread))
        : [forecast.low, forecast.high];
    [scored.expected_purchases_low[at], scored.expected_purchases_high[at]] = limits as [number, number];
    scored.probability_purchase[at] = forecast.buysSoon;
    scored.purchases_sd[at] = forecast.sd;
    scored.probability_none[at] = forecast.none;
    if (discounted && scored[discountedName]) scored[discountedName][at] = discounted(history, forecast.alive);
  }
  const result = columns(groups.group.length);
  for (const name of names) {
    const [from, to] = [scored[name], result[name]];
    for (let row = 0; to && row < to.length; row++) to[row] = from?.[groups.group[row] ?? 0] ?? Number.NaN;
  }
  return result;
}

interface Judging {
  readonly summary: ColumnTable;
  readonly scores: ColumnTable;
  readonly holdout: Holdout;
  readonly fitted: Json;
  readonly seed: number;
}

function evaluateBtyd(
  family: PurchaseFamily,
  { summary, scores, holdout, fitted, seed }: Judging,
): readonly Evaluation[] {
  const params = anyParamsOf(fitted);
  const { outcomes, horizonDays } = holdout;
  const joined = join(outcomes, [summary, scores]);
  const scored = matchRows(outcomes, scores);
  if (!params || joined.n < leastCustomers) return [];
  const actual = joined.numbers(outcomes, "n_purchases");
  const expected = joined.numbers(scores, "expected_purchases");
  const x = joined.numbers(summary, "frequency");
  const days = joined.numbers(summary, "t_age");
  const { recency: recencies, tAge: ages, ahead } = historiesOn(summary, harmonicsOf(fitted));
  const places = matchRows(outcomes, summary);
  const rows = Int32Array.from(Array.from(places).filter((row, at) => row >= 0 && (scored[at] ?? -1) >= 0));
  const [recency, tAge] = [gather(recencies, rows), gather(ages, rows)];
  const n = joined.n;
  const model = family.at(params);
  const naive = x.map((value, at) => (value / Math.max(1, days[at] ?? 1)) * horizonDays);
  const bought = Array.from(actual, (value) => value > 0);
  const [below, at] = [new Float64Array(n), new Float64Array(n)];
  const buys = joined.numbers(scores, "probability_none").map((none) => 1 - none);
  const spread = spreadOf(fitted);
  for (let i = 0; i < n; i++) {
    const history = { x: x[i] ?? 0, recency: recency[i] ?? 0, tAge: tAge[i] ?? 0 };
    const distribution = wanderingDistribution((t) => model.distribution(history, t), ahead(horizonDays), spread);
    const y = actual[i] ?? 0;
    for (let k = 0; k < y && k < distribution.length; k++) below[i] = (below[i] ?? 0) + (distribution[k] ?? 0);
    at[i] = distribution[y] ?? 0;
  }
  const share = bought.filter(Boolean).length / n;
  const rate = "x / T × horizon";
  const mae = (values: Float64Array) => meanInterval(absoluteErrors(values, actual));
  const brier = (values: Float64Array) => meanInterval(brierErrors(values, bought));
  const bias = biasInterval(naive, actual).value;
  return known([
    compare({
      metric: "mae",
      own: mae(expected),
      baseline: rate,
      naive: mae(naive).value,
      n,
      better: "lower",
      pairs: { own: absoluteErrors(expected, actual), naive: absoluteErrors(naive, actual) },
    }),
    compare({
      metric: "rmse",
      own: rootMeanSquare(absoluteErrors(expected, actual)),
      baseline: rate,
      naive: rootMeanSquare(absoluteErrors(naive, actual)).value,
      n,
      better: "lower",
    }),
    compare({
      metric: "bias",
      own: biasInterval(expected, actual),
      baseline: rate,
      naive: bias,
      n,
      better: "nearer to 0",
    }),
    compare({
      metric: "auc",
      own: auc(expected, bought),
      baseline: "frequency",
      naive: auc(x, bought).value,
      n,
      better: "higher",
      difference: aucDifference(expected, x, bought),
    }),
    {
      ...compare({
        metric: "brier",
        own: brier(buys),
        baseline: "share that bought",
        naive: share * (1 - share),
        n,
        better: "lower",
      }),
      calibration: calibrationBins(buys, Float64Array.from(bought, Number)),
    },
    coverage(below, at, seed),
    ...compareLimits({
      metric: "interval_score",
      rule: rate,
      forecast: naive,
      low: joined.numbers(scores, "expected_purchases_low"),
      high: joined.numbers(scores, "expected_purchases_high"),
      actual,
    }),
  ]);
}

const discountRate: ParamSpecs = {
  discount_rate_annual: {
    kind: "number",
    default: 0.15,
    min: 0.01,
    max: 1,
    unit: "rate",
    label: "Discount rate",
    help: "Interest a year at which later purchases count less.",
  },
};

const seasons: ParamSpecs = {
  season: {
    kind: "choice",
    default: "auto",
    choices: ["auto", "none"],
    label: "Season",
    help: "auto: time runs faster in the shop's season, where more than a year shows one; none: every day counts alike.",
  },
};

interface Described {
  readonly title: string;
  readonly version: number;
  readonly card: ModelCard;
  /** Why the model stands in tournaments without being chosen. */
  readonly onlyShown?: string;
  /** Parameters that choose among families of one name, and what they mean to a fit. */
  readonly choice?: {
    readonly params: ParamSpecs;
    readonly familyOf: (settings: Params) => PurchaseFamily;
    readonly extraOf: (settings: Params) => FamilyExtra;
  };
}

function withSeason(card: ModelCard): ModelCard {
  return {
    ...card,
    method: `${card.method} With fifteen months of history or more, time runs on the shop's own clock, faster in season: repeat purchases by week over what the model without a season expects, smoothed by four harmonics of the year and drawn to none by how few years were seen. Where the 80 % limits held less than 76 % of what came after two earlier cuts, the pace ahead is the history's times a lognormal factor of mean 1, as wide as makes what came least surprising: limits are those of the mixture.`,
    references: [
      ...card.references,
      "Fader, Hardie & Huang (2004): A Dynamic Changepoint Model for New Product Sales Forecasting, Marketing Science 23(1), for rates that wander.",
      "Harvey (1989): Forecasting, Structural Time Series Models and the Kalman Filter, for harmonics.",
    ],
    assumptions: [...card.assumptions, "All customers share the season, and next year's is like those seen."],
    metrics: [
      ...card.metrics,
      "interval_score of the 80 % limits (their width and ten times what lies outside) against what became of those alike by the rule of thumb",
    ],
    limits: [
      ...card.limits,
      "With less than fifteen months of history there is no season: a peak ahead, or just over, moves all forecasts alike.",
    ],
  };
}

/** A customer-base model of this kind as a declaration. */
export function btydModel(
  family: PurchaseFamily,
  { title, version, card, choice, onlyShown }: Described,
): ModelDeclaration {
  const familyOf = choice?.familyOf ?? (() => family);
  const isDiscounted = family.discounted !== undefined;
  const discounted = { name: discountedName, type: "DOUBLE", unit: "count" } as const;
  return {
    name: family.name,
    version,
    title,
    group: "lifecycle",
    inputs: { summary: { feature: "purchase_summary" } },
    learns: { season: { feature: "purchase_season" }, earlier: { feature: "earlier_counts" } },
    params: { ...(isDiscounted ? discountRate : {}), ...choice?.params, ...seasons },
    outputs: [
      { name: "probability_alive", type: "DOUBLE", unit: "share" },
      { name: "expected_purchases", type: "DOUBLE", unit: "count" },
      { name: "expected_purchases_low", type: "DOUBLE", unit: "count" },
      { name: "expected_purchases_high", type: "DOUBLE", unit: "count" },
      { name: "probability_purchase", type: "DOUBLE", unit: "share" },
      { name: "purchases_sd", type: "DOUBLE", unit: "count" },
      { name: "probability_none", type: "DOUBLE", unit: "share" },
      ...(isDiscounted ? [discounted] : []),
    ],
    competes: [
      { target: "purchases", column: "expected_purchases", ...(onlyShown ? { onlyShown } : {}) },
      { target: "chance", column: "probability_purchase", ...(onlyShown ? { onlyShown } : {}) },
    ],
    card: withSeason(card),
    fit: (inputs, settings) => {
      const season = settings.season === "none" || !inputs.season ? [] : harmonicsIn(inputs.season);
      const own = familyOf(settings);
      const fitted = fitSummaryTable(requireTable(inputs, "summary"), own, choice?.extraOf(settings), season);
      return inputs.earlier ? withSpread(fitted, own, inputs.earlier, season) : fitted;
    },
    score: (inputs, fitted, settings, context) => {
      const summary = requireTable(inputs, "summary");
      const params = anyParamsOf(fitted);
      const { frequency, recency, tAge, ahead } = historiesOn(summary, harmonicsOf(fitted));
      const history = { frequency, recency, tAge };
      const { throwIfCancelled } = context;
      const [horizon, soon] = [ahead(context.horizonDays), ahead(context.purchaseHorizonDays)];
      const delta = isDiscounted ? Math.log1p(Number(settings.discount_rate_annual)) / 365.25 : 0;
      const none = () => Object.fromEntries(namesOf(family, isDiscounted).map((name) => [name, blank(summary.rows)]));
      const outputs = params
        ? scorePurchases(familyOf(settings), params, {
            ...history,
            horizon,
            soon,
            delta,
            spread: spreadOf(fitted),
            throwIfCancelled,
          })
        : none();
      const reason = new Array<string | null>(summary.rows).fill(params ? null : "not_enough_data");
      const enough = frequency.map((x) => (params && x > 0 ? 1 : 0));
      return scoreTable(texts(summary, "customer_id"), { ...outputs }, { enough, reason });
    },
    evaluate: (inputs, scores, holdout, fitted, settings, { seed }) =>
      evaluateBtyd(familyOf(settings), { summary: requireTable(inputs, "summary"), scores, holdout, fitted, seed }),
  };
}
