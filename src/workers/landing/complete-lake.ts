import type { Session } from "../engine/duckdb.ts";
import { literal } from "../engine/sql.ts";
import { Completion, type Relations, sameOrder } from "./completion.ts";
import { returnsOfNegativeLines } from "./negative-lines.ts";

/** What one merged table lacks and another has: numbers of rows without one, orders from lines, lines from orders, days and
 *  customers of lines from their orders, returns from negative lines, what a catalogue knows of a platform's products. Each
 *  step looks first whether there is anything to do; nothing is written before the end. Gives what tells which tables' rows moved. */
export async function completeLake(session: Session, relations: Relations, brandCurrency: string): Promise<Completion> {
  const lake = new Completion(session, relations);
  for (const table of relations.keys()) if (table.endsWith("events")) await numberEvents(lake, table);
  if (!relations.has("orders")) return lake;
  for (const table of ["orders", "order_lines"]) await numberOrders(lake, table);
  await numberLines(lake);
  await ordersFromLines(lake, literal(brandCurrency));
  await linesFromOrders(lake);
  await pricesFromCatalogue(lake);
  await fillLines(lake);
  await shareOrderDiscounts(lake);
  await returnsOfNegativeLines(lake);
  await productsFromCatalogue(lake);
  return lake;
}

/** Rows without a number get one of what they say, as equal ones count one by one. */
async function numberRows(lake: Completion, table: string, column: string): Promise<void> {
  if (!(await lake.has(table, `${column} IS NULL`))) return;
  const made = `'row:' || left(md5(source || row_hash), 16) || ':' || row_number() OVER (PARTITION BY source, row_hash ORDER BY source_row)`;
  await lake.replace(
    table,
    `SELECT * FROM ${lake.of(table)} WHERE ${column} IS NOT NULL
     UNION ALL SELECT * REPLACE (${made} AS ${column}) FROM ${lake.of(table)} WHERE ${column} IS NULL`,
  );
}
const numberOrders = (lake: Completion, table: string) => numberRows(lake, table, "order_id");
const numberEvents = (lake: Completion, table: string) => numberRows(lake, table, "event_id");

async function numberLines(lake: Completion): Promise<void> {
  const lines = lake.of("order_lines");
  if (!(await lake.has("order_lines", "line_id IS NULL"))) return;
  const made =
    "CAST(row_number() OVER (PARTITION BY key_space, order_id ORDER BY source, row_hash, source_row) AS VARCHAR)";
  await lake.replace(
    "order_lines",
    `SELECT * FROM ${lines} WHERE line_id IS NOT NULL UNION ALL SELECT * REPLACE (${made} AS line_id) FROM ${lines} WHERE line_id IS NULL`,
  );
}

async function ordersFromLines(lake: Completion, currency: string): Promise<void> {
  const { session } = lake;
  const lines = lake.of("order_lines");
  const orphans = `FROM ${lines} l ANTI JOIN ${lake.of("orders")} o ON ${sameOrder("o", "l")}`;
  const derived = await lake.keep(
    "derived_orders",
    `SELECT order_id, key_space, any_value(source ORDER BY source, source_row) AS source, any_value(batch_id ORDER BY source, source_row) AS batch_id,
       min(source_row) AS source_row, max(source_customer_id) AS source_customer_id, min(ordered_at) AS ordered_at, max(currency) AS currency
     ${orphans} GROUP BY order_id, key_space`,
  );
  if ((await session.value(`SELECT EXISTS (SELECT 1 FROM ${derived})`)) === true)
    await lake.replace("orders", `SELECT * FROM ${lake.of("orders")} UNION ALL BY NAME SELECT * FROM ${derived}`);
  const fillable = [];
  for (const column of ["source_customer_id", "ordered_at", "currency"])
    if (await lake.has("order_lines", `${column} IS NOT NULL`)) fillable.push(column);
  const lacks = fillable.map((column) => `${column} IS NULL`).join(" OR ") || "false";
  if (!(await lake.has("orders", lacks))) return fillCurrency(lake, currency);
  const sums = await lake.keep(
    "sums_of_lines",
    `SELECT order_id, key_space, max(source_customer_id) AS customer, min(ordered_at) AS moment, max(currency) AS currency
     FROM ${lines} l SEMI JOIN (SELECT order_id, key_space FROM ${lake.of("orders")} WHERE ${lacks}) o ON ${sameOrder("o", "l")} GROUP BY ALL`,
  );
  await lake.replace(
    "orders",
    `SELECT o.* REPLACE (coalesce(o.source_customer_id, s.customer) AS source_customer_id, coalesce(o.ordered_at, s.moment) AS ordered_at,
       coalesce(o.currency, s.currency, ${currency}) AS currency) FROM ${lake.of("orders")} o LEFT JOIN ${sums} s ON ${sameOrder("s", "o")}`,
  );
}

