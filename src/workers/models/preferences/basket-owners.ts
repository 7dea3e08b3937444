import type { ColumnTable } from "../../../shared/domain/column.ts";
import { texts } from "../tables.ts";
import { listsOf } from "./sold-products.ts";

export interface Owner {
  readonly customer: string;
  /** Products of each day, the oldest first. */
  readonly baskets: readonly (readonly string[])[];
}

/** The customers of basket_days in order of their id. */
export function ownersOf(table: ColumnTable): Owner[] {
  const [ids, lists] = [texts(table, "customer_id"), listsOf(table, "products")];
  const days = table.columns.day instanceof Float64Array ? table.columns.day : new Float64Array(table.rows);
  const rows = Uint32Array.from(ids.keys()).sort((a, b) => (days[a] ?? 0) - (days[b] ?? 0));
  const found = new Map<string, (readonly string[])[]>();
  for (const row of rows) {
    const own = found.get(ids[row] ?? "");
    if (own) own.push(lists[row] ?? []);
    else found.set(ids[row] ?? "", [lists[row] ?? []]);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([customer, baskets]) => ({ customer, baskets }));
}

/** Baskets as numbers of products; those that the fit doesn't know are left out. */
export function numbered(owner: Owner | undefined, index: ReadonlyMap<string, number>): Int32Array[] {
  return (owner?.baskets ?? [])
    .map((products) =>
      Int32Array.from(products.flatMap((id) => (index.has(id) ? [index.get(id) ?? 0] : [])).sort((a, b) => a - b)),
    )
    .filter((basket) => basket.length > 0);
}
