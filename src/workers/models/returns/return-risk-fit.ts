import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { Params } from "../../../shared/domain/params.ts";
import { type BoostedTrees, fitBoostedTrees, type TreeParams } from "../../numeric/boosted-trees.ts";
import { contributions } from "../../numeric/boosted-trees-contributions.ts";
import { sigmoid } from "../../numeric/boosted-trees-loss.ts";
import { predictMargins } from "../../numeric/boosted-trees-predict.ts";
import { fitPlatt, type Platt } from "../../numeric/platt.ts";
import { midRanks } from "../../numeric/scoring.ts";
import { pick } from "../learning.ts";
import { numbers } from "../tables.ts";
import { type LagShares, lagShares } from "./return-lags.ts";
import { learnColumns, logit, type RiskColumns, type RiskScale } from "./return-risk-columns.ts";
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
  readonly lags: LagShares;
  readonly bins: readonly RiskBin[];
  /** Mean distance by which a group of columns moves a line's chance. */
  readonly importance: readonly { readonly driver: string; readonly effect: number }[];
  readonly n: number;
  readonly n_returned: number;
}

const leastToSplit = 400;
const leastOfEach = 5;
const explained = 3_000;
const asIs: Platt = { slope: 1, offset: 0 };

/** Trees on all settled lines, from the category's rate and the customer's inclination on. Their number comes from the third fifth of the time, what corrects their chances from the fourth,
 *  and whether it does from the newest: parts that trees grown on older lines alone haven't seen. */
export function fitRisk(
  table: ColumnTable,
  params: Params,
  seed: number,
  throwIfCancelled: () => void,
): FittedRisk | null {
  const target = numbers(table, "is_returned");
  const returned = target.reduce((sum, one) => sum + one, 0);
  if (returned < leastOfEach || target.length - returned < leastOfEach) return null;
  const { encodings, mean, weight, ...learned } = learnColumns(table);
  const { columns, offset } = learned;
  const rules: Partial<TreeParams> = {
    trees: Number(params["trees"]),
    leaves: Number(params["leaves"]),
    learningRate: Number(params["learning_rate"]),
    minChildWeight: 8,
    l2: 10,
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
    size = trial.trees.length;
    const [correct, check] = [of(parts.correct), of(parts.check)];
    const found = fitPlatt(marginsOf(trial, correct), correct.target);
    const margins = marginsOf(trial, check);
    isCalibrated = lossOf(margins, check.target, found) < lossOf(margins, check.target, asIs);
    if (isCalibrated) platt = found;
    bins = binsOf(
      margins.map((margin) => chanceOf(margin, platt)),
      check.target,
    );
  }
  const trees = fitBoostedTrees({ columns, target, offset, ...common }, { ...rules, trees: size });
  const [day, back] = [numbers(table, "day"), numbers(table, "returned_on")];
  const lags = Array.from(back, (on, row) => on - (day[row] ?? 0)).filter(Number.isFinite);
  return {
    trees,
    encodings,
    mean,
    inclination_weight: weight,
    platt,
    isCalibrated,
    lags: lagShares(lags, numbers(table, "window_days")[0] ?? 30),
    bins,
    importance: importanceOf(trees, learned, mean, platt),
    n: target.length,
    n_returned: returned,
  };
}

export function chanceOf(margin: number, { slope, offset }: Platt): number {
  return sigmoid(slope * margin + offset);
}

/** Whole days: two fifths to grow on and a fifth each; null where too few days part the lines. */
function byTime(days: Float64Array): Record<"grow" | "stop" | "correct" | "check", number[]> | null {
  const sorted = days.slice().sort();
  const cut = (share: number) => sorted[Math.floor(share * sorted.length)] ?? 0;
  const [first, second, third] = [cut(0.4), cut(0.6), cut(0.8)];
  const rows = Array.from(days.keys());
  const between = (low: number, high: number) =>
    rows.filter((row) => (days[row] ?? 0) >= low && (days[row] ?? 0) < high);
  const infinity = Number.POSITIVE_INFINITY;
  const parts = {
    grow: between(-infinity, first),
    stop: between(first, second),
    correct: between(second, third),
    check: between(third, infinity),
  };
  return Object.values(parts).every(({ length }) => length >= leastToSplit / 10) ? parts : null;
}

function lossOf(margins: Float64Array, target: Float64Array, platt: Platt): number {
  return margins.reduce((sum, margin, at) => {
    const p = Math.min(1 - 1e-9, Math.max(1e-9, chanceOf(margin, platt)));
    return sum - Math.log(target[at] === 1 ? p : 1 - p);
  }, 0);
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
  all: RiskColumns,
  mean: number,
  { slope, offset }: Platt,
): { driver: string; effect: number }[] {
  const some = {
    columns: all.columns.map((column) => column.slice(-explained)),
    ofCategory: all.ofCategory.slice(-explained),
    offset: all.offset.slice(-explained),
  };
  const margins = marginsOf(trees, some);
  const groups = [...groupedEffects(trees, some, mean)].map(([driver, sums]) => {
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

/** What each group of columns adds to the margin: Shapley values of the trees, and the parts of where they start from. */
export function groupedEffects(trees: BoostedTrees, given: RiskColumns, mean: number): Map<DriverGroup, Float64Array> {
  const groups = groupContributions(contributions(trees, given.columns).values);
  const start = logit(mean);
  const { ofCategory, offset } = given;
  const add = (group: DriverGroup, more: (row: number) => number) =>
    groups.set(
      group,
      Float64Array.from(groups.get(group) ?? [], (own, row) => own + more(row)),
    );
  add("category", (row) => (ofCategory[row] ?? 0) - start);
  add("history", (row) => (offset[row] ?? 0) - (ofCategory[row] ?? 0));
  return groups;
}
