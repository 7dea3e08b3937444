import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { Params } from "../../../shared/domain/params.ts";
import { type BoostedTrees, fitBoostedTrees, type TreeParams } from "../../numeric/boosted-trees.ts";
import { contributions } from "../../numeric/boosted-trees-contributions.ts";
import { sigmoid } from "../../numeric/boosted-trees-loss.ts";
import { predictMargins } from "../../numeric/boosted-trees-predict.ts";
import { fitPlatt, type Platt } from "../../numeric/platt.ts";
import { midRanks } from "../../numeric/scoring.ts";
import { fitReader } from "../fit-reader.ts";
import { pick } from "../learning.ts";
import { numbers } from "../tables.ts";
import { learnLags, type ReturnLags } from "./return-lags.ts";
import {
  learnColumns,
  type RiskColumns,
  type RiskScale,
  type ScoredColumns,
  scoreColumns,
  treeColumns,
} from "./return-risk-columns.ts";
import type { FactorName, SlopeName } from "./return-risk-effects.ts";
import { type DriverGroup, groupContributions } from "./return-risk-words.ts";

/** Lines of like risk among the newest ones, which no tree had seen: mean risk and share that came back. */
export interface RiskBin {
  readonly expected: number;
  readonly actual: number;
  readonly n: number;
}

export interface FittedRisk extends RiskScale {
  readonly trees: BoostedTrees;
  readonly platt: Platt;
  readonly isCalibrated: boolean;
  readonly lags: ReturnLags;
  readonly bins: readonly RiskBin[];
  /** Mean distance by which a group of columns moves a line's chance. */
  readonly importance: readonly { readonly driver: string; readonly effect: number }[];
  readonly n: number;
  readonly n_returned: number;
}

export const readRisk = fitReader<FittedRisk>("return_risk", {
  encodings: "object",
  mean: "number",
  inclination_weight: "number",
  effects: "object",
  usual_delivery: "object",
  trees: "object",
  platt: "object",
  isCalibrated: "flag",
  lags: "object",
  bins: "list",
  importance: "list",
  n: "number",
  n_returned: "number",
});

const leastToSplit = 400;
const leastOfEach = 5;
const explained = 3_000;
/** Trees on all lines for each that was best on three fifths of them. */
const more = 1.2;
const asIs: Platt = { slope: 1, offset: 0 };

/** Effects of all settled lines, and trees from there on. The number of trees and what corrects their chances come from the fourth
 *  fifth of the time, and whether it does from the newest: parts that trees grown on older lines haven't seen. */
export function fitRisk(
  table: ColumnTable,
  params: Params,
  seed: number,
  throwIfCancelled: () => void,
): FittedRisk | null {
  const target = numbers(table, "is_returned");
  const returned = target.reduce((sum, one) => sum + one, 0);
  if (returned < leastOfEach || target.length - returned < leastOfEach) return null;
  const { columns, offset, ofCategory: _, ...scale } = learnColumns(table, throwIfCancelled);
  const rules: Partial<TreeParams> = {
    trees: Number(params["trees"]),
    leaves: Number(params["leaves"]),
    learningRate: Number(params["learning_rate"]),
    minChildWeight: 8,
    l2: 10,
    columnShare: 0.5,
    seed,
  };
  const common = { throwIfCancelled };
  const parts = target.length >= leastToSplit ? byTime(numbers(table, "day")) : null;
  let size = Math.min(10, Number(params["trees"]));
  let [platt, isCalibrated, bins]: [Platt, boolean, RiskBin[]] = [asIs, false, []];
  if (parts) {
    const older = [...parts.grow, ...parts.stop];
    const of = (rows: readonly number[]) => ({
      columns: columns.map((one) => pick(one, rows)),
      target: pick(target, rows),
      offset: pick(offset, rows),
    });
    const isValidation = Uint8Array.from(older, (_, at) => (at >= parts.grow.length ? 1 : 0));
    const trial = fitBoostedTrees({ ...of(older), isValidation, ...common }, rules);
    const [stop, check] = [of(parts.stop), of(parts.check)];
    const isHelped = gainOf(check.offset, marginsOf(trial, check), check.target) > 1;
    const grown: BoostedTrees = isHelped ? trial : { ...trial, trees: [] };
    size = Math.min(Number(params["trees"]), Math.round(grown.trees.length * more));
    const found = fitPlatt(marginsOf(grown, stop), stop.target);
    const margins = marginsOf(grown, check);
    const corrected = margins.map((margin) => found.slope * margin + found.offset);
    isCalibrated = gainOf(margins, corrected, check.target) > 2;
    if (isCalibrated) platt = found;
    bins = binsOf(
      margins.map((margin) => chanceOf(margin, platt)),
      check.target,
    );
  }
  const trees = fitBoostedTrees({ columns, target, offset, ...common }, { ...rules, trees: size });
  const [day, back] = [numbers(table, "day"), numbers(table, "returned_on")];
  const lags = back.map((on, row) => on - (day[row] ?? 0));
  return {
    trees,
    ...scale,
    platt,
    isCalibrated,
    lags: learnLags(table, lags, numbers(table, "window_days")[0] ?? 30),
    bins,
    importance: importanceOf(trees, table, scale, platt),
    n: target.length,
    n_returned: returned,
  };
}

