import type { ColumnTable } from "../../../shared/domain/column.ts";
import { conformalFactor } from "../../numeric/interval-score.ts";
import { type ActivityParams, activity, fitActivity } from "../../numeric/shifted-beta-geometric.ts";
import { fitReader } from "../fit-reader.ts";
import { numbers } from "../tables.ts";

/** Buyers of a cohort in a month; months count from 1970-01. */
export interface Cell {
  readonly month: number;
  /** Months since the first purchase. */
  readonly age: number;
  readonly customers: number;
  readonly buyers: number;
}

/** As JSON holds it. */
export interface FittedRetention {
  readonly params: ActivityParams;
  readonly converged: boolean;
  readonly iterations: number;
  /** Cohorts' levels about the common curve, by month. */
  readonly levels: Readonly<Record<string, number>>;
  /** Index of each calendar month; ones without two years of history. */
  readonly season: readonly number[];
  /** Relative variance of a month's rate about its expectation, beyond that of the count. */
  readonly spread: number;
  /** What limits are widened by, so that eight in ten of the months that earlier curves foretold lie inside. */
  readonly widen: number;
  readonly n_cohorts: number;
  readonly n_months: number;
}

export const readRetention = fitReader<FittedRetention>("cohort_retention", {
  params: "object",
  converged: "flag",
  iterations: "number",
  levels: "object",
  season: "list",
  spread: "number",
  widen: "number",
  n_cohorts: "number",
  n_months: "number",
});

/** Month of a day, both since 1970. */
export function monthOf(day: number): number {
  const at = new Date(day * 86_400_000);
  return (at.getUTCFullYear() - 1970) * 12 + at.getUTCMonth();
}

/** First day of a month. */
export function dayOf(month: number): number {
  return Date.UTC(1970 + Math.floor(month / 12), ((month % 12) + 12) % 12, 1) / 86_400_000;
}

/** Cells of ages from 0 on, whole months up to the day; an age without buyers is a cell with none. In order of month and age. */
export function cellsOf(table: ColumnTable, asOf: number): Cell[] {
  const present = Number.isFinite(asOf) ? monthOf(asOf + 1) : Number.POSITIVE_INFINITY;
  const [day, age, customers, buyers] = ["month", "age", "customers", "buyers"].map((name) => numbers(table, name));
  const cohorts = new Map<number, Map<number, Cell>>();
  for (let row = 0; row < table.rows; row++) {
    const month = monthOf(day?.[row] ?? 0);
    const own = cohorts.get(month) ?? new Map<number, Cell>();
    const at = age?.[row] ?? 0;
    own.set(at, { month, age: at, customers: customers?.[row] ?? 0, buyers: buyers?.[row] ?? 0 });
    cohorts.set(month, own);
  }
  return [...cohorts]
    .sort(([a], [b]) => a - b)
    .flatMap(([month, own]) => {
      const [some] = own.values();
      if (!Number.isFinite(present)) return [...own.values()].sort((a, b) => a.age - b.age);
      const ages = Math.max(1, present - month);
      return Array.from({ length: ages }, (_, at) => {
        return own.get(at) ?? { month, age: at, customers: some?.customers ?? 0, buyers: 0 };
      });
    });
}

const leastCells = 6;
const seasonFrom = 24;

const heldBack = [3, 6, 9] as const;
const judgedMonths = 3;

/** The common curve, cohorts' levels and the calendar, with the spread about all three: that of the last year's cells or, where it is
 *  greater, that of three months which curves without them foretold. Null where too little has been seen. */
export function fitRetention(all: readonly Cell[]): FittedRetention | null {
  const fitted = fitCurve(all);
  if (!fitted) return null;
  const last = Math.max(...all.map(({ month, age }) => month + age));
  let [excess, squares] = [0, 0];
  const foretold: { earlier: FittedRetention; cell: Cell; ahead: number }[] = [];
  for (const months of heldBack) {
    const until = last - months;
    const earlier = fitCurve(all.filter(({ month, age }) => month + age <= until));
    if (!earlier) continue;
    const judged = all.filter(({ month, age, customers }) => {
      return age >= 1 && customers > 0 && month < until && month + age > until && month + age <= until + judgedMonths;
    });
    const own = momentsOf(earlier, judged);
    excess += own.excess;
    squares += own.squares;
    for (const cell of judged) foretold.push({ earlier, cell, ahead: cell.month + cell.age - until });
  }
  const ahead = squares > 0 ? excess / squares / (1 + judgedMonths / 24) : 0;
  const spread = Math.max(fitted.spread, ahead);
  const misses = foretold.map(({ earlier, cell: { month, age, customers, buyers }, ahead: months }) => {
    const mean = rateOf(earlier, month, age);
    return Math.abs(buyers / customers - mean) / Math.sqrt(spreadOf({ spread, widen: 1 }, customers, mean, months));
  });
  return { ...fitted, spread, widen: conformalFactor(misses.filter(Number.isFinite)) };
}

