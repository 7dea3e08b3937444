import type { Session } from "../engine/duckdb.ts";
import { dropSql, fileOfRow, type RawTable, rawColumn, trimmedSql } from "./raw.ts";

/** Whether the header is Shopify's order export. */
export function isShopifyOrders(columns: readonly string[]): boolean {
  const names = new Set(columns.map((name) => name.trim().toLowerCase()));
  return ["name", "lineitem quantity", "lineitem price", "financial status"].every((name) => names.has(name));
}

const orderFields = [
  "Email",
  "Financial Status",
  "Created at",
  "Currency",
  "Subtotal",
  "Shipping",
  "Taxes",
  "Total",
  "Discount Code",
  "Discount Amount",
  "Accepts Marketing",
  "Phone",
  "Billing Phone",
  "Billing Name",
  "Billing Address1",
  "Billing City",
  "Billing Zip",
  "Billing Province",
  "Billing Country",
  "Cancelled at",
  "Fulfilled at",
  "Refunded Amount",
  "Paid at",
];

const added = [
  "Line",
  "Gross",
  "Order status",
  "Line discount",
  "Refund",
  "Refunded at",
  "Customer key",
  "Product title",
  "Size",
  "Colour",
];

/** What is a size among the options of a variant: `12`, `UK 6.5`, `XL`, `One size`. */
const size =
  "(?i)((uk|eu|us)\\s?)?[0-9]{1,2}([.][05])?(\\s?(uk|eu|us))?|x{0,4}s|x{0,4}l|[2-6]xl|m|small|medium|large|one size";

/** A line's name ends in its variant, `Title - 12 / navy`; which option is the size only its form tells, and without one nothing
 *  is said of the others. */
function variantSql(name: string): { title: string; size: string; colour: string } {
  const parts = `string_split(${name}, ' - ')`;
  const options = `CASE WHEN len(${parts}) > 1 THEN string_split(list_last(${parts}), ' / ') END`;
  const isSize = (text: string) => `regexp_full_match(${text}, '${size}')`;
  const sizes = `list_filter(${options}, x -> ${isSize("x")})`;
  return {
    title: `CASE WHEN len(${sizes}) > 0 THEN array_to_string(list_slice(${parts}, 1, len(${parts}) - 1), ' - ') ELSE ${name} END`,
    size: `${sizes}[1]`,
    colour: `CASE WHEN len(${sizes}) > 0 THEN list_filter(${options}, x -> NOT ${isSize("x")})[1] END`,
  };
}

/** Adds to the raw order export what its rows leave out: order fields on every line of an order, the line's number, its share
 *  of the order's discount, the order's amount before discount and its state. */
export async function reshapeShopifyOrders(session: Session, raw: RawTable): Promise<RawTable> {
  const at = (name: string) => raw.columns.findIndex((column) => column.trim().toLowerCase() === name.toLowerCase());
  const text = (name: string) => (at(name) < 0 ? "CAST(NULL AS VARCHAR)" : trimmedSql(rawColumn(at(name))));
  const number = (value: string) =>
    `coalesce(TRY_CAST(regexp_replace(${value}, '[^0-9.-]', '', 'g') AS DECIMAL(18,2)), 0)`;
  const ofOrder = new Set(orderFields.map(at).filter((index) => index >= 0));
  const field = (name: string) => (at(name) < 0 ? "CAST(NULL AS VARCHAR)" : `o.${rawColumn(at(name))}`);
  const table = `${raw.table}_shopify`;
  const named = `${fileOfRow} AS file, coalesce(${text("Name")}, '') AS order_name`; // of a stack's files each has its own orders
  const orders = `${table}_orders`;
  const lines = `${table}_lines`;
  const firsts = [...ofOrder].map((index) => {
    const value = trimmedSql(rawColumn(index));
    return `arg_min(${value}, source_row) AS ${rawColumn(index)}`;
  });
  await session.run(`CREATE TEMP TABLE ${orders} AS
    SELECT ${named}, ${firsts.join(", ")} FROM ${raw.table} GROUP BY file, order_name`);
  await session.run(`CREATE TEMP TABLE ${lines} AS
    WITH own AS (
      SELECT source_row, ${named}, ${number(text("Lineitem discount"))} AS line_discount,
             greatest(0, ${number(text("Lineitem quantity"))} * ${number(text("Lineitem price"))} - ${number(text("Lineitem discount"))}) AS own_amount
      FROM ${raw.table})
    SELECT *, row_number() OVER so_far AS line_number, sum(line_discount) OVER whole_order AS line_discounts,
           sum(own_amount) OVER whole_order AS whole, sum(own_amount) OVER so_far AS amount_so_far
    FROM own WINDOW whole_order AS (PARTITION BY file, order_name), so_far AS (PARTITION BY file, order_name ORDER BY source_row)`);
  const columns = raw.columns.map((_, index) => `${ofOrder.has(index) ? "o" : "r"}.${rawColumn(index)}`);
  const toShare = `greatest(0, ${number(field("Discount Amount"))} - l.line_discounts)`;
  const share = (amount: string) => `round(${toShare} * ${amount} / l.whole, 2)`;
  const variant = variantSql(
    at("Lineitem name") < 0 ? "CAST(NULL AS VARCHAR)" : trimmedSql(`r.${rawColumn(at("Lineitem name"))}`),
  );
  const values = [
    "CAST(l.line_number AS VARCHAR)",
    `CAST(${number(field("Subtotal"))} + ${number(field("Discount Amount"))} AS VARCHAR)`,
    `CASE WHEN ${field("Cancelled at")} IS NOT NULL THEN 'cancelled' ELSE lower(${field("Financial Status")}) END`,
    `CAST(l.line_discount + CASE WHEN l.whole > 0 THEN ${share("l.amount_so_far")} - ${share("(l.amount_so_far - l.own_amount)")} ELSE 0 END AS VARCHAR)`,
    `CASE WHEN ${number(field("Refunded Amount"))} > 0 THEN ${field("Refunded Amount")} END`,
    `coalesce(${field("Cancelled at")}, ${field("Fulfilled at")}, ${field("Created at")})`,
    `coalesce(${field("Email")}, ${field("Phone")})`,
    variant.title,
    variant.size,
    variant.colour,
  ].map((value, index) => `${value} AS ${rawColumn(raw.columns.length + index)}`);
  await session.run(`CREATE TEMP TABLE ${table} AS SELECT r.source_row, r.line, ${[...columns, ...values].join(", ")}
    FROM ${raw.table} r JOIN ${lines} l USING (source_row) JOIN ${orders} o USING (file, order_name)`);
  await session.run(`DROP TABLE ${orders}; DROP TABLE ${lines}; ${dropSql(raw)}`);
  return { ...raw, table, columns: [...raw.columns, ...added], ...plainTable };
}

