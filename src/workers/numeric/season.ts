import { cholesky, solveCholesky } from "./linear-solve.ts";

/** Logarithm of a shop's pace through the year: Σ cosine·cos(kφ) + sine·sin(kφ) with φ = 2π · day / 365.25, k from 1 on. */
export interface Harmonic {
  readonly cosine: number;
  readonly sine: number;
}

export interface SeenWeek {
  /** Middle of the week, days since 1970. */
  readonly day: number;
  readonly seen: number;
  /** What a model without seasons expects of it. */
  readonly expected: number;
}

const orders = 4;
/** Standard deviation of a first harmonic and of a year's drift, in logarithms; that of the k-th is by √k less. */
const harmonicSd = 0.3;
const driftSd = 0.15;
/** How much a year differs from the others, over how much seasons do: variances. */
const betweenYears = 0.25;
const leastWeeks = 65;
const leastExpected = 5;
const leastSeen = 200;
const yearDays = 365.25;

const phaseOf = (day: number) => (2 * Math.PI * day) / yearDays;
const angles = (day: number) =>
  Array.from({ length: orders }, (_, k) => (k + 1) * phaseOf(day)).flatMap((angle) => [
    Math.cos(angle),
    Math.sin(angle),
  ]);

/** The pace of the year in weekly counts over what is expected without one: a ridge regression of log ratios on harmonics beside a level
 *  and a drift (Harvey 1989), its noise that of counts and of weeks, wider by their autocorrelation, drawn to none by how few years were
 *  seen. None where there is little more than a year, or too little was bought. */
export function fitHarmonics(weeks: readonly SeenWeek[]): readonly Harmonic[] {
  const kept = weeks.filter(({ expected }) => expected > leastExpected).sort((a, b) => a.day - b.day);
  const total = kept.reduce((sum, { seen }) => sum + seen, 0);
  if (kept.length < leastWeeks || total < leastSeen) return [];
  const last = kept.at(-1)?.day ?? 0;
  const rows = kept.map(({ day }) => [1, (day - last) / yearDays, ...angles(day)]);
  const target = kept.map(({ seen, expected }) => Math.log((seen + 0.5) / (expected + 0.5)));
  const noise = kept.map(({ expected }) => 1 / expected);
  const precision = [
    1e-6,
    1 / driftSd ** 2,
    ...Array.from({ length: 2 * orders }, (_, at) => (1 + Math.floor(at / 2)) / harmonicSd ** 2),
  ];
  let [spread, inflation] = [0.01, 1];
  let found: Float64Array = new Float64Array(precision.length);
  for (let round = 0; round < 5; round++) {
    const weights = noise.map((own) => 1 / (own + spread));
    found = ridge(
      rows,
      target,
      weights.map((weight) => weight / inflation),
      precision,
    );
    const rest = target.map((one, at) => one - dot(rows[at] ?? [], found));
    inflation = inflationOf(rest);
    const excess = rest.reduce((sum, one, at) => sum + (weights[at] ?? 0) * (one * one - (noise[at] ?? 0)), 0);
    spread = Math.max(1e-4, excess / weights.reduce((sum, weight) => sum + weight, 0));
  }
  const drawn = 1 / (1 + (betweenYears * yearDays) / (7 * kept.length));
  return Array.from({ length: orders }, (_, k) => ({
    cosine: drawn * (found[2 + 2 * k] ?? 0),
    sine: drawn * (found[3 + 2 * k] ?? 0),
  }));
}

function dot(row: readonly number[], by: Float64Array): number {
  return row.reduce((sum, one, at) => sum + one * (by[at] ?? 0), 0);
}

function ridge(
  rows: readonly (readonly number[])[],
  target: readonly number[],
  weights: readonly number[],
  precision: readonly number[],
): Float64Array {
  const n = precision.length;
  const matrix = precision.map((own, at) => {
    const row = new Float64Array(n);
    row[at] = own;
    return row;
  });
  const side = new Float64Array(n);
  for (const [at, row] of rows.entries()) {
    const weight = weights[at] ?? 0;
    for (let i = 0; i < n; i++) {
      side[i] = (side[i] ?? 0) + weight * (row[i] ?? 0) * (target[at] ?? 0);
      const own = matrix[i] as Float64Array;
      for (let j = 0; j < n; j++) own[j] = (own[j] ?? 0) + weight * (row[i] ?? 0) * (row[j] ?? 0);
    }
  }
  return solveCholesky(cholesky(matrix), side);
}

/** How many weeks are worth one independent week: (1 + ρ) / (1 − ρ), ρ the correlation of neighbours. */
function inflationOf(rest: readonly number[]): number {
  const squares = rest.reduce((sum, one) => sum + one * one, 0);
  const products = rest.slice(1).reduce((sum, one, at) => sum + one * (rest[at] ?? 0), 0);
  const correlation = squares > 0 ? Math.min(0.9, Math.max(0, products / squares)) : 0;
  return (1 + correlation) / (1 - correlation);
}

const cycle = 1461;

/** Days on the shop's own clock, which runs faster in season: as many as days in the mean of years. Fader & Hardie's models hold on it
 *  where all customers share the season (a time change of a Poisson process, Çinlar 1975). */
export function createClock(harmonics: readonly Harmonic[]): (day: number) => number {
  const pace = Float64Array.from({ length: cycle }, (_, day) =>
    Math.exp(
      harmonics.reduce((sum, { cosine, sine }, k) => {
        const angle = (k + 1) * phaseOf(day);
        return sum + cosine * Math.cos(angle) + sine * Math.sin(angle);
      }, 0),
    ),
  );
  const mean = pace.reduce((sum, one) => sum + one, 0) / cycle;
  const until = new Float64Array(cycle + 1);
  for (let day = 0; day < cycle; day++) until[day + 1] = (until[day] ?? 0) + (pace[day] ?? 0) / mean;
  return (day) => {
    const cycles = Math.floor(day / cycle);
    const place = day - cycles * cycle;
    const at = Math.floor(place);
    const [from = 0, to = from] = [until[at], until[at + 1]];
    return cycles * cycle + from + (place - at) * (to - from);
  };
}
