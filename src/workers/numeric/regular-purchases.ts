import type { PurchaseHistory } from "./buy-till-you-die.ts";

/** (M)BG/CNBD-k: Platzer & Reutterer (2017), Reutterer, Platzer & Schröder (2020). As (M)BG/NBD, but every k-th event of the
 *  Poisson process is a purchase, so that intervals within a customer are Erlang-k: the greater k, the more regular. */
export type RegularVariant = "bg_cnbd_k" | "mbg_cnbd_k";
export interface RegularParams {
  readonly k: number;
  readonly r: number;
  readonly alpha: number;
  readonly a: number;
  readonly b: number;
}

/** Somebody alive at T, by how many events of the next purchase have passed already: the chance of each, and the events so far that
 *  the rate is told by. */
interface Posterior {
  readonly alive: number;
  readonly phases: readonly { readonly passed: number; readonly chance: number; readonly shape: number }[];
  readonly survived: number;
}

function posterior(variant: RegularVariant, params: RegularParams, history: PurchaseHistory): Posterior {
  const { k, r, alpha, a, b } = params;
  const { x, recency, tAge } = history;
  const shape = r + k * x;
  const since = (tAge - recency) / (alpha + tAge);
  const weights: number[] = [1];
  for (let j = 1; j < k; j++) weights.push(((weights[j - 1] ?? 0) * (shape + j - 1) * since) / j);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const drops = x + (variant === "mbg_cnbd_k" ? 1 : 0);
  const odds =
    Math.log(a) - Math.log(b + drops - 1) + shape * Math.log1p((tAge - recency) / (alpha + recency)) - Math.log(total);
  return {
    alive: drops === 0 ? 1 : odds > 700 ? 0 : 1 / (1 + Math.exp(odds)),
    phases: weights.map((weight, passed) => ({ passed, chance: weight / total, shape: shape + passed })),
    survived: b + drops,
  };
}

/** P(alive at T). */
export function regularAlive(variant: RegularVariant, params: RegularParams, history: PurchaseHistory): number {
  return posterior(variant, params, history).alive;
}

const mostEvents = 60_000;

/** Chances of n = 0, 1, … purchases in (T, T + t] had nobody left, until all but `rest` is told: whole k-ths of the events that a
 *  negative binomial counts, those that have passed already included. */
function undisturbed({ phases }: Posterior, { k, alpha }: RegularParams, tAge: number, t: number, rest: number) {
  const found: number[] = [];
  const logShare = -Math.log1p((alpha + tAge) / t);
  const share = Math.exp(logShare);
  for (const { passed, chance, shape } of phases) {
    if (!(chance > 0)) continue;
    // a heavy buyer's first probabilities underflow: they are kept as logarithms until they count
    let logNow = -shape * Math.log1p(t / (alpha + tAge));
    let probability = Math.exp(logNow);
    let told = 0;
    for (let events = 0; events < mostEvents; events++) {
      told += probability;
      const n = Math.floor((events + passed) / k);
      found[n] = (found[n] ?? 0) + chance * probability;
      if (told >= 1 - rest) break;
      const grown = (shape + events) / (events + 1);
      if (probability > 1e-280) probability *= grown * share;
      else {
        logNow += Math.log(grown) + logShare;
        probability = Math.exp(logNow);
      }
    }
  }
  return Array.from(found, (probability) => probability ?? 0);
}

/** What somebody with a history does in (T, T + t]: the chance to be alive, and of 0, 1, … purchases until all but `rest` is told.
 *  `mean` adds up all that the told part holds. Finite for any history and t ≥ 0. */
export function regularForecast(
  variant: RegularVariant,
  params: RegularParams,
  history: PurchaseHistory,
  t: number,
  rest = 1e-9,
): { alive: number; mean: number; distribution: number[] } {
  const now = posterior(variant, params, history);
  if (!(t > 0) || now.alive === 0) return { alive: now.alive, mean: 0, distribution: [1] };
  const { a } = params;
  const { alive, survived } = now;
  const without = undisturbed(now, params, history.tAge, t, rest);
  const distribution: number[] = [];
  let atLeast = 1;
  let mean = 0;
  let stays = 1; // E[(1 - p)^n]
  let staysBefore = 1; // E[(1 - p)^(n - 1)]
  let leaves = a / (a + survived); // E[p (1 - p)^(n - 1)]
  for (let n = 0; n < without.length; n++) {
    const own = without[n] ?? 0;
    if (n > 0) mean += Math.max(0, atLeast) * staysBefore;
    const probability = stays * own + (n > 0 ? leaves * Math.max(0, atLeast) : 0);
    distribution.push(alive * probability + (n === 0 ? 1 - alive : 0));
    atLeast -= own;
    staysBefore = stays;
    stays *= (survived + n) / (a + survived + n);
    if (n > 0) leaves *= (survived + n - 1) / (a + survived + n);
  }
  return { alive, mean: alive * mean, distribution };
}

/** Somebody's chance to be alive at T and, given that, of no purchase in (T, T + t]: what hangs on the history is found once. */
export function regularWait(
  variant: RegularVariant,
  params: RegularParams,
  history: PurchaseHistory,
): { readonly alive: number; readonly none: (t: number) => number } {
  const { alive, phases } = posterior(variant, params, history);
  const { k, alpha } = params;
  return {
    alive,
    none: (t) => {
      if (!(t > 0)) return 1;
      const share = t / (alpha + history.tAge + t);
      let none = 0;
      for (const { passed, chance, shape } of phases) {
        let probability = Math.exp(-shape * Math.log1p(t / (alpha + history.tAge)));
        for (let events = 0; events < k - passed; events++) {
          none += chance * probability;
          probability *= ((shape + events) / (events + 1)) * share;
        }
      }
      return Math.min(1, none);
    },
  };
}

/** Chance of no purchase in (T, T + t]. */
export function regularNone(
  variant: RegularVariant,
  params: RegularParams,
  history: PurchaseHistory,
  t: number,
): number {
  const { alive, none } = regularWait(variant, params, history);
  return 1 - alive * (1 - none(t));
}
