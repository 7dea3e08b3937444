import type { Session } from "../engine/duckdb.ts";
import { ident, literal } from "../engine/sql.ts";
import { affinities, readShares, weighed } from "../models/preferences/shares.ts";
import { type Estimate, numberOf, textOrNull } from "./estimate.ts";
import type { OpenSnapshot } from "./session-pool.ts";

export interface Taste {
  name: string;
  affinity: Estimate;
  count: number;
}
export interface OwnProduct {
  product_id: string;
  name: string | null;
  n_orders: number;
}

interface Asked {
  readonly model: string;
  readonly table: string;
  readonly choice: string;
  readonly count: string;
  readonly most: number;
}

/** Shares of what a customer chooses next, greatest first, by the snapshot's fit and the customer's own counts. */
export async function tastesOf(snapshot: OpenSnapshot, session: Session, id: string, asked: Asked): Promise<Taste[]> {
  const fitted = readShares(snapshot.handle.fits?.[asked.model]);
  if (!fitted?.choices || !snapshot.has(asked.table)) return [];
  const half = fitted.half_life;
  const pause = half === undefined ? "0" : `DATE ${literal(snapshot.handle.as_of)} - max(last_on)`;
  const counted = await session.rows(
    `SELECT ${ident(asked.choice)} AS name, sum(${ident(asked.count)}) AS n, ${pause} AS pause FROM ${ident(asked.table)} WHERE customer_id = ${id} GROUP BY 1 ORDER BY 1`,
  );
  if (counted.length === 0) return [];
  const indexOf = new Map(fitted.choices.map((name, at) => [name, at]));
  const lines = new Map<number, number>();
  const counts = counted.flatMap(({ name, n, pause: days }): [number, number][] => {
    const at = indexOf.get(String(name));
    if (at === undefined) return [];
    lines.set(at, numberOf(n));
    return [[at, half === undefined ? numberOf(n) : weighed(numberOf(n), numberOf(days), half)]];
  });
  return affinities(fitted, counts, asked.most).map(({ choice, affinity, low, high }) => ({
    name: fitted.choices[choice] ?? "",
    affinity: { value: affinity, low, high },
    count: lines.get(choice) ?? 0,
  }));
}

/** The products that a customer is drawn to most, in order, with how often each was bought. */
export async function productsOf(snapshot: OpenSnapshot, session: Session, id: string): Promise<OwnProduct[]> {
  if (!snapshot.profileColumns.has("top_products")) return [];
  const names = snapshot.columnsOf("products").has("name")
    ? "(SELECT product_id, min(name) AS name FROM products GROUP BY product_id)"
    : "(SELECT CAST(NULL AS VARCHAR) AS product_id, CAST(NULL AS VARCHAR) AS name WHERE false)";
  const counts = snapshot.has("product_counts")
    ? `(SELECT product_id, n_orders FROM product_counts WHERE customer_id = ${id})`
    : "(SELECT CAST(NULL AS VARCHAR) AS product_id, 0 AS n_orders WHERE false)";
  const rows = await session.rows(
    `WITH listed AS (SELECT unnest(top_products) AS product_id, generate_subscripts(top_products, 1) AS place FROM profiles WHERE customer_id = ${id})
     SELECT l.product_id, n.name, coalesce(c.n_orders, 0) AS n_orders FROM listed l LEFT JOIN ${names} n USING (product_id) LEFT JOIN ${counts} c USING (product_id) ORDER BY l.place`,
  );
  return rows.map((row) => ({
    product_id: String(row.product_id),
    name: textOrNull(row.name),
    n_orders: numberOf(row.n_orders),
  }));
}
