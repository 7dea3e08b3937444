import type { ColumnTable } from "../../../shared/domain/column.ts";
import type { Session } from "../../engine/duckdb.ts";
import { literal } from "../../engine/sql.ts";
import { readShares } from "../../models/preferences/shares.ts";
import { numbers, texts } from "../../models/tables.ts";
import { numberOf } from "../../query/estimate.ts";
import type { OpenSnapshot } from "../../query/session-pool.ts";
import { columnOr, purchaseHorizon } from "../../query/snapshot.ts";

/** Goods of a category as the last two years sold them; margin and returns where they are known. */
export interface CategoryFigures {
  readonly category: string;
  /** Revenue of a line. */
  readonly line_minor: number;
  /** Share of the usual price that is earned; NaN where no product has a cost. */
  readonly margin: number;
  /** Share of settled lines that came back, as a multiple of all lines'. */
  readonly returns: number;
}

/** The people who may be reached, in order of their ids, and what is known of each. */
export interface People {
  readonly ids: readonly string[];
  /** Purchases expected within the offer's days without one. */
  readonly purchases: Float64Array;
  readonly alive: Float64Array;
  /** Revenue of a purchase at the prices that they usually pay. */
  readonly basket: Float64Array;
  readonly returned: Float64Array;
  readonly affinity: Float64Array;
  readonly halfDepth: Float64Array;
  readonly margin: Float64Array;
  readonly products: readonly (readonly string[] | null)[];
  /** Lines bought by category (an index of `categories`). */
  readonly lines: readonly ReadonlyMap<number, number>[];
}

export interface OfferInputs {
  readonly people: People;
  readonly categories: readonly CategoryFigures[];
  /** Population's shares of lines by category and how many own lines they weigh as much as. */
  readonly shares: Float64Array;
  readonly concentration: number;
  /** Share of the revenue of two years whose goods have a cost. */
  readonly costedShare: number;
  readonly affinityMean: number;
  readonly affinitySpread: number;
  readonly usualHalfDepth: number;
  readonly unscored: number;
}

const yearsSeen = 730;
/** A customer's own baskets weigh against this many of everybody's. */
const basketWeight = 2;

async function categoriesOf(snapshot: OpenSnapshot, session: Session): Promise<CategoryFigures[]> {
  const lines = snapshot.columnsOf("purchase_lines");
  if (!lines.has("category") || !lines.has("product_id")) return [];
  const from = `day > DATE ${literal(snapshot.handle.as_of)} - ${yearsSeen}`;
  const products = snapshot.columnsOf("products");
  const hasCosts = products.has("cost_minor") && products.has("key_space") && lines.has("key_space");
  const costs = hasCosts
    ? `SELECT key_space, product_id, min(cost_minor) AS cost FROM products WHERE cost_minor > 0 AND (currency IS NULL OR upper(currency) = ${literal(snapshot.handle.brand.currency)}) GROUP BY ALL`
    : "SELECT CAST(NULL AS VARCHAR) AS key_space, CAST(NULL AS VARCHAR) AS product_id, CAST(NULL AS BIGINT) AS cost WHERE false";
  const space = lines.has("key_space") ? "l.key_space = c.key_space AND" : "";
  const ledger = snapshot.columnsOf("return_ledger").has("is_settled")
    ? `SELECT category, count(*) FILTER (is_returned) AS back, count(*) AS n FROM return_ledger WHERE is_settled AND category IS NOT NULL GROUP BY category`
    : "SELECT CAST(NULL AS VARCHAR) AS category, 0 AS back, 0 AS n WHERE false";
  const found = await session.table(`WITH costs AS (${costs}), settled AS (${ledger}),
    sold AS (
      SELECT l.category, sum(l.revenue_minor) AS revenue, count(*) AS n, coalesce(sum(l.revenue_minor) FILTER (c.cost IS NOT NULL), 0) AS costed,
        sum(CAST(round(c.cost * l.quantity) AS BIGINT)) AS cost
      FROM purchase_lines l LEFT JOIN costs c ON ${space} c.product_id = l.product_id
      WHERE l.is_purchase AND l.quantity > 0 AND l.revenue_minor > 0 AND l.category IS NOT NULL AND ${from} GROUP BY l.category)
    SELECT s.category, CAST(s.revenue AS DOUBLE) / s.n AS line_minor, CASE WHEN s.costed > 0 THEN 1 - CAST(s.cost AS DOUBLE) / CAST(s.costed AS DOUBLE) END AS margin,
      coalesce(((t.back + 1.0) / (t.n + 2)) / nullif((SELECT (sum(back) + 1.0) / (sum(n) + 2) FROM settled), 0), 1) AS returns
    FROM sold s LEFT JOIN settled t USING (category) ORDER BY s.category`);
  const column = (name: string) => numbers(found, name);
  return texts(found, "category").map((category, at) => ({
    category: category ?? "",
    line_minor: column("line_minor")[at] ?? 0,
    margin: column("margin")[at] ?? Number.NaN,
    returns: column("returns")[at] ?? 1,
  }));
}

async function costedShareOf(snapshot: OpenSnapshot, session: Session): Promise<number> {
  if (!snapshot.columnsOf("scores_net_value").has("margin_share")) return 0;
  return numberOf(
    await session.value(`SELECT CAST(sum(p.revenue_minor) FILTER (n.margin_share IS NOT NULL) AS DOUBLE) / nullif(sum(p.revenue_minor), 0)
      FROM profiles p LEFT JOIN scores_net_value n USING (customer_id)`),
  );
}

