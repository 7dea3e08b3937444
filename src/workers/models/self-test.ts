import { expectedPurchases, fitBtyd, probabilityAlive, type Variant } from "../numeric/buy-till-you-die.ts";
import { expectedSpend, fitGammaGamma } from "../numeric/gamma-gamma.ts";
import { cdnowHistories, cdnowSpend } from "./reference/cdnow.ts";

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

const fhl = "Fader, Hardie & Lee (2005), CDNOW 1/10 sample";
const hoppe = "Recomputed from the CDNOW 1/10 sample; lifetimes' tests give .525, 6.183, .891, 1.614";
const note = "Fader & Hardie (2013), note 025";

/** The CDNOW sample, one entry a customer. */
export function cdnowSample(): { frequency: Float64Array; recency: Float64Array; tAge: Float64Array } {
  const rows = cdnowHistories.split(" ").flatMap((text) => {
    const [x = 0, recency = 0, age = 0, n = 0] = text.split(",").map(Number);
    return Array.from({ length: n }, () => [x, recency, age] as const);
  });
  return { frequency: Float64Array.from(rows, ([x]) => x), recency: Float64Array.from(rows, ([, recency]) => recency), tAge: Float64Array.from(rows, ([, , age]) => age) };
}

export function cdnowMeans(): { x: Float64Array; mean: Float64Array } {
  const rows = cdnowSpend.split(" ").map((text) => text.split(",").map(Number));
  return { x: Float64Array.from(rows, ([x]) => x ?? 0), mean: Float64Array.from(rows, ([, mean]) => mean ?? 0) };
}

const customerOne = { x: 2, recency: 30.43, tAge: 38.86 };
const reference: Readonly<Record<Variant, { params: readonly number[]; logLikelihood: number; expected: number; alive: number; source: string }>> = {
  bg_nbd: { params: [0.242593, 4.413531, 0.792886, 2.425753], logLikelihood: -9582.4256, expected: 1.22591, alive: 0.72661, source: fhl },
  mbg_nbd: { params: [0.524838, 6.182992, 0.891356, 1.613999], logLikelihood: -9582.1327, expected: 1.26267, alive: 0.70613, source: hoppe },
};

/** Recomputes published values on the data that they were published for. */
export function selfTest(): SelfCheck[] {
  const checks: SelfCheck[] = [];
  const check = (model: string, quantity: string, values: { expected: number; actual: number; tolerance: number; unit: string; source: string }) => {
    checks.push({ model, quantity, ...values, ok: Math.abs(values.actual - values.expected) <= values.tolerance });
  };
  const { frequency, recency, tAge } = cdnowSample();
  for (const variant of ["bg_nbd", "mbg_nbd"] as const) {
    const { params: wanted, logLikelihood, expected, alive, source } = reference[variant];
    const fit = fitBtyd(variant, frequency, recency, tAge);
    for (const [at, name] of (["r", "alpha", "a", "b"] as const).entries()) {
      check(variant, name, { expected: wanted[at] ?? 0, actual: fit.params[name], tolerance: 2e-4 * Math.max(1, wanted[at] ?? 0), unit: name === "alpha" ? "weeks" : "", source });
    }
    check(variant, "log-likelihood", { expected: logLikelihood, actual: fit.logLikelihood, tolerance: 1e-3, unit: "nats", source });
    check(variant, "expected purchases of customer 1 in 39 weeks", { expected, actual: expectedPurchases(variant, fit.params, customerOne, 39), tolerance: 2e-4, unit: "count", source });
    check(variant, "P(alive) of customer 1", { expected: alive, actual: probabilityAlive(variant, fit.params, customerOne.x, customerOne.recency, customerOne.tAge), tolerance: 2e-4, unit: "share", source });
  }
  const spend = cdnowMeans();
  const fit = fitGammaGamma(spend.x, spend.mean);
  if (fit) {
    for (const [name, expected, tolerance] of [["p", 6.248803, 0.01], ["q", 3.744588, 0.005], ["v", 15.447746, 0.05]] as const) {
      check("gamma_gamma", name === "v" ? "gamma" : name, { expected, actual: fit.params[name], tolerance, unit: name === "v" ? "USD" : "", source: note });
    }
    check("gamma_gamma", "log-likelihood", { expected: -4055.9232, actual: fit.logLikelihood, tolerance: 0.01, unit: "nats", source: note });
    check("gamma_gamma", "expected spend of customer 1", { expected: 24.6586, actual: expectedSpend(fit.params, 2, 22.35), tolerance: 0.005, unit: "USD", source: note });
    const { p, q, v } = fit.params;
    check("gamma_gamma", "population mean", { expected: 35.171, actual: (p * v) / (q - 1), tolerance: 0.01, unit: "USD", source: note });
  }
  return checks;
}
