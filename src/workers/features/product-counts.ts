import type { Column } from "../../shared/domain/column.ts";
import { literal } from "../engine/sql.ts";
import { defineStep } from "../engine/step-context.ts";
import { builtSql, ownLines, ownRows } from "./recent-lines.ts";

const columns: readonly Column[] = [
  { name: "customer_id", type: "VARCHAR" },
  { name: "product_id", type: "VARCHAR" },
  { name: "category", type: "VARCHAR" },
  { name: "brand", type: "VARCHAR" },
  { name: "n_lines", type: "INTEGER", unit: "count" },
  { name: "n_orders", type: "INTEGER", unit: "count" },
  { name: "quantity", type: "DOUBLE" },
  { name: "revenue_minor", type: "BIGINT", unit: "minor" },
  { name: "last_on", type: "DATE" },
];

/** What each customer bought by product. A product's number is the retailer's own: it means the same in every key space. */
export const productCounts = defineStep({
  name: "product_counts",
  version: 1,
  title: "Product counts",
  stage: "features",
  scope: "bucket",
  timing: "as_of",
  inputs: ownLines("product_counts"),
  params: {},
  outputs: [{ name: "product_counts", kind: "parquet", columns }],
  run: async (context) => {
    await context.output.query(
      "product_counts",
      builtSql(context, {
        alias: "lines",
        order: "customer_id, product_id",
        sql: (from) => `WITH once AS (
         SELECT customer_id, product_id, key_space, order_id, min(category) AS category, min(brand) AS brand, count(*) AS n, sum(quantity) AS quantity,
                sum(revenue_minor) AS revenue_minor, max(day) AS day
         FROM ${from} WHERE is_purchase AND product_id IS NOT NULL AND quantity > 0 AND day <= DATE ${literal(context.asOf)}
         GROUP BY customer_id, product_id, key_space, order_id)
       SELECT customer_id, product_id, min(category) AS category, min(brand) AS brand, CAST(sum(n) AS INTEGER) AS n_lines, CAST(count(*) AS INTEGER) AS n_orders,
              CAST(sum(quantity) AS DOUBLE) AS quantity, CAST(coalesce(sum(revenue_minor), 0) AS BIGINT) AS revenue_minor, max(day) AS last_on
       FROM once GROUP BY customer_id, product_id`,
      }),
    );
  },
});

/** How many different products of a customer a recommendation looks back on. */
export const longestHistory = 40;
const recentDays = 90;

/** The last products of each customer, the latest first: what recommendations are made from, one row a customer. */
export const productHistories = defineStep({
  name: "product_histories",
  version: 1,
  title: "Products of each customer",
  stage: "features",
  scope: "bucket",
  timing: "as_of",
  inputs: ownRows("product_histories", "counts", "product_counts"),
  params: {},
  outputs: [
    {
      name: "product_histories",
      kind: "parquet",
      columns: [
        { name: "customer_id", type: "VARCHAR" },
        { name: "products", type: "VARCHAR[]" },
        { name: "n_products", type: "INTEGER", unit: "count" },
      ],
    },
  ],
  run: async (context) => {
    await context.output.query(
      "product_histories",
      builtSql(context, {
        alias: "counts",
        order: "customer_id",
        sql: (from) => `WITH bought AS (
         SELECT customer_id, {'pause': DATE ${literal(context.asOf)} - last_on, 'rarity': -n_orders, 'product': product_id} AS product FROM ${from})
       SELECT customer_id, list_transform(list_sort(list(product))[:${longestHistory}], x -> x.product) AS products, CAST(count(*) AS INTEGER) AS n_products
       FROM bought GROUP BY customer_id`,
      }),
    );
  },
});

/** How many customers bought each product: ever, of late, and on more than one order. */
export const productPopularity = defineStep({
  name: "product_popularity",
  version: 1,
  title: "Buyers by product",
  stage: "features",
  scope: "brand",
  timing: "as_of",
  inputs: { counts: { step: "product_counts", output: "product_counts" } },
  params: {},
  outputs: [
    {
      name: "product_popularity",
      kind: "parquet",
      columns: [
        { name: "product_id", type: "VARCHAR" },
        { name: "n_buyers", type: "INTEGER", unit: "count" },
        { name: "n_recent_buyers", type: "INTEGER", unit: "count" },
        { name: "n_repeat_buyers", type: "INTEGER", unit: "count" },
      ],
    },
  ],
  run: async (context) => {
    await context.output.query(
      "product_popularity",
      `SELECT product_id, CAST(count(*) AS INTEGER) AS n_buyers, CAST(count(*) FILTER (last_on > DATE ${literal(context.asOf)} - ${recentDays}) AS INTEGER) AS n_recent_buyers,
              CAST(count(*) FILTER (n_orders > 1) AS INTEGER) AS n_repeat_buyers
       FROM ${context.relation("counts")} GROUP BY product_id ORDER BY product_id`,
    );
  },
});
