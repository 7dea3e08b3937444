import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { Evaluation } from "../../../shared/domain/model.ts";
import { sigmoid } from "../../numeric/boosted-trees-loss.ts";
import { clusteredAuc, clusteredAucDifference, clusteredMean } from "../../numeric/clustered-scoring.ts";
import { biasInterval } from "../../numeric/scoring.ts";
import { calibrationBins, compare, known, leastCustomers } from "../evaluation.ts";
import { numbers, texts } from "../tables.ts";
import { givenAge, lagsOfLines } from "./return-lags.ts";
import { scoreColumns } from "./return-risk-columns.ts";
import { chanceOf, type FittedRisk, marginsOf } from "./return-risk-fit.ts";

/** What names a line. */
export const lineKeys = ["order_id", "line_id", "customer_id", "key_space", "source"] as const;

/** Lines with what became of them and their chances: the model's, the category's rate, and everybody's. */
interface Judged {
  readonly own: Float64Array;
  readonly byCategory: Float64Array;
  readonly byMean: Float64Array;
  readonly came: readonly boolean[];
  /** Whose each line is: lines of one customer come back together, so that they tell less than so many customers would. */
  readonly people: readonly number[];
}

/** All lines that were bought within the window before the cut (`return_judged_lines`), each by its chance when it was bought: neither the
 *  fit nor its statistics hold the outcome of any, as only lines whose window had passed are learned from. */
export function judgeAtPurchase(fitted: FittedRisk, lines: ColumnTable): Evaluation[] {
  if (lines.rows < leastCustomers) return [];
  const given = scoreColumns(lines, fitted);
  const judged: Judged = {
    own: marginsOf(fitted.trees, given).map((margin) => chanceOf(margin, fitted.platt)),
    byCategory: given.ofCategory.map(sigmoid),
    byMean: new Float64Array(lines.rows).fill(fitted.mean),
    came: Array.from(numbers(lines, "is_returned"), (one) => one === 1),
    people: codesOf(texts(lines, "customer_id")),
  };
  return evaluationsOf(judged, "_at_purchase", "at purchase");
}

/** Lines open at the cut by their chance to come back after it; the category's rate as it is at the line's age. Where no return has a day
 *  of its own, nobody knows which lines had come back by then. */
export function judgeOpen(
  fitted: FittedRisk,
  open: ColumnTable,
  scores: ColumnTable,
  outcomes: ColumnTable,
): Evaluation[] {
  if (fitted.lags.all.length === 0) return [];
  const [isReturned, isBefore, outcomeKey] = [
    numbers(outcomes, "is_returned"),
    numbers(outcomes, "is_before_cut"),
    keyOf(outcomes),
  ];
  const happened = new Map<string, boolean>();
  for (let row = 0; row < outcomes.rows; row++) {
    if (isBefore[row] === 1) happened.set(outcomeKey(row), isReturned[row] === 1);
  }
  const [risk, scoredKey] = [numbers(scores, "return_risk"), keyOf(scores)];
  const chances = new Map<string, number>();
  for (let row = 0; row < scores.rows; row++) chances.set(scoredKey(row), risk[row] ?? Number.NaN);
  const openKey = keyOf(open);
  const chance = (row: number) => chances.get(openKey(row)) ?? Number.NaN;
  const rows = Array.from({ length: open.rows }, (_, row) => row).filter(
    (row) => happened.has(openKey(row)) && Number.isFinite(chance(row)),
  );
  if (rows.length < leastCustomers) return [];
  const [age, lags, owners] = [numbers(open, "age_days"), lagsOfLines(open, fitted.lags), texts(open, "customer_id")];
  const { ofCategory } = scoreColumns(open, fitted);
  const aged = (rate: (row: number) => number) =>
    Float64Array.from(rows, (row) => givenAge(rate(row), age[row] ?? 0, lags[row] ?? []));
  const judged: Judged = {
    own: Float64Array.from(rows, chance),
    byCategory: aged((row) => sigmoid(ofCategory[row] ?? 0)),
    byMean: aged(() => fitted.mean),
    came: rows.map((row) => happened.get(openKey(row)) ?? false),
    people: codesOf(rows.map((row) => owners[row] ?? null)),
  };
  return evaluationsOf(judged, "", "at that age");
}

function evaluationsOf({ own, byCategory, byMean, came, people }: Judged, suffix: string, when: string): Evaluation[] {
  const n = came.length;
  const actual = Float64Array.from(came, (one) => (one ? 1 : 0));
  const [losses, ofCategory, ofMean] = [own, byCategory, byMean].map((chances) =>
    chances.map((chance, at) => lossOf(chance, came[at] ?? false)),
  ) as [Float64Array, Float64Array, Float64Array];
  const [category, mean] = [`category rate ${when}`, `mean rate ${when}`];
  const loss = (metric: string, baseline: string, naive: Float64Array) =>
    compare({
      metric,
      own: clusteredMean(losses, people),
      naive: clusteredMean(naive, people).value,
      difference: clusteredMean(
        losses.map((one, at) => one - (naive[at] ?? 0)),
        people,
      ),
      baseline,
      n,
      better: "lower",
    });
  const bias = (chances: Float64Array) => biasInterval(sumsBy(people, chances), sumsBy(people, actual));
  return [
    ...known([
      compare({
        metric: `auc${suffix}`,
        own: clusteredAuc(own, came, people),
        naive: clusteredAuc(byCategory, came, people).value,
        difference: clusteredAucDifference(own, byCategory, came, people),
        baseline: category,
        n,
        better: "higher",
      }),
      { ...loss(`log_loss${suffix}`, category, ofCategory), calibration: calibrationBins(own, actual) },
      loss(`log_loss_over_mean${suffix}`, mean, ofMean),
      compare({
        metric: `bias${suffix}`,
        own: bias(own),
        naive: bias(byMean).value,
        baseline: mean,
        n,
        better: "nearer to 0",
      }),
    ]),
  ];
}

function keyOf(table: ColumnTable): (row: number) => string {
  const columns = lineKeys.map((name) => texts(table, name));
  return (row) => columns.map((column) => column[row] ?? "").join("\u001f");
}

function codesOf(names: readonly (string | null)[]): number[] {
  const codes = new Map<string, number>();
  return names.map((name) => {
    const code = codes.get(name ?? "") ?? codes.size;
    codes.set(name ?? "", code);
    return code;
  });
}

function sumsBy(people: readonly number[], values: Float64Array): Float64Array {
  const sums = new Float64Array(new Set(people).size);
  for (const [at, person] of people.entries()) sums[person] = (sums[person] ?? 0) + (values[at] ?? 0);
  return sums;
}

function lossOf(chance: number, happened: boolean): number {
  const p = Math.min(1 - 1e-6, Math.max(1e-6, chance));
  return -Math.log(happened ? p : 1 - p);
}
