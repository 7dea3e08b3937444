import type { ColumnTable } from "../../shared/domain/column.ts";
import type { CalibrationBin, Evaluation } from "../../shared/domain/model.ts";
import { empiricalLimits, intervalScores } from "../numeric/interval-score.ts";
import { pitCoverage } from "../numeric/intervals.ts";
import {
  auc,
  aucDifference,
  type Measured,
  meanInterval,
  midRanks,
  pairedDifference,
  shareInterval,
} from "../numeric/scoring.ts";
import { gather, matchRows, numbers, texts } from "./tables.ts";

/** Fewer customers than this tell nothing of a model. */
export const leastCustomers = 20;

export interface Joined {
  readonly n: number;
  readonly numbers: (table: ColumnTable, name: string) => Float64Array;
  readonly texts: (table: ColumnTable, name: string) => (string | null)[];
}

/** The customers that all tables know, in the first one's order, and their columns; `keeps` leaves out rows of the first. */
export function join(
  first: ColumnTable,
  others: readonly ColumnTable[],
  keeps: (row: number) => boolean = () => true,
): Joined {
  const matched = others.map((other) => [other, matchRows(first, other)] as const);
  const kept: number[] = [];
  for (let row = 0; row < first.rows; row++) {
    if (keeps(row) && matched.every(([, rows]) => (rows[row] ?? -1) >= 0)) kept.push(row);
  }
  const rows = new Map(matched.map(([other, all]) => [other, Int32Array.from(kept, (row) => all[row] ?? -1)]));
  rows.set(first, Int32Array.from(kept));
  const rowsOf = (table: ColumnTable) => rows.get(table) ?? new Int32Array(kept.length).fill(-1);
  return {
    n: kept.length,
    numbers: (table, name) => gather(numbers(table, name), rowsOf(table)),
    texts: (table, name) => {
      const column = texts(table, name);
      return Array.from(rowsOf(table), (row) => column[row] ?? null);
    },
  };
}

interface Comparison {
  readonly metric: string;
  readonly own: Measured;
  readonly baseline: string;
  readonly naive: number;
  readonly n: number;
  readonly better: "higher" | "lower" | "nearer to 0";
  /** Values of each customer whose means are the metric, own and naive: their difference is told with an interval of its own. */
  readonly pairs?: { readonly own: Float64Array; readonly naive: Float64Array };
  /** The difference own less naive with its interval, where it isn't one of means. */
  readonly difference?: Measured;
}

/** What ranking by lot comes to; a rule of thumb that ranks worse is no measure to be held against. */
function byLot(metric: string): number {
  if (metric.startsWith("auc")) return 0.5;
  return metric.startsWith("spearman") ? 0 : Number.NEGATIVE_INFINITY;
}

/** A metric beside the naive baseline's on the same customers; beside ranking by lot where the baseline ranks worse than that. */
export function compare(comparison: Comparison): Evaluation {
  const { metric, own, baseline, n, better, pairs } = comparison;
  const lot = byLot(metric);
  if (comparison.naive < lot) {
    const advantage = { value: own.value - lot, low: own.low - lot, high: own.high - lot };
    const common = { baseline, baselineValue: comparison.naive, n, higherIsBetter: true };
    return { metric, ...own, ...common, beatsBaseline: own.value > lot, advantage };
  }
  const { naive } = comparison;
  const difference = comparison.difference ?? (pairs ? pairedDifference(pairs.own, pairs.naive) : undefined);
  const beats = {
    higher: own.value > naive,
    lower: own.value < naive,
    "nearer to 0": Math.abs(own.value) < Math.abs(naive),
  };
  const common = { baseline, baselineValue: naive, n };
  const sign = better === "higher" ? 1 : -1;
  return {
    metric,
    ...own,
    ...common,
    higherIsBetter: better === "higher",
    beatsBaseline: beats[better],
    advantage: advantageOf(own, naive, better),
    ...(difference && better !== "nearer to 0" ? { advantage: signed(difference, sign) } : {}),
  };
}

interface ComparedMeans {
  readonly metric: string;
  readonly baseline: string;
  /** Values of each customer, own and naive. */
  readonly own: ArrayLike<number>;
  readonly naive: ArrayLike<number>;
  readonly better: "higher" | "lower";
}

/** A metric that is a mean over customers beside the naive baseline's on the same ones; none where they are too few. */
export function compareMeans({ metric, baseline, own, naive, better }: ComparedMeans): Evaluation[] {
  if (own.length < leastCustomers) return [];
  const pairs = { own: Float64Array.from(own), naive: Float64Array.from(naive) };
  const n = own.length;
  return [
    compare({
      metric,
      baseline,
      own: meanInterval(pairs.own),
      naive: meanInterval(pairs.naive).value,
      n,
      better,
      pairs,
    }),
  ];
}

