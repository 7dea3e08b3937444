import type { ColumnTable } from "../../../shared/domain/column.ts";
import { numbers, texts } from "../tables.ts";

const mostProducts = 50_000;

export interface Sold {
  readonly id: string;
  readonly buyers: number;
  readonly recent: number;
  readonly again: number;
}

/** The products that most customers bought, in order of their number. */
export function soldProducts(table: ColumnTable): Sold[] {
  const [buyers, recent, again] = ["n_buyers", "n_recent_buyers", "n_repeat_buyers"].map((name) =>
    numbers(table, name),
  );
  const all = texts(table, "product_id").map((id, at) => ({
    id: id ?? "",
    buyers: buyers?.[at] ?? 0,
    recent: recent?.[at] ?? 0,
    again: again?.[at] ?? 0,
  }));
  all.sort((a, b) => b.buyers - a.buyers || (a.id < b.id ? -1 : 1));
  return all.slice(0, mostProducts).sort((a, b) => (a.id < b.id ? -1 : 1));
}

export function listsOf(table: ColumnTable, name: string): (readonly string[] | null)[] {
  const column = table.columns[name];
  return column instanceof Float64Array || column === undefined ? [] : (column as (readonly string[] | null)[]);
}