export function chanceOf(margin: number, { slope, offset }: Platt): number {
  return sigmoid(slope * margin + offset);
}

/** Whole days: three fifths to grow on and a fifth each; null where too few days part the lines. */
function byTime(days: Float64Array): Record<"grow" | "stop" | "check", number[]> | null {
  const sorted = days.slice().sort();
  const cut = (share: number) => sorted[Math.floor(share * sorted.length)] ?? 0;
  const [first, second] = [cut(0.6), cut(0.8)];
  const rows = Array.from(days.keys());
  const between = (low: number, high: number) =>
    rows.filter((row) => (days[row] ?? 0) >= low && (days[row] ?? 0) < high);
  const infinity = Number.POSITIVE_INFINITY;
  const parts = {
    grow: between(-infinity, first),
    stop: between(first, second),
    check: between(second, infinity),
  };
  return Object.values(parts).every(({ length }) => length >= leastToSplit / 10) ? parts : null;
}

/** How many standard errors less log loss one set of log odds has than another: what helped in one season by luck doesn't in the next. */
function gainOf(before: Float64Array, after: Float64Array, target: Float64Array): number {
  const lossOf = (margin: number, at: number) => Math.log1p(Math.exp(target[at] === 1 ? -margin : margin));
  const gains = before.map((margin, at) => lossOf(margin, at) - lossOf(after[at] ?? 0, at));
  const sum = gains.reduce((total, gain) => total + gain, 0);
  const mean = sum / Math.max(1, gains.length);
  return sum / Math.max(1e-300, Math.sqrt(gains.reduce((total, gain) => total + (gain - mean) ** 2, 0)));
}

/** Up to ten groups of as many lines, equal chances together. */
function binsOf(chances: Float64Array, target: Float64Array): RiskBin[] {
  const count = Math.min(10, Math.floor(chances.length / 40));
  const ranks = midRanks(chances);
  const sums = Array.from({ length: count }, () => ({ expected: 0, actual: 0, n: 0 }));
  for (const at of Uint32Array.from(chances.keys()).sort((a, b) => (chances[a] ?? 0) - (chances[b] ?? 0))) {
    const own = sums[Math.min(count - 1, Math.floor((((ranks[at] ?? 1) - 0.5) / chances.length) * count))];
    if (!own) continue;
    own.expected += chances[at] ?? 0;
    own.actual += target[at] ?? 0;
    own.n++;
  }
  return sums
    .filter(({ n }) => n > 0)
    .map(({ expected, actual, n }) => ({ expected: expected / n, actual: actual / n, n }));
}

/** Over the newest lines. */
function importanceOf(
  trees: BoostedTrees,
  table: ColumnTable,
  scale: RiskScale,
  { slope, offset }: Platt,
): { driver: string; effect: number }[] {
  const columns = Object.entries(table.columns).map(([name, values]) => [name, values.slice(-explained)]);
  const newest: ColumnTable = { rows: Math.min(table.rows, explained), columns: Object.fromEntries(columns) };
  const given = scoreColumns(newest, scale);
  const margins = marginsOf(trees, given);
  const groups = [...groupedEffects(trees, given)].map(([driver, sums]) => {
    const moved = sums.map((sum, row) => {
      const margin = slope * (margins[row] ?? 0) + offset;
      return Math.abs(sigmoid(margin) - sigmoid(margin - slope * sum));
    });
    return { driver, effect: moved.reduce((sum, one) => sum + one, 0) / Math.max(1, moved.length) };
  });
  return groups.filter(({ effect }) => effect > 0).sort((a, b) => b.effect - a.effect);
}

export function marginsOf(
  trees: BoostedTrees,
  { columns, offset }: Pick<RiskColumns, "columns" | "offset">,
): Float64Array {
  return predictMargins(trees, columns).map((margin, row) => margin + (offset[row] ?? 0));
}

/** What each group of columns adds to the margin: effects, and Shapley values of the trees; what the trees make of the effects' sum
 *  is shared out as the effects are. */
export function groupedEffects(trees: BoostedTrees, given: ScoredColumns): Map<DriverGroup, Float64Array> {
  const n = given.offset.length;
  const { values } = contributions(trees, given.columns);
  const ofTrees = groupContributions(n, (name) => values[treeColumns.indexOf(name)]);
  const ofEffects = groupContributions(n, (name) => given.moved.get(name as FactorName | SlopeName));
  const ofSum = values[treeColumns.indexOf("margin")] ?? new Float64Array(n);
  const size = ofSum.map((_, row) => [...ofEffects.values()].reduce((sum, one) => sum + Math.abs(one[row] ?? 0), 0));
  return new Map(
    [...ofTrees].map(([group, sums]) => {
      const own = ofEffects.get(group) ?? new Float64Array(n);
      const shared = own.map((effect, row) => ((size[row] ?? 0) > 0 ? Math.abs(effect) / (size[row] ?? 1) : 0));
      return [group, sums.map((sum, row) => sum + (own[row] ?? 0) + (shared[row] ?? 0) * (ofSum[row] ?? 0))];
    }),
  );
}
