import { type Counts, fitDirichlet } from "./shrinkage.ts";

/** Shares of slots (hours, weekdays) of one person, from what they did and from what else tells of them. */
export interface SlotFit {
  readonly shares: readonly number[];
  readonly concentration: number;
  /** Shares of the other signal, NaN-free; all 0 where there is none. */
  readonly others: readonly number[];
  /** How much one of the other signal counts beside one act. */
  readonly otherWeight: number;
  /** Part of an act that counts for each of the neighbouring slots; slots go round. */
  readonly spread: number;
}

const otherWeights = [0.02, 0.05, 0.1, 0.2, 0.4, 0.8] as const;
const spreads = [0, 0.15, 0.3] as const;
/** Times the fitted weight of the population. Where a habit is hardly there, the greatest leaves everybody at what is usual. */
const populations = [0.5, 1, 2, 4, 16, 1_000] as const;

/** Posterior weights of each slot (sum: their total): acts, spread over neighbours; the other signal, tilted to what is usual for acts;
 *  the population's shares. */
export function slotWeights(
  acts: ArrayLike<number>,
  other: ArrayLike<number>,
  fit: SlotFit,
): { weights: Float64Array; total: number } {
  const n = fit.shares.length;
  const weights = new Float64Array(n);
  let total = 0;
  for (let slot = 0; slot < n; slot++) {
    const beside = (acts[(slot + 1) % n] ?? 0) + (acts[(slot + n - 1) % n] ?? 0);
    const own = (1 - 2 * fit.spread) * (acts[slot] ?? 0) + fit.spread * beside;
    const usual = fit.others[slot] ?? 0;
    const tilted = usual > 0 ? (fit.otherWeight * (other[slot] ?? 0) * (fit.shares[slot] ?? 0)) / usual : 0;
    weights[slot] = own + tilted + fit.concentration * (fit.shares[slot] ?? 0);
    total += weights[slot] ?? 0;
  }
  return { weights, total };
}

export interface SlotRow {
  readonly acts: Float64Array;
  readonly other: Float64Array;
}

/** Fits the population's shares by maximum likelihood (Dirichlet-multinomial), and chooses how far the other signal and neighbouring
 *  slots count by foretelling every act from all others of the same person (leave one out). Whole counts, so that the order of
 *  persons moves no digit: sums run over equal histories in order of what they say. */
export function fitSlots(rows: readonly SlotRow[], slots: number, isRound: boolean): SlotFit | null {
  const alike = new Map<string, { row: SlotRow; count: number }>();
  for (const row of rows) {
    if (row.acts.every((n) => n === 0)) continue;
    const key = `${row.acts.join()}|${row.other.join()}`;
    const known = alike.get(key);
    if (known) known.count++;
    else alike.set(key, { row, count: 1 });
  }
  const groups = [...alike].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
  if (groups.length === 0) return null;
  const counts: Counts[] = groups.flatMap(({ row, count }) => {
    const own = Array.from(row.acts, (n, slot) => [slot, n] as const).filter(([, n]) => n > 0);
    return Array.from({ length: count }, () => own);
  });
  const { shares, concentration } = fitDirichlet(counts, slots);
  const sums = new Float64Array(slots);
  for (const { row, count } of groups)
    for (let slot = 0; slot < slots; slot++) sums[slot] = (sums[slot] ?? 0) + count * (row.other[slot] ?? 0);
  const all = sums.reduce((sum, n) => sum + n, 0);
  const others = Array.from(sums, (n) => (all > 0 ? n / all : 0));
  const tried = draw(groups);
  let best = null as { fit: SlotFit; loss: number } | null;
  const attempt = (fit: SlotFit) => {
    const loss = leaveOneOut(tried, fit);
    if (!best || loss < best.loss - 1e-9) best = { fit, loss };
  };
  for (const times of populations)
    for (const spread of isRound ? spreads : [0])
      attempt({ shares, concentration: concentration * times, others, otherWeight: 0, spread });
  const alone = best?.fit;
  if (!alone) return null;
  if (all > 0)
    for (const otherWeight of otherWeights)
      for (const times of [1, 0.5, 2, 8])
        attempt({ ...alone, concentration: alone.concentration * times, otherWeight });
  return best?.fit ?? null;
}

const mostTried = 3_000;

function draw<T>(some: readonly T[]): readonly T[] {
  if (some.length <= mostTried) return some;
  return Array.from({ length: mostTried }, (_, at) => some[Math.floor((at * some.length) / mostTried)] as T);
}

/** Mean surprise at each act, given all others of the same person. */
function leaveOneOut(groups: readonly { row: SlotRow; count: number }[], fit: SlotFit): number {
  let [loss, n] = [0, 0];
  for (const { row, count } of groups) {
    const { weights, total } = slotWeights(row.acts, row.other, fit);
    for (let slot = 0; slot < fit.shares.length; slot++) {
      const acts = row.acts[slot] ?? 0;
      if (acts === 0) continue;
      const share = ((weights[slot] ?? 0) - (1 - 2 * fit.spread)) / Math.max(1e-9, total - 1);
      loss -= count * acts * Math.log(Math.max(1e-6, share));
      n += count * acts;
    }
  }
  return n > 0 ? loss / n : 0;
}
