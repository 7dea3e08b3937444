import { quadrature } from "./quadrature.ts";
import { hypergeometric } from "./special-functions.ts";

/** BG/NBD: Fader, Hardie & Lee (2005), where a customer can drop out after each repeat purchase. MBG/NBD: Batislam et al. (2007),
 *  Hoppe & Wagner (2007), where also after the first. */
export type Variant = "bg_nbd" | "mbg_nbd";
export interface BtydParams {
  readonly r: number;
  readonly alpha: number;
  readonly a: number;
  readonly b: number;
}
/** Repeat purchases, age at the last one, age now; in one unit of time. */
export interface PurchaseHistory {
  readonly x: number;
  readonly recency: number;
  readonly tAge: number;
}

/** Times that somebody could have dropped out so far. */
function chancesToLeave(variant: Variant, x: number): number {
  return x + (variant === "mbg_nbd" ? 1 : 0);
}

/** P(alive at T). BG/NBD: 1 for whoever has no repeat purchase, by construction. */
export function probabilityAlive(
  variant: Variant,
  { r, alpha, a, b }: BtydParams,
  x: number,
  recency: number,
  tAge: number,
): number {
  const y = chancesToLeave(variant, x);
  if (y === 0) return 1;
  const odds = Math.log(a) - Math.log(b + y - 1) + (r + x) * Math.log1p((tAge - recency) / (alpha + recency));
  return odds > 700 ? 0 : 1 / (1 + Math.exp(odds));
}

/** Expected purchases in (T, T + t]. Fader, Hardie & Lee (2005), eq. 10, with Euler's transformation of ₂F₁, which stays
 *  stable for heavy buyers; by quadrature where its series is not good enough. Finite and ≥ 0. */
export function expectedPurchases(variant: Variant, params: BtydParams, history: PurchaseHistory, t: number): number {
  const { x, recency, tAge } = history;
  const alive = probabilityAlive(variant, params, x, recency, tAge);
  if (!(t > 0) || alive === 0) return 0;
  const { r, alpha, a, b } = params;
  const z = t / (alpha + tAge + t);
  const survived = b + chancesToLeave(variant, x);
  const c = a + survived - 1;
  const bracket =
    c > 0 && Math.abs(a - 1) > 0.01
      ? -Math.expm1((a - 1) * Math.log1p(-z) + Math.log(hypergeometric(c - r - x, a - 1, c, z)))
      : 0;
  const value = (c / (a - 1)) * bracket;
  const isGood = Number.isFinite(value) && Math.abs(bracket) > 1e-5 && value > 0;
  return alive * (isGood ? value : byQuadrature(a, survived, r + x, t / (alpha + tAge)));
}

/** ∫ Beta(p; a, b) · (1 − (1 + p·u)^−s) / p dp: what somebody who is still a customer will buy, over the unknown chance p to drop
 *  out. All terms are positive, so that nothing cancels. */
function byQuadrature(a: number, b: number, s: number, u: number): number {
  return quadrature(a, b, (p) => (p * u < 1e-300 ? s * u : -Math.expm1(-s * Math.log1p(p * u)) / p));
}

/** Chance of no purchase in (T, T + t]. */
export function probabilityOfNone(variant: Variant, params: BtydParams, history: PurchaseHistory, t: number): number {
  const { x, recency, tAge } = history;
  const alive = probabilityAlive(variant, params, x, recency, tAge);
  return 1 + alive * Math.expm1(-(params.r + x) * Math.log1p(t / (params.alpha + tAge)));
}

const mostCounts = 20_000;

/** Distribution of the purchases in (T, T + t]: P(0), P(1), … until all but `rest` is told. From the posterior of rate and
 *  dropout of whoever is alive; the others buy nothing. */
export function purchaseDistribution(
  variant: Variant,
  params: BtydParams,
  history: PurchaseHistory,
  t: number,
  rest = 1e-4,
): number[] {
  const { r, alpha, a, b } = params;
  const { x, recency, tAge } = history;
  const survived = b + chancesToLeave(variant, x);
  const shape = r + x;
  const alive = probabilityAlive(variant, params, x, recency, tAge);
  const logShare = -Math.log1p((alpha + tAge) / t);
  const share = Math.exp(logShare);
  // a heavy buyer's first probabilities underflow: they are kept as logarithms until they count
  let logNegativeBinomial = -shape * Math.log1p(t / (alpha + tAge));
  let negativeBinomial = Math.exp(logNegativeBinomial);
  let below = 0; // P(fewer than n events), had nobody dropped out
  let stays = 1; // E[(1 - p)^n]
  let leaves = a / (a + survived); // E[p (1 - p)^(n - 1)]
  const found: number[] = [];
  let told = 0;
  for (let n = 0; n < mostCounts; n++) {
    const probability = stays * negativeBinomial + (n > 0 ? leaves * Math.max(0, 1 - below) : 0);
    const mixed = alive * probability + (n === 0 ? 1 - alive : 0);
    found.push(mixed);
    told += mixed;
    if (told >= 1 - rest) break;
    below += negativeBinomial;
    if (negativeBinomial > 1e-280) negativeBinomial *= ((shape + n) / (n + 1)) * share;
    else if (below < 0.5) {
      logNegativeBinomial += Math.log((shape + n) / (n + 1)) + logShare;
      negativeBinomial = Math.exp(logNegativeBinomial);
    }
    stays *= (survived + n) / (a + survived + n);
    if (n > 0) leaves *= (survived + n - 1) / (a + survived + n);
  }
  return found;
}
