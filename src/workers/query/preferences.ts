import type { Json } from "../../shared/base/canonical-json.ts";
import type { Session } from "../engine/duckdb.ts";
import { ident } from "../engine/sql.ts";
import { numberOf } from "./estimate.ts";
import { reasonOf } from "./missing-reason.ts";
import { readDiscounts } from "./preferences-discounts.ts";
import { readStores, readTiming } from "./preferences-habits.ts";
import { readBundles, readRhythms } from "./preferences-items.ts";
import { readPrices, readProducts } from "./preferences-products.ts";
import type { Choice, Preferences, Told } from "./preferences-shape.ts";
import type { OpenSnapshot } from "./session-pool.ts";

interface Asked {
  readonly field: string;
  readonly share: string;
  /** Table of counts by customer, its column of the choice, and what is counted. */
  readonly counts: string;
  readonly column: string;
  readonly count: string;
  /** Column whose values brands compete within. */
  readonly within?: string;
}

/** What customers are drawn to, by how many of them, and why nothing is known where that is so. Asked once a session. */
export async function readPreferences(
  snapshot: OpenSnapshot,
  _input: object,
  signal?: AbortSignal,
): Promise<Preferences> {
  const known = snapshot.memo.get("preferences") as Preferences | undefined;
  if (known) return known;
  const made = await snapshot.use(signal, async (session): Promise<Preferences> => {
    const [total = {}] = await session.rows(
      "SELECT count(*) AS customers, count(*) FILTER (order_count > 0) AS buyers FROM profiles",
    );
    const ask = (asked: Asked) => readChoices(snapshot, session, asked);
    const lines = { count: "n_lines" };
    return {
      as_of: snapshot.handle.as_of,
      currency: snapshot.handle.brand.currency,
      customers: numberOf(total.customers),
      buyers: numberOf(total.buyers),
      categories: await ask({
        ...lines,
        field: "top_category",
        share: "top_category_affinity",
        counts: "category_counts",
        column: "category",
      }),
      brands: await ask({
        ...lines,
        field: "top_brand",
        share: "top_brand_affinity",
        counts: "brand_counts",
        column: "brand",
        within: "category",
      }),
      channels: await ask({
        count: "n_orders",
        field: "channel_preference",
        share: "channel_preference_share",
        counts: "channel_counts",
        column: "channel",
      }),
      products: await readProducts(snapshot, session),
      price: await readPrices(snapshot, session),
      discount: await readDiscounts(snapshot, session),
      bundles: await readBundles(snapshot, session),
      rhythms: await readRhythms(snapshot, session),
      timing: await readTiming(snapshot, session),
      stores: await readStores(snapshot, session),
    };
  });
  snapshot.memo.set("preferences", made);
  return made;
}

const mostRows = 200;

async function readChoices(snapshot: OpenSnapshot, session: Session, asked: Asked): Promise<Told<Choice>> {
  const { field, share, counts, column, count, within } = asked;
  const has = snapshot.profileColumns;
  const scored = has.has(field) ? numberOf(await session.value(`SELECT count(${ident(field)}) FROM profiles`)) : 0;
  if (scored === 0) return { scored, rows: [], reason: await reasonOf(snapshot, session, field) };
  const affinity = has.has(share) ? ident(share) : "CAST(NULL AS DOUBLE)";
  const counted = snapshot.has(counts)
    ? `SELECT ${ident(column)} AS name, count(DISTINCT customer_id) AS buyers, sum(${ident(count)}) AS n FROM ${ident(counts)} GROUP BY 1`
    : "SELECT CAST(NULL AS VARCHAR) AS name, 0 AS buyers, 0 AS n WHERE false";
  const requirement =
    within && snapshot.has(counts)
      ? `SELECT b.${ident(column)} AS name, sum(b.n) / CAST(sum(t.n) AS DOUBLE) AS part
         FROM (SELECT customer_id, ${ident(within)}, ${ident(column)}, sum(${ident(count)}) AS n FROM ${ident(counts)} GROUP BY ALL) b
         JOIN (SELECT customer_id, ${ident(within)}, sum(${ident(count)}) AS n FROM ${ident(counts)} GROUP BY ALL) t USING (customer_id, ${ident(within)}) GROUP BY 1`
      : "SELECT CAST(NULL AS VARCHAR) AS name, CAST(NULL AS DOUBLE) AS part WHERE false";
  const rows = await session.rows(
    `WITH first AS (SELECT ${ident(field)} AS name, count(*) AS n, count(*) FILTER (${affinity} >= 0.5) AS half, count(*) FILTER (${affinity} >= 0.7) AS seventy,
                           count(*) FILTER (${affinity} >= 0.9) AS ninety FROM profiles WHERE ${ident(field)} IS NOT NULL GROUP BY 1),
       counted AS (${counted}), requirement AS (${requirement})
     SELECT name, coalesce(c.buyers, 0) AS buyers, coalesce(c.n / CAST(sum(c.n) OVER () AS DOUBLE), 0) AS share, coalesce(f.n, 0) AS first, coalesce(f.half, 0) AS half,
            coalesce(f.seventy, 0) AS seventy, coalesce(f.ninety, 0) AS ninety, r.part
     FROM first f FULL JOIN counted c USING (name) LEFT JOIN requirement r USING (name) ORDER BY first DESC, buyers DESC, name LIMIT ${mostRows}`,
  );
  return { scored, rows: rows.map(choiceOf), reason: null };
}

function choiceOf(row: Readonly<Record<string, Json>>): Choice {
  return {
    name: String(row.name),
    buyers: numberOf(row.buyers),
    share: numberOf(row.share),
    first: numberOf(row.first),
    half: numberOf(row.half),
    seventy: numberOf(row.seventy),
    ninety: numberOf(row.ninety),
    requirement_share: typeof row.part === "number" ? row.part : null,
  };
}
