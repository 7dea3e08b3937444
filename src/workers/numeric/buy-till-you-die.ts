import { type Compressed, compressSummary } from "./compress.ts";
import { minimise, type Objective, standardErrors } from "./optimise.ts";
import { digamma, hypergeometric, lbeta, lgamma, logAddExp } from "./special-functions.ts";

/** BG/NBD: Fader, Hardie & Lee (2005), where a customer can drop out after each repeat purchase. MBG/NBD: Batislam et al. (2007), Hoppe &
 *  Wagner (2007), where also after the first. */
export type Variant = "bg_nbd" | "mbg_nbd";
export interface BtydParams {
  readonly r: number;
  readonly alpha: number;
  readonly a: number;
  readonly b: number;
}
export interface BtydFit {
  readonly params: BtydParams;
  readonly standardErrors: BtydParams;
  readonly logLikelihood: number;
  readonly customers: number;
  readonly distinct: number;
  readonly iterations: number;
  readonly converged: boolean;
}

/** Log-likelihood of one history; in any one unit of time. Fader, Hardie & Lee (2005), eq. 6, and its modified form. */
export function logLikelihood(variant: Variant, { r, alpha, a, b }: BtydParams, x: number, recency: number, tAge: number): number {
  const extra = variant === "mbg_nbd" ? 1 : 0;
  const alive = -(r + x) * Math.log(alpha + tAge);
  const gone = x + extra > 0 ? Math.log(a) - Math.log(b + x + extra - 1) - (r + x) * Math.log(alpha + recency) : Number.NEGATIVE_INFINITY;
  return lgamma(r + x) - lgamma(r) + r * Math.log(alpha) + lbeta(a, b + x + extra) - lbeta(a, b) + logAddExp(alive, gone);
}

/** Negative log-likelihood of a compressed summary and its gradient, in the logarithms of r, α, a, b, per customer. A weak pull
 *  towards moderate values keeps the optimum finite where the data say nothing; it vanishes with the number of customers. */
export function negativeLogLikelihood(variant: Variant, summary: Compressed, pull = 1e-6): Objective {
  const extra = variant === "mbg_nbd" ? 1 : 0;
  const { frequency, recency, tAge, count } = summary;
  const total = count.reduce((sum, n) => sum + n, 0);
  return (at, gradient) => {
    const [r = 1, alpha = 1, a = 1, b = 1] = at.map((value) => Math.exp(Math.min(30, Math.max(-30, value))));
    const lgammaR = lgamma(r);
    const digammaR = digamma(r);
    const lbetaAb = lbeta(a, b);
    const digammaAb = digamma(a + b);
    const digammaB = digamma(b);
    const logAlpha = Math.log(alpha);
    let value = 0;
    let [dr, dAlpha, da, db] = [0, 0, 0, 0];
    let lastX = -1;
    let [gammaTerm, betaTerm, digammaRx, digammaAbx, digammaBx] = [0, 0, 0, 0, 0];
    for (let i = 0; i < count.length; i++) {
      const x = frequency[i] ?? 0;
      const n = count[i] ?? 0;
      const y = x + extra;
      if (x !== lastX) {
        gammaTerm = lgamma(r + x) - lgammaR;
        betaTerm = lbeta(a, b + y) - lbetaAb;
        digammaRx = digamma(r + x);
        digammaAbx = digamma(a + b + y);
        digammaBx = digamma(b + y);
        lastX = x;
      }
      const logT = Math.log(alpha + (tAge[i] ?? 0));
      const logRecency = Math.log(alpha + (recency[i] ?? 0));
      const alive = -(r + x) * logT;
      const gone = y > 0 ? Math.log(a) - Math.log(b + y - 1) - (r + x) * logRecency : Number.NEGATIVE_INFINITY;
      const both = logAddExp(alive, gone);
      const wAlive = Math.exp(alive - both);
      const wGone = y > 0 ? Math.exp(gone - both) : 0;
      value += n * (gammaTerm + r * logAlpha + betaTerm + both);
      dr += n * (digammaRx - digammaR + logAlpha - wAlive * logT - wGone * logRecency);
      dAlpha += n * (r / alpha - (r + x) * (wAlive / (alpha + (tAge[i] ?? 0)) + wGone / (alpha + (recency[i] ?? 0))));
      da += n * (digammaAb - digammaAbx + wGone / a);
      db += n * (digammaBx - digammaAbx - digammaB + digammaAb - (y > 0 ? wGone / (b + y - 1) : 0));
    }
    const scale = total > 0 ? 1 / total : 1;
    let penalty = 0;
    for (let i = 0; i < 4; i++) penalty += (at[i] ?? 0) ** 2;
    const natural = [dr * r, dAlpha * alpha, da * a, db * b];
    for (let i = 0; i < 4; i++) gradient[i] = -(natural[i] ?? 0) * scale + 2 * pull * scale * (at[i] ?? 0);
    return (-value + pull * penalty) * scale;
  };
}

