import type { ColumnTable, ColumnValues } from "../../../shared/domain/column.ts";
import { type MethodTrial, naiveName, popularName } from "../../../shared/domain/tournament.ts";
import { meanInterval } from "../../numeric/scoring.ts";
import { leastCustomers } from "../evaluation.ts";
import { numbers, texts } from "../tables.ts";
import { lossOf, trialOf } from "../tournament/targets.ts";
import { fitPulls } from "./choice-pulls.ts";
import { draw } from "./next-basket-rank.ts";
import { choosersOf, chosenAfter, createRanking, type FittedShares, fitShares, weighed } from "./shares.ts";

export const categoryMethods = ["shrunk", "recent", "together"] as const;
export type CategoryMethod = (typeof categoryMethods)[number];

export const categoryColumns = { choice: "category", count: "n_lines" };
/** Products of no known category stand as one called "all" in what followed a cut. */
export const unknownCategory = "all";
const halfLife = 180;

/** Lines as a fit counts them on a day (days since 1970). */
export function countsFor(
  fitted: Pick<FittedShares, "half_life"> | null,
  table: ColumnTable,
  asOf: number,
): ColumnTable {
  const half = fitted?.half_life;
  if (half === undefined || table.rows === 0) return table;
  const last = numbers(table, "last_on");
  const n_lines = numbers(table, "n_lines").map((n, at) => weighed(n, asOf - (last[at] ?? asOf), half));
  return { rows: table.rows, columns: { ...table.columns, n_lines } };
}

/** Whether counts lose weight from day to day. */
export function isAged(fitted: Pick<FittedShares, "half_life"> | null): boolean {
  return fitted?.half_life !== undefined;
}

/** The day of a table where nobody says it: that of the latest purchase. */
export function latestDay(table: ColumnTable): number {
  return table.rows === 0 ? 0 : numbers(table, "last_on").reduce((most, day) => Math.max(most, day), 0);
}

export function fitCategories(
  method: CategoryMethod,
  table: ColumnTable,
  { priorWeight, asOf }: { readonly priorWeight: number; readonly asOf: number },
): FittedShares | null {
  const aged = method === "recent" ? { half_life: halfLife } : {};
  const counts = countsFor(aged, table, asOf);
  const fitted = fitShares(counts, categoryColumns, priorWeight) as unknown as FittedShares | null;
  if (!fitted || method !== "together") return fitted && { ...fitted, ...aged };
  const groups = choosersOf(counts, categoryColumns, fitted.choices).map((one) => one.counts);
  return { ...fitted, pulls: fitPulls(groups, fitted.shares) };
}

const recallAt = [1, 3] as const;
const mostDrawn = 6_000;

/** Rows of a draw of customers by what they bought. */
function drawnRows(table: ColumnTable): ColumnTable {
  const [ids, names, counts] = [texts(table, "customer_id"), texts(table, "category"), numbers(table, "n_lines")];
  const rowsOf = new Map<string, number[]>();
  for (const [row, id] of ids.entries()) {
    const own = rowsOf.get(id ?? "");
    if (own) own.push(row);
    else rowsOf.set(id ?? "", [row]);
  }
  if (rowsOf.size <= mostDrawn) return table;
  const told = (row: number) => `${names[row]}\u001f${counts[row]}`;
  const all = [...rowsOf.values()].map((rows) => ({ rows, text: rows.map(told).sort().join() }));
  all.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
  const kept = draw(all, mostDrawn).flatMap(({ rows }) => rows);
  const columns = Object.entries(table.columns).map(([name, values]): [string, ColumnValues] => [
    name,
    values instanceof Float64Array
      ? Float64Array.from(kept, (row) => values[row] ?? Number.NaN)
      : (kept.map((row) => values[row] ?? null) as ColumnValues),
  ]);
  return { rows: kept.length, columns: Object.fromEntries(columns) };
}

/** On a draw of customers, what each method recalls of the categories bought after the cut, with the most bought ones of the customer and of all beside. */
export function tryCategories(
  all: ColumnTable,
  outcomes: ColumnTable,
  options: { readonly priorWeight: number; readonly asOf: number },
): MethodTrial[] {
  const table = drawnRows(all);
  const plain = fitCategories("shrunk", table, options);
  if (!plain || plain.choices.length < 2) return [];
  const isUnknown = (name: string) => name === unknownCategory && !plain.choices.includes(unknownCategory);
  const after = chosenAfter(outcomes, categoryColumns, isUnknown);
  const known = choosersOf(table, categoryColumns, plain.choices);
  const judged = known.filter(({ customer }) => after.has(customer));
  if (judged.length < leastCustomers) return [];
  const popular = createRanking(plain)([]).map(({ choice }) => choice);
  const place = new Map(popular.map((choice, at) => [choice, at]));
  const most = Math.max(...recallAt);
  const trial = (name: string, listOf: (at: number) => readonly number[]) => {
    const recalls = recallAt.map(() => new Float64Array(judged.length));
    for (const [at, { customer }] of judged.entries()) {
      const wanted = after.get(customer) ?? new Map<string, number>();
      const list = listOf(at).map((choice) => plain.choices[choice] ?? "");
      for (const [i, k] of recallAt.entries()) {
        const hits = list.slice(0, k).filter((category) => wanted.has(category)).length;
        (recalls[i] as Float64Array)[at] = hits / Math.min(k, wanted.size);
      }
    }
    const told = recalls.map((values, i) => {
      const recall = meanInterval(values);
      return lossOf(`recall_at_${recallAt[i]}`, recall, 1 - recall.value);
    });
    return trialOf(name, judged.length, told);
  };
  const tried = categoryMethods.flatMap((method) => {
    const fitted = method === "shrunk" ? plain : fitCategories(method, table, options);
    if (!fitted) return [];
    const own = new Map(
      choosersOf(countsFor(fitted, table, options.asOf), categoryColumns, fitted.choices).map((one) => [
        one.customer,
        one.counts,
      ]),
    );
    const rank = createRanking(fitted);
    return [trial(method, (at) => rank(own.get(judged[at]?.customer ?? "") ?? [], most).map(({ choice }) => choice))];
  });
  const often = (at: number) => {
    const own = [...(judged[at]?.counts ?? [])].sort(
      ([a, n], [b, m]) => m - n || (place.get(a) ?? 0) - (place.get(b) ?? 0),
    );
    const mine = own.map(([choice]) => choice);
    return [...mine, ...popular.filter((choice) => !mine.includes(choice))].slice(0, most);
  };
  return [...tried, trial(popularName, () => popular.slice(0, most)), trial(naiveName, often)];
}
