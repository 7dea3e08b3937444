/** Nodes and weights of Gauss and Hermite for a standard normal variable. */
const nodes = [
  [-2.856970013872806, 0.011257411327720691],
  [-1.355626179974266, 0.22207592200561266],
  [0, 0.5333333333333333],
  [1.355626179974266, 0.22207592200561266],
  [2.856970013872806, 0.011257411327720691],
] as const;

/** Distribution of a count within t where the pace of that time is the history's times a lognormal factor of mean 1 and standard
 *  deviation `spread` of its logarithm: rates wander (Fader, Hardie & Huang 2004), so that the time runs t × factor. */
export function wanderingDistribution(
  distributionAt: (t: number) => readonly number[],
  t: number,
  spread: number,
): readonly number[] {
  if (!(spread > 0)) return distributionAt(t);
  const mixed: number[] = [];
  for (const [z, weight] of nodes) {
    const told = distributionAt(t * Math.exp(spread * z - (spread * spread) / 2));
    for (let n = 0; n < told.length; n++) mixed[n] = (mixed[n] ?? 0) + weight * (told[n] ?? 0);
  }
  return mixed;
}

/** Histories at a cut with what followed within t: a column each, and how many customers each row stands for. */
export interface FollowedCounts {
  readonly rows: number;
  readonly distributionAt: (row: number, t: number) => readonly number[];
  readonly t: number;
  readonly came: Float64Array;
  readonly customers: Float64Array;
}

const spreads = [0.2, 0.35, 0.5, 0.7, 0.9] as const;
const leastChance = 1e-6;
/** Twice the gain of log-likelihood that is more than luck. */
const leastGain = 6;
/** Share inside 80 % limits below which they are too narrow; a few hundredths are luck. */
const leastInside = 0.76;

/** Log score of what came, and the share of it inside 80 % limits by the randomised transform in expectation. */
function judged(cuts: readonly FollowedCounts[], spread: number): { score: number; inside: number } {
  let [score, inside, all] = [0, 0, 0];
  for (const { rows, distributionAt, t, came, customers } of cuts) {
    for (let row = 0; row < rows; row++) {
      const told = wanderingDistribution((time) => distributionAt(row, time), t, spread);
      const [y, weight] = [came[row] ?? 0, customers[row] ?? 0];
      let below = 0;
      for (let n = 0; n < y && n < told.length; n++) below += told[n] ?? 0;
      const at = told[y] ?? 0;
      score += weight * Math.log(Math.max(leastChance, at));
      const held = Math.min(0.9, below + at) - Math.max(0.1, below);
      inside += weight * Math.max(0, Math.min(1, held / Math.max(leastChance, at)));
      all += weight;
    }
  }
  return { score, inside: all > 0 ? inside / all : 1 };
}

/** How far paces wander, by what followed earlier cuts: the spread under which it was least surprising. None where limits held about
 *  what they promise without it, or where the gain may be luck. */
export function paceSpread(cuts: readonly FollowedCounts[]): number {
  const steady = judged(cuts, 0);
  if (steady.inside >= leastInside) return 0;
  let best = { spread: 0, score: steady.score + leastGain / 2 };
  for (const spread of spreads) {
    const { score } = judged(cuts, spread);
    if (score > best.score) best = { spread, score };
    else if (best.spread > 0 || spread >= 0.5) break;
  }
  return best.spread;
}