async function fillCurrency(lake: Completion, currency: string): Promise<void> {
  if (!(await lake.has("orders", "currency IS NULL"))) return;
  await lake.refill(
    "orders",
    `SELECT * REPLACE (coalesce(currency, ${currency}) AS currency) FROM ${lake.of("orders")}`,
  );
}

/** Orders of a source of which no file has lines become a line each. */
async function linesFromOrders(lake: Completion): Promise<void> {
  const lines = lake.of("order_lines");
  const lineless = `source NOT IN (SELECT DISTINCT source FROM ${lines})`;
  if (!(await lake.has("orders", lineless))) return;
  const amount = "gross_minor - coalesce(discount_minor, 0)";
  await lake.replace(
    "order_lines",
    `SELECT * FROM ${lines} UNION ALL BY NAME
     SELECT order_id, '1' AS line_id, key_space, source, batch_id, source_row, source_customer_id, ordered_at, CAST(1 AS DECIMAL(18,4)) AS quantity, currency,
            CAST(${amount} AS DECIMAL(18,4)) AS unit_price_minor, ${amount} AS amount_minor
     FROM ${lake.of("orders")} o ANTI JOIN ${lines} l ON ${sameOrder("l", "o")} WHERE ${lineless}`,
  );
}

/** The currency that every order has; each line has an order by now. */
async function onlyCurrency(lake: Completion): Promise<string | null> {
  const [row = {}] = await lake.session.rows(
    `SELECT min(currency) AS one, count(*) = count(currency) AND min(currency) = max(currency) AS is_only FROM ${lake.of("orders")}`,
  );
  return row["is_only"] === true ? String(row["one"]) : null;
}

/** Lines of a source none of whose says what it cost, at the catalogue's prices. */
async function pricesFromCatalogue(lake: Completion): Promise<void> {
  const lines = lake.of("order_lines");
  const products = lake.of("products");
  const isUnpriced = `source IN (SELECT source FROM ${lines} GROUP BY source HAVING count(unit_price_minor) = 0 AND count(amount_minor) = 0 AND count(product_id) > 0)`;
  if (!(await lake.has("order_lines", "unit_price_minor IS NULL AND amount_minor IS NULL"))) return;
  if (!(await lake.has("order_lines", isUnpriced))) return;
  await lake.replace(
    "order_lines",
    `SELECT l.* REPLACE (CASE WHEN l.${isUnpriced} THEN p.list_price_minor ELSE l.unit_price_minor END AS unit_price_minor)
     FROM ${lines} l LEFT JOIN (
       SELECT * FROM ${products} WHERE list_price_minor IS NOT NULL QUALIFY row_number() OVER (PARTITION BY key_space, product_id ORDER BY source, source_row) = 1) p
       ON p.key_space = l.key_space AND p.product_id = l.product_id`,
  );
}

