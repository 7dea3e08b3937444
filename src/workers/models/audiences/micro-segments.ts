import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { Evaluation, Tables } from "../../../shared/domain/model.ts";
import { adjustedRand, kMeans, type Matrix, nearest } from "../../numeric/k-means.ts";
import type { Measured } from "../../numeric/scoring.ts";
import { defineModel } from "../define.ts";
import { compare, compareMeans, known, leastCustomers } from "../evaluation.ts";
import { fitReader } from "../fit-reader.ts";
import { blank, gather, matchRows, numbers, requireTable, scoreTable, texts } from "../tables.ts";
import { nameClusters, traits } from "./micro-segment-words.ts";

interface FittedStage {
  readonly stage: string;
  /** Traits that vary in this stage, with what makes them comparable. */
  readonly names: readonly string[];
  readonly means: readonly number[];
  readonly deviations: readonly number[];
  readonly centres: readonly (readonly number[])[];
  readonly segments: readonly string[];
  readonly sizes: readonly number[];
  /** Adjusted Rand index of groupings learnt from halves with this one. */
  readonly stability: number;
  readonly n_customers: number;
}

export interface FittedSegments {
  readonly stages: readonly FittedStage[];
  readonly stability: number;
}

export const readSegments = fitReader<FittedSegments>("micro_segments", { stages: "list", stability: "number" });

const mostFitted = 3_000;
const leastInStage = 150;
const mostSegments = 6;
const leastShare = 0.04;
const furthest = 3;

/** Traits of every customer in order of the features' rows; NaN where a trait isn't known. */
function traitsOf(inputs: Tables): { columns: Map<string, Float64Array>; stages: (string | null)[] } {
  const features = requireTable(inputs, "features");
  const of = (name: string) => numbers(features, name);
  const from = (alias: string, name: string) => {
    const table = requireTable(inputs, alias);
    if (table.rows === 0) return blank(features.rows);
    return gather(numbers(table, name), matchRows(features, table));
  };
  const [frequency, revenue, year, season] = [
    "frequency",
    "revenue_minor",
    "purchases_365",
    "purchases_same_season",
  ].map(of);
  const log = (values: Float64Array | undefined) =>
    (values ?? new Float64Array(0)).map((value) => Math.log1p(Math.max(0, value)));
  const value = (revenue ?? new Float64Array(0)).map((sum, at) =>
    Math.log1p(Math.max(0, sum / ((frequency?.[at] ?? 0) + 1))),
  );
  const columns = new Map<string, Float64Array>([
    ["frequency", log(frequency)],
    ["order_value", value],
    ["discount", from("discount", "discount_affinity")],
    ["price", from("price", "price_percentile")],
    ["breadth", log(of("n_categories"))],
    ["returns", of("returned_share")],
    ["visits", log(of("visits_90"))],
    ["clicks", log(of("messages_clicked_90"))],
    [
      "season",
      (season ?? new Float64Array(0)).map((n, at) => ((year?.[at] ?? 0) > 1 ? n / (year?.[at] ?? 1) : Number.NaN)),
    ],
  ]);
  const stages = requireTable(inputs, "stages");
  const rows = matchRows(features, stages);
  const names = texts(stages, "lifecycle_stage");
  return { columns, stages: Array.from(rows, (row) => names[row] ?? null) };
}

interface Scale {
  readonly names: readonly string[];
  readonly means: readonly number[];
  readonly deviations: readonly number[];
}

function scaleOf(columns: ReadonlyMap<string, Float64Array>, rows: readonly number[]): Scale {
  const found = traits.flatMap(({ name }) => {
    const seen = Float64Array.from(rows, (row) => columns.get(name)?.[row] ?? Number.NaN)
      .filter(Number.isFinite)
      .sort();
    if (seen.length < 0.5 * rows.length) return [];
    const mean = seen.reduce((sum, value) => sum + value, 0) / seen.length;
    const deviation = Math.sqrt(seen.reduce((sum, value) => sum + (value - mean) ** 2, 0) / seen.length);
    return deviation > 1e-6 ? [{ name, mean, deviation }] : [];
  });
  return {
    names: found.map(({ name }) => name),
    means: found.map(({ mean }) => mean),
    deviations: found.map(({ deviation }) => deviation),
  };
}

/** Standard deviations from the stage's mean, three at most; what isn't known stands at the mean. */
function matrixOf(columns: ReadonlyMap<string, Float64Array>, rows: readonly number[], scale: Scale): Matrix {
  const width = scale.names.length;
  const values = new Float64Array(rows.length * width);
  for (const [k, name] of scale.names.entries()) {
    const column = columns.get(name);
    for (const [at, row] of rows.entries()) {
      const z = ((column?.[row] ?? Number.NaN) - (scale.means[k] ?? 0)) / (scale.deviations[k] ?? 1);
      values[at * width + k] = Number.isFinite(z) ? Math.min(furthest, Math.max(-furthest, z)) : 0;
    }
  }
  return { rows: rows.length, width, values };
}