/** A score of a customer, or NULL where the snapshot lacks it. */
function scoreSql(snapshot: OpenSnapshot, table: string, column: string, type = "DOUBLE"): string {
  return snapshot.columnsOf(table).has(column)
    ? `(SELECT s.${column} FROM ${table} s WHERE s.customer_id = r.customer_id)`
    : `CAST(NULL AS ${type})`;
}

/** Reads what a plan rests on, of the people in the table `recipients`. */
export async function readInputs(snapshot: OpenSnapshot, session: Session, days: number): Promise<OfferInputs> {
  const { handle, profileColumns: profile } = snapshot;
  const own = (name: string) => columnOr(profile, name, "DOUBLE", "p.");
  const chance = own("probability_purchase");
  const table = await session.table(`SELECT r.customer_id,
      -ln(1 - least(0.999, greatest(0, CAST(${chance} AS DOUBLE)))) * ${days} / ${purchaseHorizon(handle)} AS purchases,
      CAST(${own("probability_alive")} AS DOUBLE) AS alive, CAST(p.order_count AS DOUBLE) AS orders, CAST(p.average_order_minor AS DOUBLE) AS average,
      CAST(coalesce(${scoreSql(snapshot, "scores_return_rate", "return_rate")}, ${own("return_rate")}) AS DOUBLE) AS returned,
      CAST(${scoreSql(snapshot, "scores_discount_affinity", "discount_affinity")} AS DOUBLE) AS affinity,
      CAST(${scoreSql(snapshot, "scores_discount_affinity", "half_reduced_depth")} AS DOUBLE) AS half_depth,
      CAST(${scoreSql(snapshot, "scores_net_value", "margin_share")} AS DOUBLE) AS margin,
      ${scoreSql(snapshot, "scores_product_affinity", "top_products", "VARCHAR[]")} AS products
    FROM recipients r JOIN profiles p ON p.customer_id = r.customer_id WHERE ${chance} IS NOT NULL AND p.order_count >= 1 ORDER BY r.customer_id`);
  const categories = await categoriesOf(snapshot, session);
  const people = await peopleOf(session, table, categories, snapshot.columnsOf("category_counts").has("n_lines"));
  const [usual = {}] = snapshot.columnsOf("scores_discount_affinity").has("half_reduced_depth")
    ? await session.rows(`WITH whole AS (SELECT CAST(round(1e6 * discount_affinity) AS BIGINT) AS a, half_reduced_depth FROM scores_discount_affinity)
        SELECT CAST(sum(a) AS DOUBLE) / count(a) / 1e6 AS mean, sqrt(greatest(0, CAST(sum(CAST(a AS HUGEINT) * a) AS DOUBLE) / count(a) - power(CAST(sum(a) AS DOUBLE) / count(a), 2))) / 1e6 AS spread,
          median(half_reduced_depth) AS depth FROM whole`)
    : [];
  const fitted = readShares(handle.fits?.category_affinity);
  const share = new Map((fitted?.choices ?? []).map((name, at) => [name, fitted?.shares[at] ?? 0]));
  return {
    people,
    categories,
    shares: Float64Array.from(categories, ({ category }) => share.get(category) ?? 0),
    concentration: fitted?.concentration ?? 1,
    costedShare: await costedShareOf(snapshot, session),
    affinityMean: numberOf(usual.mean),
    affinitySpread: numberOf(usual.spread),
    usualHalfDepth: numberOf(usual.depth) > 0 ? numberOf(usual.depth) : 0.15,
    unscored: numberOf(await session.value("SELECT count(*) FROM recipients")) - people.ids.length,
  };
}

async function peopleOf(
  session: Session,
  table: ColumnTable,
  categories: readonly CategoryFigures[],
  hasCounts: boolean,
): Promise<People> {
  const ids = texts(table, "customer_id").map((id) => id ?? "");
  const column = (name: string, missing: number) =>
    numbers(table, name).map((value) => (Number.isFinite(value) ? value : missing));
  const [orders, average] = [column("orders", 0), column("average", 0)];
  const all = orders.reduce((sum, n) => sum + n, 0);
  const usual = all > 0 ? average.reduce((sum, one, at) => sum + one * (orders[at] ?? 0), 0) / all : 0;
  const affinity = numbers(table, "affinity");
  return {
    ids,
    purchases: column("purchases", 0),
    alive: column("alive", 1),
    basket: average.map((one, at) => {
      const n = orders[at] ?? 0;
      return (n * one + basketWeight * usual) / (n + basketWeight);
    }),
    returned: column("returned", 0).map((rate) => Math.min(0.9, Math.max(0, rate))),
    affinity,
    halfDepth: numbers(table, "half_depth"),
    margin: numbers(table, "margin"),
    products: (table.columns.products ?? []) as (readonly string[] | null)[],
    lines: hasCounts ? await linesOf(session, ids, categories) : ids.map(() => new Map<number, number>()),
  };
}

async function linesOf(
  session: Session,
  ids: readonly string[],
  categories: readonly CategoryFigures[],
): Promise<Map<number, number>[]> {
  const counts = await session.table(
    "SELECT c.customer_id, c.category, CAST(c.n_lines AS DOUBLE) AS n FROM category_counts c JOIN recipients USING (customer_id) ORDER BY c.customer_id, c.category",
  );
  const place = new Map(ids.map((id, at) => [id, at]));
  const index = new Map(categories.map(({ category }, at) => [category, at]));
  const lines = ids.map(() => new Map<number, number>());
  const [owners, names, n] = [texts(counts, "customer_id"), texts(counts, "category"), numbers(counts, "n")];
  for (let row = 0; row < counts.rows; row++) {
    const category = index.get(names[row] ?? "");
    if (category !== undefined) lines[place.get(owners[row] ?? "") ?? -1]?.set(category, n[row] ?? 0);
  }
  return lines;
}
