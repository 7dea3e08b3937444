import { betaBinomialLog, fitConcentration } from "../numeric/beta-binomial.ts";
import { expectedPurchases } from "../numeric/buy-till-you-die.ts";
import { betaQuantile } from "../numeric/distributions.ts";
import { createSpendLimits } from "../numeric/gamma-gamma.ts";
import { regularNone } from "../numeric/regular-purchases.ts";
import { fitSurvival, survival } from "../numeric/shifted-beta-geometric.ts";
import { fitDirichlet } from "../numeric/shrinkage.ts";
import { waitOf } from "./lifecycle/next-purchase-waits.ts";
import { bgCnbdFamily, bgNbdFamily, mbgCnbdFamily } from "./lifecycle/purchase-family.ts";
import { cdnowSample } from "./reference/cdnow-sample.ts";
import {
  cdnowSumLogInterval,
  purchaseValues,
  quintileValues,
  regularValues,
  returnValues,
  shareValues,
  spendValues,
  survivalValues,
  waitingValues,
} from "./reference/published.ts";
import type { Check } from "./self-test.ts";
import { quintiles } from "./tables.ts";

const customerOne = { x: 2, recency: 30.43, tAge: 38.86 };
type Row = readonly [quantity: string, expected: number, actual: number, tolerance: number, unit: string];
const checks = (model: string, source: string, rows: readonly Row[]): Check[] =>
  rows.map(([quantity, expected, actual, tolerance, unit]) => ({
    model,
    quantity,
    expected,
    actual,
    tolerance,
    unit,
    source,
  }));

/** Σ ln of all intervals on the first customer: only the sum counts. */
function intervalsOf(customers: number): Float64Array {
  const column = new Float64Array(customers);
  column[0] = cdnowSumLogInterval;
  return column;
}

/** Regular purchases: that CDNOW has none, and what models of a given regularity say of it. */
export function checkRegular(): Check[] {
  const { frequency, recency, tAge } = cdnowSample();
  const sumLogInterval = intervalsOf(frequency.length);
  const source = "Recomputed with SciPy from the likelihood of Reutterer, Platzer & Schröder (2021), CDNOW 1/10 sample";
  const chosen = mbgCnbdFamily.fit(frequency, recency, tAge, { sumLogInterval });
  const free: Row[] = [
    ["k that is likeliest", 1, (chosen.params as unknown as { k: number }).k, 0, ""],
    ["log-likelihood at that k, MBG/NBD's", purchaseValues.mbg_nbd.logLikelihood, chosen.logLikelihood, 1e-3, "nats"],
  ];
  const given = regularValues.flatMap(({ variant, k, params, logLikelihood, alive, expected, none }): Row[] => {
    const family = variant === "mbg_cnbd_k" ? mbgCnbdFamily : bgCnbdFamily;
    const fit = family.fit(frequency, recency, tAge, { sumLogInterval, regularity: k });
    const own: Readonly<Record<string, number>> = { ...fit.params };
    const ahead = family.at(own).forecast(customerOne, 39, 39);
    const is = `${variant === "mbg_cnbd_k" ? "MBG" : "BG"}/CNBD-${k}`;
    const [r = 1, alpha = 1, a = 1, b = 1] = ["r", "alpha", "a", "b"].map((name) => own[name] ?? Number.NaN);
    const found = regularNone(variant, { k, r, alpha, a, b }, customerOne, 39);
    return [
      ...Object.entries(params).map(([name, value]): Row => {
        return [`${name}, ${is}`, value, own[name] ?? Number.NaN, 5e-4 * value, name === "alpha" ? "weeks" : ""];
      }),
      [`log-likelihood, ${is}`, logLikelihood, fit.logLikelihood, 1e-3, "nats"],
      [`P(alive) of customer 1, ${is}`, alive, ahead.alive, 1e-4, "share"],
      [`expected purchases of customer 1 in 39 weeks, ${is}`, expected, ahead.mean, 2e-4, "count"],
      [`chance of none of customer 1 in 39 weeks, ${is}`, none, found, 1e-4, "share"],
    ];
  });
  return checks("mbg_cnbd_k", source, [...free, ...given]);
}

/** Cohorts' survival, fitted on seven renewals and projected over five more. */
export function checkSurvival(): Check[] {
  const source = "Survivors of Fader & Hardie (2007), JIM 21(1); parameters recomputed with SciPy";
  return survivalValues.flatMap(({ name, survivors, alpha, beta, logLikelihood, error, last }) => {
    const fit = fitSurvival([survivors.slice(0, 8)]);
    const errors = survivors.slice(8).map((n, at) => Math.abs((1_000 * survival(fit.params, at + 8)) / n - 1));
    const mean = errors.reduce((sum, one) => sum + one, 0) / errors.length;
    return checks("cohort_retention", source, [
      [`sBG alpha, ${name}`, alpha, fit.params.alpha, 2e-5, ""],
      [`sBG beta, ${name}`, beta, fit.params.beta, 1e-4, ""],
      [`sBG log-likelihood, ${name}`, logLikelihood, fit.logLikelihood, 1e-3, "nats"],
      [`mean error of five years that weren't fitted, ${name}`, error, mean, 2e-5, "share"],
      [`of 1,000 left after twelve renewals, ${name}`, last, 1_000 * survival(fit.params, 12), 0.01, "count"],
    ]);
  });
}