/** Rows of a matrix by number. */
function rowsOf({ width, values }: Matrix, rows: readonly number[]): Matrix {
  const chosen = new Float64Array(rows.length * width);
  for (const [at, row] of rows.entries()) chosen.set(values.subarray(row * width, (row + 1) * width), at * width);
  return { rows: rows.length, width, values: chosen };
}

/** Rows in an order that only their values decide, at most so many of them, evenly spread. */
function ordered(matrix: Matrix): Matrix {
  const { width, values } = matrix;
  const order = Array.from({ length: matrix.rows }, (_, at) => at).sort((a, b) => {
    for (let k = 0; k < width; k++) {
      const difference = (values[a * width + k] ?? 0) - (values[b * width + k] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  });
  if (order.length <= mostFitted) return rowsOf(matrix, order);
  return rowsOf(
    matrix,
    Array.from({ length: mostFitted }, (_, at) => order[Math.floor((at * order.length) / mostFitted)] ?? 0),
  );
}

function labelsBy(matrix: Matrix, centres: Matrix): Int32Array {
  return Int32Array.from({ length: matrix.rows }, (_, row) => nearest(matrix, row, centres).label);
}

/** How far two groupings learnt from different halves agree on everybody. */
function stabilityOf(matrix: Matrix, k: number, seed: number): number {
  const halves = [0, 1].map((half) =>
    rowsOf(
      matrix,
      Array.from({ length: matrix.rows }, (_, at) => at).filter((at) => (at * 7919 + (at >> 3)) % 2 === half),
    ),
  );
  const [a, b] = halves.map((half, at) => labelsBy(matrix, kMeans(half, k, seed + at, 2).centres));
  return a && b ? adjustedRand(a, b) : 0;
}

function fitStage(
  stage: string,
  columns: ReadonlyMap<string, Float64Array>,
  rows: readonly number[],
  seed: number,
): FittedStage | null {
  const scale = scaleOf(columns, rows);
  if (rows.length < leastInStage || scale.names.length < 2) return null;
  const matrix = ordered(matrixOf(columns, rows, scale));
  let best: { k: number; stability: number } | undefined;
  for (let k = 2; k <= mostSegments; k++) {
    const stability = stabilityOf(matrix, k, seed);
    if (!best || stability > best.stability - 0.05 * (k - best.k)) best = { k, stability };
  }
  const { centres, labels } = kMeans(matrix, best?.k ?? 2, seed);
  const sizes = Array.from(
    { length: centres.rows },
    (_, at) => labels.filter((label) => label === at).length / matrix.rows,
  );
  const kept = sizes
    .flatMap((size, at) => (size >= leastShare ? [at] : []))
    .sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0) || a - b);
  const told = kept.map((at) =>
    Array.from(centres.values.subarray(at * centres.width, (at + 1) * centres.width), rounded),
  );
  return {
    stage,
    ...scale,
    centres: told,
    segments: nameClusters(stage, told, scale.names),
    sizes: kept.map((at) => rounded(sizes[at] ?? 0)),
    stability: rounded(best?.stability ?? 0),
    n_customers: rows.length,
  };
}

const rounded = (value: number) => Number(value.toPrecision(6));

function centresOf({ centres, names }: FittedStage): Matrix {
  return { rows: centres.length, width: names.length, values: Float64Array.from(centres.flat()) };
}

function rowsByStage(stages: readonly (string | null)[]): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const [row, stage] of stages.entries()) {
    if (stage === null) continue;
    const own = found.get(stage);
    if (own) own.push(row);
    else found.set(stage, [row]);
  }
  return found;
}