/** What lines leave to their order, the quantity that is not said, and of price and amount the one that the other gives. */
async function fillLines(lake: Completion): Promise<void> {
  const currency = await onlyCurrency(lake);
  const lacks = "ordered_at IS NULL OR source_customer_id IS NULL";
  if (await lake.has("order_lines", currency === null ? `${lacks} OR currency IS NULL` : lacks)) {
    await lake.replace(
      "order_lines",
      `SELECT l.* REPLACE (coalesce(l.ordered_at, o.ordered_at) AS ordered_at, coalesce(l.source_customer_id, o.source_customer_id) AS source_customer_id,
         coalesce(l.currency, o.currency) AS currency)
       FROM ${lake.of("order_lines")} l LEFT JOIN ${lake.of("orders")} o ON ${sameOrder("l", "o")}`,
    );
  } else if (currency !== null)
    await lake.refill(
      "order_lines",
      `SELECT * REPLACE (coalesce(currency, ${literal(currency)}) AS currency) FROM ${lake.of("order_lines")}`,
    );
  const quantity = "coalesce(quantity, 1)";
  const amount = `coalesce(amount_minor, CAST(round(${quantity} * unit_price_minor) AS BIGINT) - sign(${quantity}) * coalesce(discount_minor, 0))`;
  const price = `CASE WHEN unit_price_minor IS NULL AND ${quantity} <> 0 THEN CAST(amount_minor / ${quantity} AS DECIMAL(18,4)) ELSE unit_price_minor END`;
  await lake.refill(
    "order_lines",
    `SELECT * REPLACE (CAST(${quantity} AS DECIMAL(18,4)) AS quantity, CAST(${amount} AS BIGINT) AS amount_minor, ${price} AS unit_price_minor) FROM ${lake.of("order_lines")}`,
  );
}

/** An order's discount that its lines don't know: where their amounts add up to what it was before the discount, each line bears
 *  its part, to the last minor unit. */
async function shareOrderDiscounts(lake: Completion): Promise<void> {
  const lines = lake.of("order_lines");
  const isReduced = "discount_minor > 0 AND gross_minor > 0 AND discount_minor <= gross_minor";
  if (!(await lake.has("orders", isReduced))) return;
  const shared = await lake.keep(
    "shared_discounts",
    `WITH reduced AS (SELECT order_id, key_space, any_value(discount_minor) AS discount, any_value(gross_minor) AS gross FROM ${lake.of("orders")} WHERE ${isReduced} GROUP BY ALL),
       sums AS (SELECT order_id, key_space, sum(amount_minor) AS amount FROM ${lines} l SEMI JOIN reduced r ON ${sameOrder("r", "l")} GROUP BY ALL
                HAVING count(discount_minor) = 0 AND bool_and(amount_minor >= 0))
     SELECT r.* FROM reduced r JOIN sums s ON ${sameOrder("s", "r")} WHERE s.amount = r.gross`,
  );
  const part = `CAST(round(s.discount * sum(l.amount_minor) OVER so_far / s.gross) - round(s.discount * (sum(l.amount_minor) OVER so_far - l.amount_minor) / s.gross) AS BIGINT)`;
  await lake.replace(
    "order_lines",
    `SELECT l.* FROM ${lines} l ANTI JOIN ${shared} s ON ${sameOrder("s", "l")}
     UNION ALL SELECT * EXCLUDE (part) REPLACE (part AS discount_minor, amount_minor - part AS amount_minor) FROM (
       SELECT l.*, ${part} AS part FROM ${lines} l JOIN ${shared} s ON ${sameOrder("s", "l")}
       WINDOW so_far AS (PARTITION BY l.key_space, l.order_id ORDER BY l.line_id, l.source, l.source_row))`,
  );
}

/** A platform's products carry the retailer's own numbers: what the brand's catalogue says of them holds there too. */
async function productsFromCatalogue(lake: Completion): Promise<void> {
  const filled = ["name", "category", "subcategory", "brand", "size", "colour", "list_price_minor", "cost_minor"];
  const products = lake.of("products");
  if (!(await lake.has("products", "key_space <> 'brand'"))) return;
  await lake.replace(
    "products",
    `SELECT p.* REPLACE (${filled.map((name) => `CASE WHEN p.key_space = 'brand' THEN p."${name}" ELSE coalesce(p."${name}", c."${name}") END AS "${name}"`).join(", ")})
     FROM ${products} p LEFT JOIN (
       SELECT * FROM ${products} WHERE key_space = 'brand' QUALIFY row_number() OVER (PARTITION BY product_id ORDER BY source, source_row) = 1) c
       ON p.product_id = c.product_id`,
  );
}