/** Waiting times, quintiles, shares and rates, as SciPy and NumPy have them; and what BG/NBD expects of CDNOW in all. */
export function checkOthers(): Check[] {
  const { frequency, recency, tAge } = cdnowSample();
  const wait = waitOf(purchaseValues.mbg_nbd.params as { r: number; alpha: number }, 2, 38.86);
  const waits = waitingValues.map(({ p, weeks }): Row => {
    return [`weeks until ${100 * p} % have bought again, customer 1`, weeks, wait(p), 1e-8 * weeks, "weeks"];
  });
  const bounds = (name: string, values: Float64Array, wanted: readonly number[]) =>
    quintiles(values).map((bound, at): Row => [`${name}, fifth ${at + 1}`, wanted[at] ?? 0, bound, 1e-9, ""]);
  const late = tAge.map((age, at) => (recency[at] ?? 0) - age);
  const { counts, limits, likeliest } = returnValues;
  const rates: Row[] = [
    ...counts.map(({ k, n, alpha, beta, log }): Row => {
      const own = betaBinomialLog(k, n, alpha / (alpha + beta), alpha + beta);
      return [`ln P(${k} of ${n}), α ${alpha}, β ${beta}`, log, own, 1e-9, "nats"];
    }),
    ...limits.flatMap(({ alpha, beta, low, high }): Row[] => [
      [`lower limit of a rate, α ${alpha}, β ${beta}`, low, betaQuantile(0.1, alpha, beta), 1e-9, "share"],
      [`upper limit of a rate, α ${alpha}, β ${beta}`, high, betaQuantile(0.9, alpha, beta), 1e-9, "share"],
    ]),
    [
      "likeliest concentration of twelve customers",
      likeliest.concentration,
      fitConcentration(
        Float64Array.from(likeliest.k),
        Float64Array.from(likeliest.n),
        new Float64Array(likeliest.n.length).fill(likeliest.mean),
      ),
      2e-3,
      "lines",
    ],
  ];
  const groups = shareValues.counts.map((row) => row.map((n, at) => [at, n] as const).filter(([, n]) => n > 0));
  const shares = fitDirichlet(groups, 3);
  const { params } = purchaseValues.bg_nbd;
  const own = { r: params.r ?? 0, alpha: params.alpha ?? 0, a: params.a ?? 0, b: params.b ?? 0 };
  const total = (weeks: number) =>
    tAge.reduce((sum, age) => sum + expectedPurchases("bg_nbd", own, { x: 0, recency: 0, tAge: 0 }, age + weeks), 0);
  const [low, high] = createSpendLimits({ p: spendValues.p, q: spendValues.q, v: spendValues.gamma })(2, 22.35);
  const byNumpy = "Recomputed with NumPy, method inverted_cdf, CDNOW 1/10 sample";
  return [
    ...checks("next_purchase", "Recomputed with scipy.stats.lomax", waits),
    ...checks("rfm", byNumpy, [
      ...bounds("weeks since the last purchase, reversed", late, quintileValues.late),
      ...bounds(
        "purchase days",
        frequency.map((x) => x + 1),
        quintileValues.bought,
      ),
    ]),
    ...checks("return_rate", "Recomputed with scipy.stats.betabinom, scipy.stats.beta and scipy.optimize", rates),
    ...checks("category_affinity", "Recomputed with scipy.optimize", [
      ["concentration of seven customers' lines", shareValues.concentration, shares.concentration, 2e-3, "lines"],
      ...shareValues.shares.map(
        (share, at): Row => [`share of category ${at + 1}`, share, shares.shares[at] ?? 0, 2e-5, "share"],
      ),
    ]),
    ...checks(bgNbdFamily.name, purchaseValues.bg_nbd.source, [
      ["repeat purchases expected in calibration", 2494, total(0), 0.06, "count"],
      ["repeat purchases expected to 39 weeks after it", 4160.6, total(39), 0.06, "count"],
    ]),
    ...checks("gamma_gamma", "Recomputed with scipy.stats.gamma", [
      ["lower limit of customer 1's mean spend", 17.42183814, low, 1e-5, "USD"],
      ["upper limit of customer 1's mean spend", 33.14828647, high, 1e-5, "USD"],
    ]),
  ];
}
