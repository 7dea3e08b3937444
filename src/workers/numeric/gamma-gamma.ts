import { minimise, type Objective } from "./optimise.ts";
import { digamma, gammaQuantile, lgamma } from "./special-functions.ts";

/** Fader & Hardie (2013), note 025: p, q and the scale v (their γ), in the unit of the amounts. */
export interface GammaGammaParams {
  readonly p: number;
  readonly q: number;
  readonly v: number;
}

/** Maximum likelihood on x repeat purchases of mean m̄ (both > 0). Undefined where nobody has bought twice. Amounts are scaled
 *  inside; the log-likelihood is that of the amounts as given. */
export function fitGammaGamma(purchases: Float64Array, means: Float64Array): { params: GammaGammaParams; logLikelihood: number; iterations: number; converged: boolean } | undefined {
  const n = purchases.length;
  if (n < 2) return undefined;
  // sums of floating-point numbers depend on their order: a fixed one makes the fit independent of that of the rows
  const order = Uint32Array.from(purchases.keys()).sort((a, b) => (purchases[a] ?? 0) - (purchases[b] ?? 0) || (means[a] ?? 0) - (means[b] ?? 0));
  const x = Float64Array.from(order, (at) => purchases[at] ?? 0);
  const mean = Float64Array.from(order, (at) => means[at] ?? 0);
  const unit = mean.reduce((sum, value) => sum + value, 0) / n / 30;
  const m = mean.map((value) => value / unit);
  // amounts that hardly differ have no finite optimum: a weak pull, gone with the number of customers, keeps it at hand
  const pull = n > 50 ? 1e-6 : 1e-3;
  const objective: Objective = (at, gradient) => {
    const [p = 1, q = 1, v = 1] = at.map((value) => Math.exp(Math.min(25, Math.max(-25, value))));
    let value = 0;
    let [dp, dq, dv] = [0, 0, 0];
    const lgammaQ = lgamma(q);
    const digammaQ = digamma(q);
    const logV = Math.log(v);
    for (let i = 0; i < n; i++) {
      const xi = x[i] ?? 0;
      const mi = m[i] ?? 0;
      const px = p * xi;
      const logSum = Math.log(xi * mi + v);
      value += lgamma(px + q) - lgamma(px) - lgammaQ + q * logV + (px - 1) * Math.log(mi) + px * Math.log(xi) - (px + q) * logSum;
      const both = digamma(px + q);
      dp += xi * (both - digamma(px) + Math.log(mi) + Math.log(xi) - logSum);
      dq += both - digammaQ + logV - logSum;
      dv += q / v - (px + q) / (xi * mi + v);
    }
    const natural = [dp * p, dq * q, dv * v];
    let penalty = 0;
    for (let i = 0; i < 3; i++) {
      penalty += (at[i] ?? 0) ** 2;
      gradient[i] = -(natural[i] ?? 0) / n + 2 * pull * (at[i] ?? 0);
    }
    return -value / n + pull * penalty;
  };
  const found = minimise(objective, new Float64Array([1.5, 1.2, 2.5]), { tolerance: 1e-9 });
  const plain = minimise(pull < 1e-4 ? withoutPull(objective, pull) : objective, found.at, { tolerance: 1e-9 });
  const [p = 1, q = 1, v = 1] = plain.at.map(Math.exp);
  const penalty = pull < 1e-4 ? 0 : pull * plain.at.reduce((sum, value) => sum + value * value, 0);
  return {
    params: { p, q, v: v * unit },
    logLikelihood: -(plain.value - penalty) * n - n * Math.log(unit),
    iterations: found.iterations + plain.iterations,
    converged: plain.converged || found.converged,
  };
}

function withoutPull(objective: Objective, pull: number): Objective {
  return (at, gradient) => {
    const value = objective(at, gradient);
    let penalty = 0;
    for (let i = 0; i < at.length; i++) {
      penalty += (at[i] ?? 0) ** 2;
      gradient[i] = (gradient[i] ?? 0) - 2 * pull * (at[i] ?? 0);
    }
    return value - pull * penalty;
  };
}

/** E[M | x, m̄], eq. 5 of the note; the population's mean where x = 0. */
export function expectedSpend({ p, q, v }: GammaGammaParams, x: number, mean: number): number {
  const shape = p * x + q;
  return shape > 1.0001 ? (p * (v + x * mean)) / (shape - 1) : mean > 0 ? mean : p * v;
}

/** 80 % limits of a customer's true mean: p over a gamma variable of shape px + q and rate v + x·m̄. */
export function spendLimits({ p, q, v }: GammaGammaParams, x: number, mean: number): [number, number] {
  const shape = p * x + q;
  const rate = v + x * mean;
  return [p / gammaQuantile(0.9, shape, rate), p / gammaQuantile(0.1, shape, rate)];
}

/** Standard deviation of one purchase's amount: its own spread and that of the unknown mean. */
export function spendSd(params: GammaGammaParams, x: number, mean: number): number {
  const shape = params.p * x + params.q;
  const expected = expectedSpend(params, x, mean);
  const between = shape > 2.05 ? (expected * expected) / (shape - 2) : expected * expected;
  return Math.sqrt(between + (expected * expected + between) / params.p);
}
