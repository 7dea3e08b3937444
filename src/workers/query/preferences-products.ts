import { addDays } from "../../shared/base/time.ts";
import type { Session } from "../engine/duckdb.ts";
import { literal } from "../engine/sql.ts";
import { numberOf, textOrNull } from "./estimate.ts";
import { reasonOf } from "./missing-reason.ts";
import type { LikedProduct, PricedCategory, Told } from "./preferences-shape.ts";
import type { OpenSnapshot } from "./session-pool.ts";

const mostProducts = 50;
const recentDays = 90;

/** The products that stand in most customers' lists, with who buys them. */
export async function readProducts(snapshot: OpenSnapshot, session: Session): Promise<Told<LikedProduct>> {
  const isKnown = snapshot.profileColumns.has("top_products");
  const scored = isKnown ? numberOf(await session.value("SELECT count(top_products) FROM profiles")) : 0;
  if (scored === 0) return { scored, rows: [], reason: await reasonOf(snapshot, session, "top_products") };
  const since = literal(addDays(snapshot.handle.as_of, -recentDays));
  const counts = snapshot.has("product_counts")
    ? `SELECT product_id, count(*) AS buyers, count(*) FILTER (last_on > DATE ${since}) AS recent, count(*) FILTER (n_orders > 1) AS again, min(category) AS category
       FROM product_counts GROUP BY product_id`
    : "SELECT CAST(NULL AS VARCHAR) AS product_id, 0 AS buyers, 0 AS recent, 0 AS again, CAST(NULL AS VARCHAR) AS category WHERE false";
  const names = snapshot.columnsOf("products").has("name")
    ? "SELECT product_id, min(name) AS name FROM products GROUP BY product_id"
    : "SELECT CAST(NULL AS VARCHAR) AS product_id, CAST(NULL AS VARCHAR) AS name WHERE false";
  const rows = await session.rows(
    `WITH listed AS (SELECT product_id, count(*) AS n FROM (SELECT unnest(top_products) AS product_id FROM profiles) GROUP BY 1 ORDER BY n DESC, 1 LIMIT ${mostProducts}),
       counted AS (${counts}), named AS (${names})
     SELECT l.product_id, n.name, c.category, coalesce(c.buyers, 0) AS buyers, coalesce(c.recent, 0) AS recent, coalesce(c.again / CAST(c.buyers AS DOUBLE), 0) AS again, l.n AS listed
     FROM listed l LEFT JOIN counted c USING (product_id) LEFT JOIN named n USING (product_id) ORDER BY l.n DESC, l.product_id`,
  );
  return {
    scored,
    reason: null,
    rows: rows.map((row) => ({
      product_id: String(row.product_id),
      name: textOrNull(row.name),
      category: textOrNull(row.category),
      buyers: numberOf(row.buyers),
      recent_buyers: numberOf(row.recent),
      again_share: numberOf(row.again),
      listed: numberOf(row.listed),
    })),
  };
}

interface FittedTier {
  readonly cuts?: readonly number[];
}

/** Customers by their first category and price tier, and the list prices at which the tiers part there. */
export async function readPrices(snapshot: OpenSnapshot, session: Session): Promise<Told<PricedCategory>> {
  const columns = snapshot.profileColumns;
  const scored = columns.has("price_tier")
    ? numberOf(await session.value("SELECT count(price_tier) FROM profiles"))
    : 0;
  if (scored === 0) return { scored, rows: [], reason: await reasonOf(snapshot, session, "price_tier") };
  const category = columns.has("top_category") ? "top_category" : "CAST(NULL AS VARCHAR)";
  const tiers = [1, 2, 3, 4, 5].map((tier) => `count(*) FILTER (price_tier = ${tier}) AS t${tier}`).join(", ");
  const rows = await session.rows(
    `SELECT ${category} AS category, count(*) AS n, ${tiers} FROM profiles WHERE price_tier IS NOT NULL GROUP BY 1 ORDER BY n DESC, category LIMIT 50`,
  );
  const bounds = await boundsOf(snapshot, session);
  return {
    scored,
    reason: null,
    rows: rows.map((row) => ({
      category: textOrNull(row.category),
      customers: numberOf(row.n),
      tiers: [1, 2, 3, 4, 5].map((tier) => numberOf(row[`t${tier}`])),
      bounds_minor: bounds.get(textOrNull(row.category) ?? "all") ?? [],
    })),
  };
}

/** List prices (what was paid, where none is named) of the lines sold, by category, at the ranks that part the tiers. */
async function boundsOf(snapshot: OpenSnapshot, session: Session): Promise<Map<string, number[]>> {
  const fitted = snapshot.handle.fits?.price_tier as FittedTier | null | undefined;
  const cuts = (fitted?.cuts ?? []).filter((cut) => Number.isFinite(cut)).map((cut) => Math.min(1, Math.max(0, cut)));
  if (cuts.length !== 4 || !snapshot.columnsOf("purchase_lines").has("list_price_minor")) return new Map();
  const rows = await session.rows(
    `SELECT coalesce(category, 'all') AS category, quantile_cont(CAST(coalesce(list_price_minor, unit_price_minor) AS DOUBLE), [${cuts.join(", ")}]) AS bounds
     FROM purchase_lines WHERE is_purchase AND product_id IS NOT NULL AND quantity > 0 AND coalesce(list_price_minor, unit_price_minor) > 0 GROUP BY 1`,
  );
  return new Map(
    rows.map((row) => [
      String(row.category),
      (Array.isArray(row.bounds) ? row.bounds : []).map((bound) => Math.round(numberOf(bound))),
    ]),
  );
}
