import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSession, type Session } from "../../src/workers/engine/duckdb.ts";
import type { SnapshotHandle } from "../../src/workers/query/snapshot.ts";

export const smallAsOf = "2026-06-30";

/** 240 customers (the last 20 of them prospects) with orders, lines, returns, people, consents and scores, all by formula. */
const tables: Readonly<Record<string, string>> = {
  base: `SELECT i, lower(lpad(hex(i * 7919 + 11), 20, '0')) AS customer_id, i % 7 AS n_more, i < 220 AS is_buyer FROM range(240) t(i)`,
  bought: `SELECT customer_id, i, k, printf('o%d-%d', i, k) AS order_id,
      DATE '2026-06-30' - CAST((i * 3 + k * 41) % 700 AS INTEGER) AS day
    FROM base, range(7) r(k) WHERE is_buyer AND k <= n_more`,
  products: `SELECT printf('p%d', j) AS product_id, printf('Product %d', j) AS name,
      ['Dresses', 'Coats', 'Knitwear', NULL][j % 4 + 1] AS category, CAST(1000 + j * 250 AS DECIMAL(18, 4)) AS list_price_minor FROM range(12) t(j)`,
  orders: `SELECT order_id, customer_id, printf('s%d', i) AS source_customer_id, CAST(day AS TIMESTAMP) + INTERVAL 10 HOUR AS ordered_at,
      CASE WHEN k % 2 = 0 THEN 'web' ELSE 'store' END AS channel, CASE WHEN i % 50 = 49 AND k = 0 THEN 'cancelled' ELSE 'paid' END AS status,
      'GBP' AS currency, 'shop' AS source FROM bought
    UNION ALL SELECT 'slip-5', customer_id, 's5', TIMESTAMP '2026-06-01 12:00:00', 'store', NULL, 'GBP', 'shop' FROM base WHERE i = 5`,
  order_lines: `SELECT order_id, printf('%d', l) AS line_id, customer_id, CAST(day AS TIMESTAMP) + INTERVAL 10 HOUR AS ordered_at,
      printf('p%d', (i + k + l) % 12) AS product_id, CAST(1 + (i + l) % 2 AS DECIMAL(18, 4)) AS quantity,
      CAST((1000 + ((i + k + l) % 12) * 250) * (CASE WHEN (i + k) % 3 = 0 THEN 0.8 ELSE 1 END) AS DECIMAL(18, 4)) AS unit_price_minor,
      CAST(1000 + ((i + k + l) % 12) * 250 AS DECIMAL(18, 4)) AS list_price_minor, CAST(0 AS BIGINT) AS discount_minor,
      CAST(round((1000 + ((i + k + l) % 12) * 250) * (CASE WHEN (i + k) % 3 = 0 THEN 0.8 ELSE 1 END) * (1 + (i + l) % 2)) AS BIGINT) AS amount_minor,
      'GBP' AS currency, 'shop' AS source FROM bought, range(2) n(l)`,
  returns: `SELECT printf('r%d', i) AS return_id, order_id, customer_id, printf('p%d', (i + k) % 12) AS product_id,
      least(CAST(day AS TIMESTAMP) + INTERVAL 5 DAY, TIMESTAMP '2026-06-30 08:00:00') AS returned_at,
      CAST(1 AS DECIMAL(18, 4)) AS quantity, CAST(900 AS BIGINT) AS refund_minor, 'size' AS reason FROM bought WHERE k = 0 AND i % 5 = 0 AND i % 50 <> 49
    UNION ALL SELECT 'r-slip', 'slip-5', customer_id, 'p1', TIMESTAMP '2026-06-01 12:00:00', 1, 900, NULL FROM base WHERE i = 5`,
  paid: `SELECT l.customer_id, l.order_id, CAST(l.ordered_at AS DATE) AS day, l.amount_minor FROM order_lines l
    JOIN orders o USING (order_id) WHERE o.status <> 'cancelled'`,
  transactions: `SELECT customer_id, day, count(DISTINCT order_id) AS n_orders, CAST(sum(amount_minor) AS BIGINT) AS revenue_minor,
      CAST(sum(amount_minor) AS BIGINT) AS net_revenue_minor FROM paid GROUP BY ALL`,
  summary: `SELECT customer_id, min(day) AS first_order_on, max(day) AS last_order_on, count(DISTINCT order_id) AS order_count,
      count(DISTINCT day) - 1 AS x, CAST(sum(amount_minor) AS BIGINT) AS revenue_minor FROM paid GROUP BY customer_id`,
  scored: `SELECT b.customer_id, b.i, s.*, DATE '2026-06-30' - s.last_order_on AS silence, coalesce(rt.n, 0) AS return_count, coalesce(rt.refund, 0) AS refund,
      1 / (1 + 0.8 / (1.6 + s.x) * power((60.0 + (DATE '2026-06-30' - s.first_order_on)) / (60.0 + (s.last_order_on - s.first_order_on)), 0.5 + s.x)) AS alive
    FROM base b LEFT JOIN summary s ON s.customer_id = b.customer_id
    LEFT JOIN (SELECT customer_id, count(*) AS n, CAST(sum(refund_minor) AS BIGINT) AS refund FROM returns GROUP BY 1) rt ON rt.customer_id = b.customer_id`,
  profiles: `SELECT customer_id, first_order_on, last_order_on, CAST(silence AS INTEGER) AS days_since_last_purchase,
      CAST(coalesce(order_count, 0) AS INTEGER) AS order_count, coalesce(revenue_minor, 0) AS revenue_minor,
      CAST(coalesce(revenue_minor, 0) - refund AS BIGINT) AS net_revenue_minor, CAST(round(revenue_minor / order_count) AS BIGINT) AS average_order_minor,
      CAST(return_count AS INTEGER) AS return_count, CASE WHEN order_count > 0 THEN least(1, return_count / (2.0 * order_count)) END AS return_rate,
      'GBP' AS currency,
      CASE WHEN order_count IS NULL THEN 'prospect' WHEN silence < 60 AND x = 0 THEN 'new' WHEN silence < 90 THEN 'active'
        WHEN silence < 180 THEN 'cooling' WHEN silence < 360 THEN 'at_risk' ELSE 'lapsed' END AS lifecycle_stage,
      alive AS probability_alive, alive * (1 - exp(-0.4 * (x + 1))) AS probability_purchase, alive * 0.9 * (x + 0.3) AS expected_purchases,
      0.0 AS expected_purchases_low, ceil(alive * 1.8 * (x + 0.3)) AS expected_purchases_high,
      CAST(round(alive * 0.9 * (x + 0.3) * revenue_minor / order_count) AS BIGINT) AS predicted_value_minor, CAST(0 AS BIGINT) AS predicted_value_minor_low,
      CAST(round(alive * 2 * (x + 0.3) * revenue_minor / order_count) AS BIGINT) AS predicted_value_minor_high,
      CASE WHEN order_count IS NULL THEN NULL WHEN i % 20 = 0 THEN 'top_5' WHEN i % 9 = 0 THEN 'top_10' WHEN i % 4 = 0 THEN 'top_25' ELSE 'middle' END AS value_tier,
      CASE WHEN alive > 0.3 THEN DATE '2026-06-30' + CAST(1 + i % 60 AS INTEGER) END AS next_purchase_on,
      CASE WHEN alive > 0.3 THEN DATE '2026-06-30' + 1 END AS next_purchase_on_low, CASE WHEN alive > 0.3 THEN DATE '2026-06-30' + 120 END AS next_purchase_on_high,
      CASE WHEN order_count > 0 THEN printf('%d%d%d', 1 + i % 5, 1 + i % 4, 1 + i % 3) END AS rfm_code,
      CASE WHEN order_count > 0 THEN ['Dresses', 'Coats', 'Knitwear'][i % 3 + 1] END AS top_category, CAST(NULL AS VARCHAR[]) AS top_products,
      CASE WHEN order_count > 0 THEN CAST(1 + i % 5 AS INTEGER) END AS price_tier, CAST(NULL AS DOUBLE) AS discount_affinity,
      CAST(NULL AS VARCHAR) AS channel_preference, CAST(NULL AS DOUBLE) AS return_risk, CAST(NULL AS VARCHAR) AS return_risk_band,
      i % 3 <> 0 AND i % 11 <> 0 AND i % 13 <> 0 AS reachable_email,
      MAP {'discount_affinity': 'not_modelled', 'channel_preference': 'not_modelled'} AS reasons
    FROM scored ORDER BY customer_id`,
  people: `SELECT customer_id, CASE WHEN i % 13 <> 0 THEN printf('person%d@example.com', i) END AS email, 'crm' AS email_source,
      CASE WHEN i % 4 = 0 THEN printf('+4477009%05d', i) END AS phone, ['Anna', '=HYPERLINK("http://evil.example","pay")', '-2+3', 'Zoë'][i % 4 + 1] AS given_name,
      'crm' AS given_name_source, 2 AS given_name_competing, printf('Family "%d"', i) AS family_name, 'Leeds' AS city FROM base`,
  consents: `SELECT customer_id, printf('person%d@example.com', i) AS email, 'email' AS channel, 'marketing' AS purpose,
      CASE WHEN i % 11 = 0 THEN 'suppressed' WHEN i % 3 = 0 THEN 'denied' ELSE 'granted' END AS status, TIMESTAMP '2026-01-01 00:00:00' AS occurred_at, 'crm' AS source FROM base`,
  identity_links: `SELECT 'shop' AS source, 'shop' AS key_space, printf('s%d', i) AS source_record_id, customer_id, 1.0::DOUBLE AS probability, 'source_id' AS rule FROM base`,
  category_affinities: `SELECT customer_id, c AS category, 0.5 / (n + 1) AS affinity, 0.1 AS low, 0.6 AS high, 3 AS n_lines
    FROM base, (VALUES ('Dresses', 0), ('Coats', 1), ('Knitwear', 2)) v(c, n) WHERE is_buyer`,
  scores_lifecycle_stage: `SELECT customer_id, 30.0 AS days_in_stage, true AS enough_data, CAST(NULL AS VARCHAR) AS reason FROM base WHERE is_buyer`,
  scores_mbg_nbd: `SELECT customer_id, true AS enough_data, CAST(NULL AS VARCHAR) AS reason FROM base WHERE is_buyer`,
  lifecycle_transitions: `SELECT * FROM (VALUES ('active', 'active', 30), ('active', 'cooling', 10), ('cooling', 'at_risk', 12), ('lapsed', 'lapsed', 60), ('at_risk', 'lapsed', 9),
      ('cooling', 'active', 3)) v(from_stage, to_stage, customers), (SELECT DATE '2026-04-01' AS from_on, DATE '2026-06-30' AS to_on)`,
};
const published = [
  "profiles",
  "products",
  "orders",
  "order_lines",
  "returns",
  "transactions",
  "people",
  "consents",
  "identity_links",
  "category_affinities",
  "scores_lifecycle_stage",
  "scores_mbg_nbd",
  "lifecycle_transitions",
];
/** What a brand with nothing but orders has. */
export const ordersOnly = ["profiles", "orders", "order_lines", "transactions", "identity_links"];

