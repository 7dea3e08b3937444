import { type BtydParams, purchaseDistribution } from "../numeric/buy-till-you-die.ts";
import { expectedSpend, fitGammaGamma } from "../numeric/gamma-gamma.ts";
import { pitCoverage } from "../numeric/intervals.ts";
import { discountedTransactions, type ParetoParams } from "../numeric/pareto-nbd.ts";
import type { PurchaseFit } from "../numeric/purchase-fit.ts";
import { absoluteErrors, auc, biasInterval, meanInterval } from "../numeric/scoring.ts";
import {
  bgNbdFamily,
  mbgNbdFamily,
  type PurchaseFamily,
  type PurchaseModel,
  paretoNbdFamily,
} from "./lifecycle/purchase-family.ts";
import { type CdnowSample, cdnowMeans, cdnowSample } from "./reference/cdnow-sample.ts";
import {
  discountedValues,
  firstSpends,
  fittedHistogram,
  type PurchaseModelName,
  paretoErrors,
  purchaseValues,
  spendValues,
} from "./reference/published.ts";

import { checkOthers, checkRegular, checkSurvival } from "./self-test-more.ts";

export interface SelfCheck {
  readonly model: string;
  readonly quantity: string;
  readonly expected: number;
  readonly actual: number;
  readonly tolerance: number;
  readonly unit: string;
  readonly source: string;
  readonly ok: boolean;
}

export type Check = Omit<SelfCheck, "ok">;

const customerOne = { x: 2, recency: 30.43, tAge: 38.86 };
const horizonWeeks = 39;

function part(label: string, make: () => Check[]): SelfTestPart {
  const judge = (check: Check) => ({ ...check, ok: Math.abs(check.actual - check.expected) <= check.tolerance });
  return { label, check: () => make().map(judge) };
}

interface SelfTestPart {
  readonly label: string;
  readonly check: () => SelfCheck[];
}

/** Published values recomputed on the data that they were published for, a model at a time. */
export const selfTestParts: readonly SelfTestPart[] = [
  part("BG/NBD on CDNOW", () => checkPurchases("bg_nbd", bgNbdFamily, cdnowSample())),
  part("MBG/NBD on CDNOW", () => checkPurchases("mbg_nbd", mbgNbdFamily, cdnowSample())),
  part("Pareto/NBD on CDNOW", () => checkPurchases("pareto_nbd", paretoNbdFamily, cdnowSample())),
  part("The naive forecast on CDNOW", () => checkRate(cdnowSample())),
  part("Gamma-Gamma on CDNOW", checkSpend),
  part("Regular purchases on CDNOW", checkRegular),
  part("Survival of cohorts", checkSurvival),
  part("Waiting times, quintiles, shares and rates", checkOthers),
];

export function selfTest(): SelfCheck[] {
  return selfTestParts.flatMap(({ check }) => check());
}

function checkPurchases(name: PurchaseModelName, family: PurchaseFamily, sample: CdnowSample): Check[] {
  const wanted = purchaseValues[name];
  const { source } = wanted;
  const fit = family.fit(sample.frequency, sample.recency, sample.tAge);
  const params: Readonly<Record<string, number>> = { ...fit.params };
  const model = family.at(params);
  const ahead = model.forecast(customerOne, horizonWeeks, horizonWeeks);
  const parameters = family.parameters.map((parameter): Row => {
    const expected = wanted.params[parameter] ?? Number.NaN;
    const unit = parameter === "alpha" || parameter === "beta" ? "weeks" : "";
    return [parameter, expected, params[parameter] ?? Number.NaN, 2e-5 * Math.max(1, expected), unit];
  });
  const rows: Row[] = [
    ...parameters,
    ["log-likelihood", wanted.logLikelihood, fit.logLikelihood, 1e-3, "nats"],
    ["expected purchases of customer 1 in 39 weeks", wanted.expected, ahead.mean, 1e-5, "count"],
    ["P(alive) of customer 1", wanted.alive, ahead.alive, 1e-5, "share"],
    ...holdoutRows(name, model, sample),
    ...(name === "bg_nbd" ? histogramRows(fit.params as BtydParams, sample) : []),
    ...(name === "pareto_nbd" ? paretoRows(fit as PurchaseFit<ParetoParams>) : []),
  ];
  return rows.map((row) => checkOf(name, source, row));
}

/** Quantity, expected, actual, tolerance, unit. */
type Row = readonly [string, number, number, number, string];

function checkOf(model: string, source: string, [quantity, expected, actual, tolerance, unit]: Row): Check {
  return { model, quantity, expected, actual, tolerance, unit, source };
}

/** Standard errors and discounted transactions, which only Pareto/NBD has published. */
function paretoRows({ params, standardErrors }: PurchaseFit<ParetoParams>): Row[] {
  const errors = (["r", "alpha", "s", "beta"] as const).map((name): Row => {
    const unit = name === "alpha" || name === "beta" ? "weeks" : "";
    return [`standard error of ${name}`, paretoErrors[name], standardErrors[name], 6e-4, unit];
  });
  const weekly = Math.log(1.15) / 52;
  const discounted = discountedValues.map(({ expected, ...history }): Row => {
    const { x, recency, tAge } = history;
    const actual = discountedTransactions(params, history, weekly);
    return [
      `discounted transactions of (${x}, ${recency}, ${tAge})`,
      expected,
      actual,
      1e-5 + 1e-6 * expected,
      "count",
    ];
  });
  return [...errors, ...discounted];
}

