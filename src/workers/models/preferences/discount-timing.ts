import { normalCdf, normalQuantile } from "../../numeric/distributions.ts";
import { type Grid, gridSize, type Lines, type Stratum, type Timing, total } from "./discount-scale.ts";

const untimed: Timing = { pull: 0, worth: 1 };

/** Least ratio of the pull to its standard error: less may be chance. */
const leastRatio = 3;

/** Exposures of the strata, centred and scaled over all visits, with the share of visits that each has. */
function standardised(strata: readonly Pick<Stratum, "exposure" | "visits">[]): { x: number[]; share: number[] } {
  const all = strata.reduce((sum, { visits }) => sum + visits, 0);
  const share = strata.map(({ visits }) => visits / Math.max(1, all));
  const mean = strata.reduce((sum, { exposure }, j) => sum + exposure * (share[j] ?? 0), 0);
  const variance = strata.reduce((sum, { exposure }, j) => sum + (share[j] ?? 0) * (exposure - mean) ** 2, 0);
  const scale = variance > 0 ? 1 / Math.sqrt(variance) : 0;
  return { x: strata.map(({ exposure }) => (exposure - mean) * scale), share };
}

const places = Float64Array.from({ length: gridSize }, (_, at) => normalQuantile((at + 0.5) / gridSize));

/** Log of how much likelier a visit at each step of the scale falls into each stratum than anybody's does. */
function timingOf(strata: readonly Pick<Stratum, "exposure" | "visits">[], { pull, worth }: Timing): Float64Array[] {
  const { x, share } = standardised(strata);
  const whole = places.map((z) =>
    Math.log(x.reduce((sum, at, j) => sum + (share[j] ?? 0) * Math.exp(pull * at * z), 0)),
  );
  return x.map((at) => places.map((z, step) => worth * (pull * at * z - (whole[step] ?? 0))));
}

/** Whether those who choose what is reduced also come when more is: a logit of the strata of visits (McFadden 1974) on the place that
 *  the chosen lines alone tell, as its posterior mean, so that what isn't known of it doesn't flatten the slope (regression calibration,
 *  Carroll et al. 2006). That visits of one customer fall together for other reasons makes each worth less (design effect). No pull
 *  where it can't be told from chance, by the robust standard error of its score (White 1982). */
export function fitTiming(
  strata: readonly Stratum[],
  customers: readonly Lines[],
  posterior: (lines: Lines) => Float64Array,
): Timing {
  const { x, share } = standardised(strata);
  const met = new Float64Array(gridSize);
  let [sum, squares, pairs, both, visits] = [0, 0, 0, 0, 0];
  for (const own of customers) {
    const n = total(own.visits);
    if (n === 0) continue;
    const weights = posterior(own);
    const [place, deep] = [
      weights.reduce((all, weight, g) => all + weight * (places[g] ?? 0), 0),
      own.visits.reduce((all, k, j) => all + k * (x[j] ?? 0), 0),
    ];
    const step = Math.min(gridSize - 1, Math.floor(gridSize * normalCdf(place)));
    met[step] = (met[step] ?? 0) + n;
    sum += place * deep;
    squares += (place * deep) ** 2;
    both += deep ** 2 - own.visits.reduce((all, k, j) => all + k * (x[j] ?? 0) ** 2, 0);
    pairs += n * (n - 1);
    visits += n;
  }
  if (!(sum > leastRatio * Math.sqrt(squares))) return untimed;
  let pull = 0;
  for (let round = 0; round < 50; round++) {
    let [slope, curvature] = [sum, 0];
    for (const [g, z] of places.entries()) {
      const odds = x.map((at, j) => (share[j] ?? 0) * Math.exp(pull * at * z));
      const all = odds.reduce((a, b) => a + b, 0);
      const mean = odds.reduce((a, one, j) => a + (one * (x[j] ?? 0)) / all, 0);
      const spread = odds.reduce((a, one, j) => a + (one * ((x[j] ?? 0) - mean) ** 2) / all, 0);
      slope -= (met[g] ?? 0) * z * mean;
      curvature += (met[g] ?? 0) * z * z * spread;
    }
    if (!(curvature > 0)) break;
    const step = Math.max(-0.5, Math.min(0.5, slope / curvature));
    pull = Math.min(3, Math.max(0, pull + step));
    if (Math.abs(step) < 1e-9) break;
  }
  const together = pairs > 0 ? Math.min(1, Math.max(0, both / pairs - pull ** 2)) : 0;
  return { pull, worth: 1 / (1 + (together * pairs) / Math.max(1, visits)) };
}

/** The grid with what the days of visits tell of the place. */
export function withTiming(grid: Grid, strata: readonly Stratum[], timing: Timing): Grid {
  return timing.pull > 0 ? { ...grid, timing: timingOf(strata, timing) } : grid;
}