export interface SmallSnapshot {
  readonly handle: SnapshotHandle;
  readonly folder: string;
  readonly session: Session;
  close(): void;
}

/** Writes the snapshot's Parquet files to a temporary folder; `only` leaves out tables, `replace` gives others instead. */
export async function makeSmallSnapshot(
  options: { only?: readonly string[]; replace?: Readonly<Record<string, string>> } = {},
): Promise<SmallSnapshot> {
  const folder = mkdtempSync(join(tmpdir(), "assay-small-"));
  const session = await openSession({ memoryLimit: 400e6, threads: 1, scratch: folder });
  const files: Record<string, string[]> = {};
  for (const [name, sql] of Object.entries({ ...tables, ...options.replace })) {
    await session.run(`CREATE OR REPLACE TEMP TABLE ${name} AS ${sql}`);
    if (!(options.only ?? [...published, ...Object.keys(options.replace ?? {})]).includes(name)) continue;
    const path = join(folder, name, "bucket=0", "part.parquet");
    mkdirSync(join(folder, name, "bucket=0"), { recursive: true });
    await session.toParquet(`SELECT * FROM ${name}`, path);
    files[name] = [path];
  }
  const handle: SnapshotHandle = {
    snapshot_id: `small${Object.keys(files).length}`,
    as_of: smallAsOf,
    horizon_days: 365,
    purchase_horizon_days: 90,
    fit_as_of: "2026-06-28",
    published_at: "2026-07-01T02:10:00Z",
    brand: { currency: "GBP", timeZone: "Europe/London" },
    tables: files,
    fits: { mbg_nbd: { params: { r: 0.5, alpha: 60, a: 0.8, b: 1.6 } } },
  };
  return {
    handle,
    folder,
    session,
    close: () => {
      session.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