/** Accuracy in the 39 weeks after calibration. */
function holdoutRows(name: PurchaseModelName, model: PurchaseModel, sample: CdnowSample): Row[] {
  const { holdout } = purchaseValues[name];
  const n = sample.frequency.length;
  const [expected, alive, below, at] = [0, 0, 0, 0].map(() => new Float64Array(n)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const actual = sample.holdout;
  for (let i = 0; i < n; i++) {
    const history = { x: sample.frequency[i] ?? 0, recency: sample.recency[i] ?? 0, tAge: sample.tAge[i] ?? 0 };
    const ahead = model.forecast(history, horizonWeeks, horizonWeeks);
    expected[i] = ahead.mean;
    alive[i] = ahead.alive;
    const distribution = model.distribution(history, horizonWeeks);
    const y = actual[i] ?? 0;
    below[i] = distribution.slice(0, y).reduce((sum, p) => sum + p, 0);
    at[i] = distribution[y] ?? 0;
  }
  const bought = Array.from(actual, (count) => count > 0);
  const squares = absoluteErrors(expected, actual).map((error) => error * error);
  const rows: Row[] = [
    ["holdout purchases forecast", holdout.sum, expected.reduce((sum, one) => sum + one, 0), 0.06, "count"],
    ["holdout bias", holdout.bias, biasInterval(expected, actual).value, 6e-4, "share"],
    ["holdout MAE", holdout.mae, meanInterval(absoluteErrors(expected, actual)).value, 6e-5, "count"],
    ["holdout RMSE", holdout.rmse, Math.sqrt(meanInterval(squares).value), 6e-5, "count"],
    ["holdout AUC of the forecast", holdout.auc, auc(expected, bought).value, 6e-5, "share"],
    ["holdout AUC of P(alive)", holdout.aliveAuc, auc(alive, bought).value, 6e-5, "share"],
    ["mean P(alive)", holdout.meanAlive, meanInterval(alive).value, 6e-5, "share"],
  ];
  const limits: Row[] =
    holdout.coverage === undefined
      ? []
      : [["coverage of 80 % limits", holdout.coverage, pitCoverage(below, at, 1).value, 0.02, "share"]];
  return [...rows, ...limits];
}

/** How many customers the model expects with 0, 1, … 6, 7 or more repeat purchases in calibration. */
function histogramRows(params: BtydParams, sample: CdnowSample): Row[] {
  const sums = fittedHistogram.map(() => 0);
  for (const tAge of sample.tAge) {
    // everybody is alive and unknown just after the first purchase: r, α, a, b as the prior
    const distribution = purchaseDistribution("bg_nbd", params, { x: 0, recency: 0, tAge: 0 }, tAge, 1e-9);
    for (const [n, p] of distribution.entries()) {
      const bin = Math.min(n, sums.length - 1);
      sums[bin] = (sums[bin] ?? 0) + p;
    }
  }
  return fittedHistogram.map((expected, n) => {
    const name = `expected customers with ${n === sums.length - 1 ? `${n} or more` : n} repeat purchases`;
    return [name, expected, sums[n] ?? Number.NaN, 0.1, "count"];
  });
}

/** The naive forecast that the models are held against. */
function checkRate({ frequency, tAge, holdout }: CdnowSample): Check[] {
  const naive = frequency.map((x, at) => (x / (tAge[at] ?? 1)) * horizonWeeks);
  const mae = meanInterval(absoluteErrors(naive, holdout)).value;
  const total = naive.reduce((sum, one) => sum + one, 0);
  const common = { model: "naive x / T", unit: "count", source: purchaseValues.bg_nbd.source };
  return [
    { ...common, quantity: "holdout purchases forecast", expected: 2930.1, actual: total, tolerance: 0.06 },
    { ...common, quantity: "holdout MAE", expected: 1.0237, actual: mae, tolerance: 6e-5 },
  ];
}

function checkSpend(): Check[] {
  const { x, mean } = cdnowMeans();
  const fit = fitGammaGamma(x, mean);
  if (!fit) return [];
  const { p, q, v } = fit.params;
  const values: [string, number, number, number, string][] = [
    ["p", spendValues.p, p, 1e-4, ""],
    ["q", spendValues.q, q, 1e-4, ""],
    ["gamma", spendValues.gamma, v, 1e-3, "USD"],
    ["log-likelihood", spendValues.logLikelihood, fit.logLikelihood, 1e-3, "nats"],
    ["population mean", spendValues.populationMean, (p * v) / (q - 1), 1e-3, "USD"],
    ["expected spend of customer 1", spendValues.expected, expectedSpend(fit.params, 2, 22.35), 1e-3, "USD"],
  ];
  const rows = firstSpends.map(({ customer, x: count, mean: own, expected }): (typeof values)[number] => {
    const actual = expectedSpend(fit.params, count, own);
    return [`expected spend of customer ${customer}, published`, expected, actual, 0.015, "USD"];
  });
  return [...values, ...rows].map(([quantity, expected, actual, tolerance, unit]) => ({
    model: "gamma_gamma",
    quantity,
    expected,
    actual,
    tolerance,
    unit,
    source: spendValues.source,
  }));
}