/** Maximum likelihood on the compressed summary; times are scaled inside, the answer is in the caller's unit. */
export function fitBtyd(variant: Variant, frequency: Float64Array, recency: Float64Array, tAge: Float64Array): BtydFit {
  const longest = tAge.reduce((most, value) => Math.max(most, value), 0);
  const unit = longest > 0 ? longest / 40 : 1;
  const summary = compressSummary(frequency, recency.map((value) => value / unit), tAge.map((value) => value / unit));
  const objective = negativeLogLikelihood(variant, summary, 1e-6 * Math.max(1, frequency.length));
  const exact = negativeLogLikelihood(variant, summary, frequency.length > 50 ? 1e-9 : 1e-3);
  const first = minimise(objective, new Float64Array([-0.5, 1.5, 0, 0.7]), { tolerance: 1e-6 });
  const found = minimise(exact, first.at, { tolerance: 1e-9 });
  const [r = 1, alpha = 1, a = 1, b = 1] = found.at.map(Math.exp);
  const n = frequency.length;
  const whole: Objective = (at, gradient) => {
    const value = exact(at, gradient) * n;
    for (let i = 0; i < 4; i++) gradient[i] = (gradient[i] ?? 0) * n;
    return value;
  };
  const [sr = 0, sAlpha = 0, sa = 0, sb = 0] = standardErrors(whole, found.at);
  const repeats = frequency.reduce((sum, x) => sum + x, 0);
  const params = { r, alpha: alpha * unit, a, b };
  return {
    params,
    standardErrors: { r: sr, alpha: sAlpha * unit, a: sa, b: sb },
    logLikelihood: logLikelihoodOf(variant, summary, { r, alpha, a, b }) - repeats * Math.log(unit),
    customers: n,
    distinct: summary.count.length,
    iterations: first.iterations + found.iterations,
    converged: found.converged || first.converged,
  };
}

function logLikelihoodOf(variant: Variant, summary: Compressed, params: BtydParams): number {
  let sum = 0;
  for (let i = 0; i < summary.count.length; i++) sum += (summary.count[i] ?? 0) * logLikelihood(variant, params, summary.frequency[i] ?? 0, summary.recency[i] ?? 0, summary.tAge[i] ?? 0);
  return sum;
}

/** P(alive at T). BG/NBD: 1 for whoever has no repeat purchase, by construction. */
export function probabilityAlive(variant: Variant, { r, alpha, a, b }: BtydParams, x: number, recency: number, tAge: number): number {
  const y = x + (variant === "mbg_nbd" ? 1 : 0);
  if (y === 0) return 1;
  const odds = Math.log(a) - Math.log(b + y - 1) + (r + x) * (Math.log(alpha + tAge) - Math.log(alpha + recency));
  return odds > 700 ? 0 : 1 / (1 + Math.exp(odds));
}

/** Expected purchases in (T, T + t]. Fader, Hardie & Lee (2005), eq. 10, with Euler's transformation of ₂F₁, which stays
 *  stable for heavy buyers. */
export function expectedPurchases(variant: Variant, params: BtydParams, history: { x: number; recency: number; tAge: number }, t: number): number {
  const { r, alpha, b } = params;
  const a = Math.abs(params.a - 1) < 1e-6 ? params.a + 1e-5 : params.a;
  const { x, recency, tAge } = history;
  const y = x + (variant === "mbg_nbd" ? 1 : 0);
  if (t <= 0) return 0;
  const z = t / (alpha + tAge + t);
  const c = a + b + y - 1;
  const bracket = 1 - (1 - z) ** (a - 1) * hypergeometric(c - r - x, a - 1, c, z);
  const value = ((c / (a - 1)) * bracket) * probabilityAlive(variant, { ...params, a }, x, recency, tAge);
  return Number.isFinite(value) && value > 0 ? value : 0;
}

/** Distribution of the purchases in (T, T + t]: P(0), P(1), … until all but `rest` is told. From the posterior of rate and
 *  dropout of whoever is alive; the others buy nothing. */
export function purchaseDistribution(variant: Variant, params: BtydParams, history: { x: number; recency: number; tAge: number }, t: number, rest = 1e-4): number[] {
  const { r, alpha, a, b } = params;
  const { x, recency, tAge } = history;
  const survived = b + x + (variant === "mbg_nbd" ? 1 : 0);
  const shape = r + x;
  const share = t / (alpha + tAge + t);
  const alive = probabilityAlive(variant, params, x, recency, tAge);
  let negativeBinomial = (1 - share) ** shape;
  let below = 0; // P(fewer than n events), had nobody dropped out
  let stays = 1; // E[(1 - p)^n]
  let leaves = a / (a + survived); // E[p (1 - p)^(n - 1)]
  const found: number[] = [];
  let told = 0;
  for (let n = 0; n < 5_000; n++) {
    const probability = stays * negativeBinomial + (n > 0 ? leaves * Math.max(0, 1 - below) : 0);
    const mixed = alive * probability + (n === 0 ? 1 - alive : 0);
    found.push(mixed);
    told += mixed;
    if (told >= 1 - rest) break;
    below += negativeBinomial;
    negativeBinomial *= ((shape + n) / (n + 1)) * share;
    stays *= (survived + n) / (a + survived + n);
    if (n > 0) leaves *= (survived + n - 1) / (a + survived + n);
  }
  return found;
}
