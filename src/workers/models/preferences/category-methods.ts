import type { ColumnTable } from "../../../shared/domain/column.ts";
import { type MethodTrial, naiveName, popularName } from "../../../shared/domain/tournament.ts";
import { meanInterval } from "../../numeric/scoring.ts";
import { leastCustomers } from "../evaluation.ts";
import { numbers } from "../tables.ts";
import { lossOf, trialOf } from "../tournament/targets.ts";
import { fitPulls } from "./choice-pulls.ts";
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

/** The day of a table where nobody says it: that of the latest purchase. */
export function latestDay(table: ColumnTable): number {
  return table.rows === 0 ? 0 : numbers(table, "last_on").reduce((most, day) => (day > most ? day : most), 0);
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

/** What each method recalls of the categories bought after the cut, with the most bought ones of the customer and of all beside. */
export function tryCategories(
  table: ColumnTable,
  outcomes: ColumnTable,
  options: { readonly priorWeight: number; readonly asOf: number },
): MethodTrial[] {
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