const plainTable = { parts: [], isView: false, isTight: false };

/** Whether the header is Shopify's product export. */
export function isShopifyProducts(columns: readonly string[]): boolean {
  const names = new Set(columns.map((name) => name.trim().toLowerCase()));
  return ["handle", "variant sku", "variant price"].every((name) => names.has(name));
}

const productFields = ["Title", "Vendor", "Product Category", "Type"];

/** Adds to the raw product export what its rows leave out: the product's fields on every variant, the number that order lines know it
 *  by (its SKU, else its name as orders write it), the price before a reduction, size and colour. Rows of further images are none. */
export async function reshapeShopifyProducts(session: Session, raw: RawTable): Promise<RawTable> {
  const at = (name: string) => raw.columns.findIndex((column) => column.trim().toLowerCase() === name.toLowerCase());
  const text = (name: string, from = "r.") =>
    at(name) < 0 ? "CAST(NULL AS VARCHAR)" : trimmedSql(`${from}${rawColumn(at(name))}`);
  const filled = new Set(productFields.map(at).filter((index) => index >= 0));
  const options = [1, 2, 3].filter((n) => at(`Option${n} Value`) >= 0);
  const nameOf = (n: number) => (at(`Option${n} Name`) < 0 ? "NULL" : `h.option_${n}`);
  const option = (words: string) =>
    `coalesce(${[...options.map((n) => `CASE WHEN lower(${nameOf(n)}) IN (${words}) THEN ${text(`Option${n} Value`)} END`), "NULL"].join(", ")})`;
  const first = (name: string, as: string) => `arg_min(${text(name)}, r.source_row) AS ${as}`;
  const heads = [
    ...[...filled].map((index) => first(raw.columns[index] ?? "", rawColumn(index))),
    ...options.filter((n) => at(`Option${n} Name`) >= 0).map((n) => first(`Option${n} Name`, `option_${n}`)),
  ];
  const title = filled.has(at("Title")) ? `h.${rawColumn(at("Title"))}` : "NULL";
  const variant = `nullif(concat_ws(' / ', ${[...options.map((n) => `nullif(${text(`Option${n} Value`)}, 'Default Title')`), "NULL"].join(", ")}), '')`;
  const named = `concat_ws(' - ', ${title}, ${variant})`;
  const values = [
    `CASE WHEN ${text("Variant Price")} IS NOT NULL THEN coalesce(${text("Variant SKU")}, nullif(${named}, '')) END`,
    `coalesce(${text("Variant Compare At Price")}, ${text("Variant Price")})`,
    option("'size', 'größe', 'taille', 'talla'"),
    option("'color', 'colour', 'farbe', 'couleur'"),
  ].map((value, index) => `${value} AS ${rawColumn(raw.columns.length + index)}`);
  const columns = raw.columns.map((_, index) => `${filled.has(index) ? "h" : "r"}.${rawColumn(index)}`);
  const table = `${raw.table}_products`;
  await session.run(`CREATE TEMP TABLE ${table} AS
    WITH h AS (SELECT r.${fileOfRow} AS file, ${text("Handle")} AS handle${heads.map((head) => `, ${head}`).join("")} FROM ${raw.table} r GROUP BY file, handle)
    SELECT r.source_row, r.line, ${[...columns, ...values].join(", ")} FROM ${raw.table} r JOIN h ON h.file = r.${fileOfRow} AND h.handle IS NOT DISTINCT FROM ${text("Handle")} ORDER BY r.source_row`);
  await session.run(dropSql(raw));
  const columnsAndMore = [...raw.columns, "Product key", "List price", "Size", "Colour"];
  return { ...raw, table, columns: columnsAndMore, ...plainTable };
}