interface ComparedRanks {
  readonly metric: string;
  readonly baseline: string;
  /** Scores of each case, own and naive. */
  readonly own: Float64Array;
  readonly naive: Float64Array;
  readonly isPositive: readonly boolean[];
}

/** Areas under the ROC curve of two ways to rank the same cases, with the interval of their difference. */
export function compareRanks({ metric, baseline, own, naive, isPositive }: ComparedRanks): Evaluation {
  return compare({
    metric,
    baseline,
    own: auc(own, isPositive),
    naive: auc(naive, isPositive).value,
    difference: aucDifference(own, naive, isPositive),
    n: own.length,
    better: "higher",
  });
}

function signed({ value, low, high }: Measured, sign: 1 | -1): Measured {
  return sign === 1 ? { value, low, high } : { value: -value, low: -high, high: -low };
}

/** How much better than a baseline's value an interval is: positive is better. */
export function advantageOf({ value, low, high }: Measured, naive: number, better: Comparison["better"]): Measured {
  if (better === "higher") return { value: value - naive, low: low - naive, high: high - naive };
  if (better === "lower") return { value: naive - value, low: naive - high, high: naive - low };
  const [from, to] = [Math.abs(low), Math.abs(high)];
  const least = low <= 0 && high >= 0 ? 0 : Math.min(from, to);
  return {
    value: Math.abs(naive) - Math.abs(value),
    low: Math.abs(naive) - Math.max(from, to),
    high: Math.abs(naive) - least,
  };
}

/** Coverage of 80 % limits by the randomised transform; it is good within five points of what the limits promise. */
export function coverage(below: Float64Array, at: Float64Array, seed: number): Evaluation {
  const own = pitCoverage(below, at, seed);
  const isNear = Math.abs(own.value - 0.8) <= 0.05;
  const common = { baseline: "nominal", baselineValue: 0.8, n: below.length };
  return { metric: "coverage_80_pit", ...own, ...common, higherIsBetter: true, beatsBaseline: isNear };
}

interface JudgedLimits {
  readonly metric: string;
  /** The rule of thumb whose own outcomes are the yardstick, in words, and its values. */
  readonly rule: string;
  readonly forecast: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly actual: Float64Array;
}

/** The interval score of 80 % limits beside that of the rule of thumb's empirical limits, customer by customer; those without limits are
 *  left out of both. */
export function compareLimits({ metric, rule, forecast, low, high, actual }: JudgedLimits): Evaluation[] {
  const kept = [...actual.keys()].filter((at) => Number.isFinite(low[at]) && Number.isFinite(high[at]));
  const pick = (values: Float64Array) => Float64Array.from(kept, (at) => values[at] ?? Number.NaN);
  const naive = empiricalLimits(pick(forecast), pick(actual));
  return compareMeans({
    metric,
    baseline: `outcomes by fifths of ${rule}`,
    own: intervalScores(pick(low), pick(high), pick(actual)),
    naive: intervalScores(naive.low, naive.high, pick(actual)),
    better: "lower",
  });
}

const mostBins = 10;
const leastInBin = 20;

/** Up to ten groups of as many customers by what was predicted, equal predictions together. Outcomes that are all 0 or 1 get the
 *  interval of a share. */
export function calibrationBins(predicted: Float64Array, actual: Float64Array): CalibrationBin[] {
  const n = predicted.length;
  const bins = Math.min(mostBins, Math.floor(n / leastInBin));
  if (bins < 2) return [];
  const isChance = actual.every((value) => value === 0 || value === 1);
  const ranks = midRanks(predicted);
  const rows: number[][] = Array.from({ length: bins }, () => []);
  for (let at = 0; at < n; at++) rows[Math.min(bins - 1, Math.floor((((ranks[at] ?? 1) - 0.5) / n) * bins))]?.push(at);
  return rows
    .filter((own) => own.length > 0)
    .map((own) => {
      const seen = Float64Array.from(own, (at) => actual[at] ?? 0);
      const expected = own.reduce((sum, at) => sum + (predicted[at] ?? 0), 0) / own.length;
      return binOf(expected.toPrecision(2), expected, seen, isChance);
    });
}

/** One group's outcomes with their 95 % interval. */
export function binOf(label: string, expected: number | null, seen: Float64Array, isChance: boolean): CalibrationBin {
  const { value, low, high } = isChance ? shareInterval(seen) : meanInterval(seen);
  return { label, expected, actual: value, low, high, n: seen.length };
}

/** Evaluations that could be made: not those of metrics without a value on these customers. */
export function known(evaluations: readonly Evaluation[]): readonly Evaluation[] {
  return evaluations.filter(({ value, baselineValue }) => Number.isFinite(value) && Number.isFinite(baselineValue));
}