export const microSegments = defineModel({
  name: "micro_segments",
  version: 2,
  title: "Micro-segments",
  group: "audiences",
  inputs: {
    features: { feature: "customer_features" },
    stages: { scores: "lifecycle_stage" },
    price: { scores: "price_tier" },
    discount: { scores: "discount_affinity" },
  },
  params: {},
  outputs: [
    { name: "micro_segment", type: "VARCHAR" },
    { name: "micro_segment_fit", type: "DOUBLE", unit: "share" },
  ],
  card: {
    purpose: "Groups of customers who behave alike within their lifecycle stage, with names that say how.",
    method:
      "k-means within each lifecycle stage on standardised traits: how often, how much, reductions, price, breadth, returns, visits, clicks and season, as far as a source tells them. The number of groups is that which two halves of the stage agree on best (adjusted Rand index), more groups winning near ties; each is named by the traits in which it differs most from its stage. The fit is how much nearer the own group's centre is than the next one's, 0 to 1.",
    references: [
      "Lloyd (1982): Least squares quantization in PCM; Arthur & Vassilvitskii (2007): k-means++.",
      "Hubert & Arabie (1985): Comparing partitions, Journal of Classification 2.",
      "Ben-Hur, Elisseeff & Guyon (2002): A stability based method for discovering structure in clustered data.",
    ],
    assumptions: [
      "Customers of one stage differ in kind enough to be told apart.",
      "Traits count alike once standardised.",
    ],
    limits: [
      "Groups are drawn through a cloud, not found as islands: who lies between two has a fit near 0.",
      "A description, not a forecast: it has no limits. Names are relative to the stage.",
      `Stages of fewer than ${leastInStage} customers aren't grouped.`,
      "With a new fit groups may move or be named otherwise; the stability says how likely that is.",
    ],
    metrics: [
      "error of log revenue after the cut by the group's mean, learnt on one half of the customers and tried on the other, against the stage's mean",
      "stability: adjusted Rand index of groupings learnt from two halves of a stage, against chance",
    ],
  },
  fit: (inputs, _params, { seed, throwIfCancelled }): Json => {
    const { columns, stages } = traitsOf(inputs);
    const fitted = [...rowsByStage(stages)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([stage, rows]) => {
        throwIfCancelled();
        return fitStage(stage, columns, rows, seed) ?? [];
      });
    if (fitted.length === 0) return null;
    const all = fitted.reduce((sum, { n_customers }) => sum + n_customers, 0);
    const stability = fitted.reduce((sum, one) => sum + (one.stability * one.n_customers) / all, 0);
    return { stages: fitted, stability: rounded(stability) } as unknown as Json;
  },
  score: (inputs, json) => {
    const fitted = readSegments(json);
    const { columns, stages } = traitsOf(inputs);
    const features = requireTable(inputs, "features");
    const names = new Array<string | null>(features.rows).fill(null);
    const fit = blank(features.rows);
    for (const [stage, rows] of rowsByStage(stages)) {
      const own = fitted?.stages.find((one) => one.stage === stage);
      if (!own || own.centres.length === 0) continue;
      const matrix = matrixOf(columns, rows, own);
      const centres = centresOf(own);
      for (const [at, row] of rows.entries()) {
        const { label, first, second } = nearest(matrix, at, centres);
        names[row] = own.segments[label] ?? null;
        fit[row] = second > 0 && Number.isFinite(second) ? 1 - Math.sqrt(first / second) : 1;
      }
    }
    return scoreTable(
      texts(features, "customer_id").map((id) => id ?? ""),
      { micro_segment: names, micro_segment_fit: fit },
      {
        enough: Float64Array.from(names, (name) => (name ? 1 : 0)),
        reason: names.map((name) => (name ? null : "not_enough_data")),
      },
    );
  },
  evaluate: (inputs, scores, holdout, json) => {
    const fitted = readSegments(json);
    if (!fitted) return [];
    const { stages } = traitsOf(inputs);
    const features = requireTable(inputs, "features");
    const groups = texts(scores, "micro_segment");
    return known([
      ...spreadOf(features, stages, groups, holdout.outcomes),
      compare({
        metric: "stability",
        own: stabilityInterval(fitted),
        baseline: "chance",
        naive: 0,
        n: fitted.stages.reduce((sum, { n_customers }) => sum + n_customers, 0),
        better: "higher",
      }),
    ]);
  },
});

function stabilityInterval({ stages, stability }: FittedSegments): Measured {
  const all = stages.map((stage) => stage.stability);
  return { value: stability, low: Math.min(...all), high: Math.max(...all) };
}

/** Squared error of log revenue by means of groups and of stages, learnt from every other customer in order of revenue. */
function spreadOf(
  features: ColumnTable,
  stages: readonly (string | null)[],
  groups: readonly (string | null)[],
  outcomes: ColumnTable,
): Evaluation[] {
  const revenue = gather(numbers(outcomes, "revenue_minor"), matchRows(features, outcomes));
  const rows = Array.from(revenue.keys())
    .filter((row) => Number.isFinite(revenue[row]) && groups[row] != null)
    .sort((a, b) => (revenue[a] ?? 0) - (revenue[b] ?? 0) || ((groups[a] ?? "") < (groups[b] ?? "") ? -1 : 1));
  if (rows.length < 2 * leastCustomers) return [];
  const logRevenue = (row: number) => Math.log1p(Math.max(0, revenue[row] ?? 0));
  const learnt = rows.filter((_, at) => at % 2 === 0);
  const tried = rows.filter((_, at) => at % 2 === 1);
  const meansBy = (of: readonly (string | null)[]) => {
    const sums = new Map<string, { n: number; sum: number }>();
    for (const row of learnt) {
      const own = sums.get(of[row] ?? "") ?? { n: 0, sum: 0 };
      sums.set(of[row] ?? "", { n: own.n + 1, sum: own.sum + logRevenue(row) });
    }
    return (row: number) => {
      const own = sums.get(of[row] ?? "");
      return own ? own.sum / own.n : 0;
    };
  };
  const errors = (mean: (row: number) => number) =>
    Float64Array.from(tried, (row) => (logRevenue(row) - mean(row)) ** 2);
  return compareMeans({
    metric: "mse_log_revenue",
    baseline: "the stage's mean",
    own: errors(meansBy(groups)),
    naive: errors(meansBy(stages)),
    better: "lower",
  });
}
