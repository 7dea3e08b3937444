import { fitBtyd } from "../numeric/btyd-fit.ts";
import {
  type BtydParams,
  expectedPurchases,
  probabilityAlive,
  purchaseDistribution,
  type Variant,
} from "../numeric/buy-till-you-die.ts";
import { expectedSpend, fitGammaGamma } from "../numeric/gamma-gamma.ts";
import { pitCoverage } from "../numeric/intervals.ts";
import { absoluteErrors, auc, biasInterval, meanInterval } from "../numeric/scoring.ts";
import { type CdnowSample, cdnowMeans, cdnowSample } from "./reference/cdnow-sample.ts";
import { firstSpends, fittedHistogram, purchaseValues, spendValues } from "./reference/published.ts";

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

type Check = Omit<SelfCheck, "ok">;

const customerOne = { x: 2, recency: 30.43, tAge: 38.86 };
const horizonWeeks = 39;

/** Recomputes published values on the data that they were published for. */
export function selfTest(): SelfCheck[] {
  const sample = cdnowSample();
  const found = [
    ...(["bg_nbd", "mbg_nbd"] as const).flatMap((variant) => checkPurchases(variant, sample)),
    ...checkRate(sample),
    ...checkSpend(),
  ];
  return found.map((check) => ({ ...check, ok: Math.abs(check.actual - check.expected) <= check.tolerance }));
}

function checkPurchases(variant: Variant, sample: CdnowSample): Check[] {
  const wanted = purchaseValues[variant];
  const { source } = wanted;
  const { params, logLikelihood } = fitBtyd(variant, sample.frequency, sample.recency, sample.tAge);
  const { x, recency, tAge } = customerOne;
  const check = (quantity: string, expected: number, actual: number, tolerance: number, unit: string): Check => ({
    model: variant,
    quantity,
    expected,
    actual,
    tolerance,
    unit,
    source,
  });
  const parameters = (["r", "alpha", "a", "b"] as const).map((name) => {
    const expected = wanted.params[name];
    return check(name, expected, params[name], 2e-5 * Math.max(1, expected), name === "alpha" ? "weeks" : "");
  });
  const ahead = expectedPurchases(variant, params, customerOne, horizonWeeks);
  return [
    ...parameters,
    check("log-likelihood", wanted.logLikelihood, logLikelihood, 1e-3, "nats"),
    check("expected purchases of customer 1 in 39 weeks", wanted.expected, ahead, 1e-5, "count"),
    check("P(alive) of customer 1", wanted.alive, probabilityAlive(variant, params, x, recency, tAge), 1e-5, "share"),
    ...checkHoldout(variant, params, sample),
    ...(variant === "bg_nbd" ? checkHistogram(params, sample) : []),
  ];
}

/** Accuracy in the 39 weeks after calibration. */
function checkHoldout(variant: Variant, params: BtydParams, sample: CdnowSample): Check[] {
  const { holdout, source } = purchaseValues[variant];
  const n = sample.frequency.length;
  const histories = Array.from({ length: n }, (_, at) => ({
    x: sample.frequency[at] ?? 0,
    recency: sample.recency[at] ?? 0,
    tAge: sample.tAge[at] ?? 0,
  }));
  const expected = Float64Array.from(histories, (history) => expectedPurchases(variant, params, history, horizonWeeks));
  const actual = sample.holdout;
  const bought = Array.from(actual, (count) => count > 0);
  const squares = absoluteErrors(expected, actual).map((error) => error * error);
  const alive = Float64Array.from(histories, (h) => probabilityAlive(variant, params, h.x, h.recency, h.tAge));
  const [below, at] = [new Float64Array(n), new Float64Array(n)];
  for (const [i, history] of histories.entries()) {
    const distribution = purchaseDistribution(variant, params, history, horizonWeeks);
    const y = actual[i] ?? 0;
    below[i] = distribution.slice(0, y).reduce((sum, p) => sum + p, 0);
    at[i] = distribution[y] ?? 0;
  }
  const rows: [string, number, number, number, string][] = [
    ["holdout purchases forecast", holdout.sum, expected.reduce((sum, one) => sum + one, 0), 0.06, "count"],
    ["holdout bias", holdout.bias, biasInterval(expected, actual).value, 6e-4, "share"],
    ["holdout MAE", holdout.mae, meanInterval(absoluteErrors(expected, actual)).value, 6e-5, "count"],
    ["holdout RMSE", holdout.rmse, Math.sqrt(meanInterval(squares).value), 6e-5, "count"],
    ["holdout AUC of the forecast", holdout.auc, auc(expected, bought).value, 6e-5, "share"],
    ["holdout AUC of P(alive)", holdout.aliveAuc, auc(alive, bought).value, 6e-5, "share"],
    ["mean P(alive)", holdout.meanAlive, meanInterval(alive).value, 6e-5, "share"],
  ];
  if (holdout.coverage !== undefined) {
    rows.push(["coverage of 80 % limits", holdout.coverage, pitCoverage(below, at, 1).value, 0.02, "share"]);
  }
  return rows.map(([quantity, wanted, value, tolerance, unit]) => ({
    model: variant,
    quantity,
    expected: wanted,
    actual: value,
    tolerance,
    unit,
    source,
  }));
}

/** How many customers the model expects with 0, 1, … 6, 7 or more repeat purchases in calibration. */
function checkHistogram(params: BtydParams, sample: CdnowSample): Check[] {
  const sums = fittedHistogram.map(() => 0);
  for (const tAge of sample.tAge) {
    // everybody is alive and unknown just after the first purchase: r, α, a, b as the prior
    const distribution = purchaseDistribution("bg_nbd", params, { x: 0, recency: 0, tAge: 0 }, tAge, 1e-9);
    for (const [n, p] of distribution.entries()) {
      const bin = Math.min(n, sums.length - 1);
      sums[bin] = (sums[bin] ?? 0) + p;
    }
  }
  return fittedHistogram.map((expected, n) => ({
    model: "bg_nbd",
    quantity: `expected customers with ${n === sums.length - 1 ? `${n} or more` : n} repeat purchases`,
    expected,
    actual: sums[n] ?? Number.NaN,
    tolerance: 0.1,
    unit: "count",
    source: purchaseValues.bg_nbd.source,
  }));
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
