import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { TournamentChoice } from "../../../shared/domain/tournament.ts";
import { blank, gather, matchRows, numbers, texts } from "../tables.ts";

/** The scores of the candidates in the order of a base table, and what was chosen among them. */
export interface Chosen {
  readonly base: ColumnTable;
  readonly scores: ReadonlyMap<string, ColumnTable>;
  readonly choice: Pick<TournamentChoice, "weights" | "ranking" | "refined" | "level" | "one_time_slope">;
}

export interface Combined {
  readonly values: Float64Array;
  /** What each value comes from: the model, or "stack". */
  readonly from: (string | null)[];
}

/** A column of the chosen model, or the weighted mean of those that were combined; where they have none for a customer, the next in
 *  the ranking that has. `columnOf` names the column of a model, undefined where it has none. */
export function combineColumn(
  { base, scores, choice }: Chosen,
  columnOf: (model: string) => string | undefined,
): Combined {
  const columns = new Map<string, Float64Array>();
  for (const [model, table] of scores) {
    const column = columnOf(model);
    if (column !== undefined) columns.set(model, gather(numbers(table, column), matchRows(base, table)));
  }
  const weights = Object.entries(choice.weights).filter(([model]) => columns.has(model));
  const order = [...new Set([...weights.map(([model]) => model), ...choice.ranking])].filter((one) => columns.has(one));
  const values = blank(base.rows);
  const from = new Array<string | null>(base.rows).fill(null);
  for (let row = 0; row < base.rows; row++) {
    let [sum, weight, parts] = [0, 0, 0];
    let only: string | null = null;
    for (const [model, share] of weights) {
      const value = columns.get(model)?.[row] ?? Number.NaN;
      if (!Number.isFinite(value)) continue;
      sum += share * value;
      weight += share;
      parts++;
      only = model;
    }
    if (weight > 0) {
      values[row] = sum / weight;
      from[row] = parts > 1 ? "stack" : only;
      continue;
    }
    const next = order.find((model) => Number.isFinite(columns.get(model)?.[row]));
    if (next === undefined) continue;
    values[row] = columns.get(next)?.[row] ?? Number.NaN;
    from[row] = next;
  }
  return { values, from };
}

/** Why a customer has no value: what the candidates say, the first in the ranking first. */
export function reasonsOf({ base, scores, choice }: Chosen, values: Float64Array): (string | null)[] {
  const told = choice.ranking.flatMap((model) => {
    const table = scores.get(model);
    return table ? [{ rows: matchRows(base, table), reasons: texts(table, "reason") }] : [];
  });
  return Array.from(values, (value, row) => {
    if (Number.isFinite(value)) return null;
    for (const { rows, reasons } of told) {
      const reason = reasons[rows[row] ?? -1];
      if (reason) return reason;
    }
    return "not_enough_data";
  });
}