function fitCurve(all: readonly Cell[]): FittedRetention | null {
  const cells = all.filter(({ age, customers }) => age >= 1 && customers > 0);
  const buyers = cells.reduce((sum, cell) => sum + cell.buyers, 0);
  if (cells.length < leastCells || buyers < 20) return null;
  const byAge = new Map<number, { customers: number; buyers: number }>();
  for (const { age, customers, buyers: own } of cells) {
    const sum = byAge.get(age) ?? { customers: 0, buyers: 0 };
    byAge.set(age, { customers: sum.customers + customers, buyers: sum.buyers + own });
  }
  const { params, converged, iterations } = fitActivity([...byAge].map(([age, sum]) => ({ age, ...sum })));
  const months = new Set(cells.map(({ month, age }) => month + age));
  const base = {
    params,
    converged,
    iterations,
    n_cohorts: new Set(cells.map(({ month }) => month)).size,
    n_months: months.size,
  };
  let fitted: FittedRetention = { ...base, levels: {}, season: new Array(12).fill(1), spread: 0, widen: 1 };
  for (let round = 0; round < 3; round++) {
    fitted = { ...fitted, levels: levelsOf(fitted, cells) };
    if (months.size >= seasonFrom) fitted = { ...fitted, season: seasonOf(fitted, cells) };
  }
  return { ...fitted, spread: spreadSeen(fitted, cells) };
}

/** Rate of a cohort at an age, from 0 to 1. */
export function rateOf(fitted: FittedRetention, month: number, age: number): number {
  const level = fitted.levels[String(month)] ?? 1;
  const index = fitted.season[(((month + age) % 12) + 12) % 12] ?? 1;
  return Math.min(1, activity(fitted.params, age) * level * index);
}

/** Variance of a month's rate so many months ahead. */
export function spreadOf(
  { spread, widen }: Pick<FittedRetention, "spread" | "widen">,
  customers: number,
  mean: number,
  ahead: number,
): number {
  return widen ** 2 * ((mean * (1 - mean)) / Math.max(1, customers) + spread * (1 + ahead / 12) * mean * mean);
}

/** Ratios of seen to expected buyers, drawn to 1 by the weight that their own spread suggests (gamma-Poisson, by moments). */
function shrunkRatios(groups: ReadonlyMap<number, { seen: number; expected: number }>): Map<number, number> {
  const kept = [...groups].filter(([, { expected }]) => expected > 0).sort(([a], [b]) => a - b);
  const total = kept.reduce((sum, [, { expected }]) => sum + expected, 0);
  const excess = kept.reduce((sum, [, { seen, expected }]) => sum + (seen - expected) ** 2 / expected - 1, 0);
  const variance = Math.max(1e-4, excess / Math.max(1e-9, total));
  return new Map(kept.map(([key, { seen, expected }]) => [key, (seen + 1 / variance) / (expected + 1 / variance)]));
}

function grouped(cells: readonly Cell[], keyOf: (cell: Cell) => number, expected: (cell: Cell) => number) {
  const groups = new Map<number, { seen: number; expected: number }>();
  for (const cell of cells) {
    const own = groups.get(keyOf(cell)) ?? { seen: 0, expected: 0 };
    groups.set(keyOf(cell), { seen: own.seen + cell.buyers, expected: own.expected + cell.customers * expected(cell) });
  }
  return groups;
}

/** Levels by the last year of each cohort: what it does now matters more than how it began. */
function levelsOf(fitted: FittedRetention, cells: readonly Cell[]): Record<string, number> {
  const last = Math.max(...cells.map(({ month, age }) => month + age));
  const recent = cells.filter(({ month, age }) => month + age > last - 12);
  const plain = { ...fitted, levels: {} };
  const ratios = shrunkRatios(
    grouped(
      recent,
      ({ month }) => month,
      ({ month, age }) => rateOf(plain, month, age),
    ),
  );
  return Object.fromEntries([...ratios].map(([month, ratio]) => [String(month), ratio]));
}

function seasonOf(fitted: FittedRetention, cells: readonly Cell[]): number[] {
  const plain = { ...fitted, season: new Array(12).fill(1) };
  const keyOf = ({ month, age }: Cell) => (((month + age) % 12) + 12) % 12;
  const ratios = shrunkRatios(grouped(cells, keyOf, ({ month, age }) => rateOf(plain, month, age)));
  return Array.from({ length: 12 }, (_, at) => ratios.get(at) ?? 1);
}

/** Relative variance that the last year's cells show beyond the count's, by moments. */
function spreadSeen(fitted: FittedRetention, cells: readonly Cell[]): number {
  const last = Math.max(...cells.map(({ month, age }) => month + age));
  const { excess, squares } = momentsOf(
    fitted,
    cells.filter(({ month, age }) => month + age > last - 12),
  );
  return squares > 0 ? Math.max(1e-4, excess / squares) : 0.04;
}

function momentsOf(fitted: FittedRetention, cells: readonly Cell[]): { excess: number; squares: number } {
  let [excess, squares] = [0, 0];
  for (const { month, age, customers, buyers } of cells) {
    const rate = rateOf(fitted, month, age);
    const expected = customers * rate;
    excess += (buyers - expected) ** 2 - expected * (1 - rate);
    squares += expected * expected;
  }
  return { excess, squares };
}
