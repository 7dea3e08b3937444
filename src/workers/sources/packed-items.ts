import type { Session } from "../engine/duckdb.ts";
import { literal } from "../engine/sql.ts";
import { type RawTable, rawColumn, trimmedSql } from "./raw.ts";

/** Items that an export writes into one cell of their order. */
interface Packing {
  /** The cell's column. */
  readonly column: string;
  /** What the list is called whose elements the items become. */
  readonly list: string;
  /** What every item begins with, and what parts it from the one before. */
  readonly first: string;
  readonly between: string;
  /** What parts a field's name from its value, and a field from the one before. */
  readonly after: string;
  readonly parting: string;
  /** The column that a field becomes, and what the cell calls it. */
  readonly fields: Readonly<Record<string, string>>;
}

const pair = { first: "id:", between: ";", after: ":", parting: "|" };
const named = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, name]));

const woocommerce: readonly Packing[] = [
  {
    ...pair,
    column: "line_items",
    list: "line_items",
    fields: named(["id", "name", "product_id", "sku", "quantity", "subtotal", "total", "refunded"]),
  },
  { ...pair, column: "refunds", list: "refunds", fields: named(["id", "date", "amount", "reason"]) },
];
const bigcommerce: readonly Packing[] = [
  {
    ...{ column: "Product Details", list: "products", first: "Product ID: ", between: "|", after: ": ", parting: ", " },
    fields: {
      id: "Product ID",
      sku: "Product SKU",
      name: "Product Name",
      quantity: "Product Qty",
      price: "Product Unit Price",
      total: "Product Total Price",
    },
  },
];

/** How the items of an order lie in a table of these columns; empty where every row is an item already. */
export function packingsOf(columns: readonly string[]): readonly Packing[] {
  const names = new Set(columns.map((name) => name.trim().toLowerCase()));
  const has = (...some: readonly string[]) => some.every((name) => names.has(name));
  if (has("order_number", "billing_email", "line_items")) return woocommerce;
  return has("order id", "order status", "product details") ? bigcommerce : [];
}

/** The columns of a packing's list. */
function packedColumns({ list, fields }: Packing): string[] {
  return Object.keys(fields).map((name) => `${list}.${name}`);
}

/** Adds a table for each list of packed items: a row an item, its fields, its place and the columns of the row that holds it. */
export async function unpackItems(session: Session, raw: RawTable, packings: readonly Packing[]): Promise<RawTable> {
  const lists = new Map<string, RawTable>();
  const parts: string[] = [];
  for (const packing of packings) {
    const at = raw.columns.findIndex((name) => name.trim().toLowerCase() === packing.column.toLowerCase());
    if (at < 0) continue;
    const table = `${raw.table}_${packing.list}`;
    const { first, between } = packing;
    const cell = trimmedSql(rawColumn(at));
    const apart = `string_split(replace(${cell}, ${literal(between + first)}, ${literal(`\u001e${first}`)}), '\u001e')`;
    const columns = [...packedColumns(packing), `${packing.list}.#`, ...raw.columns];
    const own = Object.values(packing.fields).map((field) => fieldSql(packing, field));
    const above = raw.columns.map((_, column) => rawColumn(column));
    const cells = [...own, "CAST(place AS VARCHAR)", ...above].map((sql, column) => `${sql} AS ${rawColumn(column)}`);
    await session.run(`CREATE TEMP TABLE ${table} AS SELECT source_row, line, ${cells.join(", ")} FROM (
      SELECT *, unnest(items) AS item, generate_subscripts(items, 1) AS place FROM (
        SELECT *, ${apart} AS items FROM ${raw.table} WHERE starts_with(${cell}, ${literal(first)})))`);
    const rowsRead = Number(await session.value(`SELECT count(*) FROM ${table}`));
    lists.set(packing.list, { ...raw, table, columns, rowsRead, rowsRejected: 0, warnings: [], lists: new Map() });
    parts.push(table);
  }
  return { ...raw, lists, parts: [...(raw.parts ?? []), ...parts] };
}

function fieldSql({ after, parting }: Packing, field: string): string {
  const escaped = (text: string) => text.replaceAll(/[|.+?*()[\]{}^$\\]/g, "\\$&");
  const until = parting === "|" ? "[^|]*" : ".*?";
  const end = parting === "|" ? "" : "(?:, Product [A-Z]|$)";
  const pattern = `(?:^|${escaped(parting)})${escaped(field)}${escaped(after)}(${until})${end}`;
  return `nullif(trim(regexp_extract(item, ${literal(pattern)}, 1)), '')`;
}
