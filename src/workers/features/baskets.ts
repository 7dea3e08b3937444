import type { Column } from "../../shared/domain/column.ts";
import { literal } from "../engine/sql.ts";
import { defineStep } from "../engine/step-context.ts";
import { builtSql, ownLines, ownRows } from "./recent-lines.ts";

const columns: readonly Column[] = [
  { name: "customer_id", type: "VARCHAR" },
  { name: "key_space", type: "VARCHAR" },
  { name: "order_id", type: "VARCHAR" },
  { name: "day", type: "DATE" },
  { name: "channel", type: "VARCHAR" },
  { name: "n_lines", type: "INTEGER", unit: "count" },
  { name: "products", type: "VARCHAR[]" },
  { name: "quantity", type: "DOUBLE" },
  { name: "revenue_minor", type: "BIGINT", unit: "minor" },
];

/** Each purchase as one row: when, by which channel, which products. */
export const baskets = defineStep({
  name: "baskets",
  version: 1,
  title: "Baskets",
  stage: "features",
  scope: "bucket",
  timing: "as_of",
  inputs: ownLines("baskets"),
  params: {},
  outputs: [{ name: "baskets", kind: "parquet", columns }],
  run: async (context) => {
    await context.output.query(
      "baskets",
      builtSql(context, {
        alias: "lines",
        order: "customer_id, key_space, order_id",
        sql: (
          from,
        ) => `SELECT customer_id, key_space, order_id, min(day) AS day, nullif(lower(trim(min(channel))), '') AS channel, CAST(count(*) AS INTEGER) AS n_lines,
              list_sort(list_distinct(list(product_id) FILTER (product_id IS NOT NULL))) AS products, CAST(sum(quantity) AS DOUBLE) AS quantity,
              CAST(coalesce(sum(revenue_minor), 0) AS BIGINT) AS revenue_minor
       FROM ${from} WHERE is_purchase AND quantity > 0 AND day <= DATE ${literal(context.asOf)}
       GROUP BY customer_id, key_space, order_id`,
      }),
    );
  },
});

/** How many orders each customer placed by channel. */
export const channelCounts = defineStep({
  name: "channel_counts",
  version: 1,
  title: "Channel counts",
  stage: "features",
  scope: "bucket",
  timing: "as_of",
  inputs: ownRows("channel_counts", "baskets", "baskets"),
  params: {},
  outputs: [
    {
      name: "channel_counts",
      kind: "parquet",
      columns: [
        { name: "customer_id", type: "VARCHAR" },
        { name: "channel", type: "VARCHAR" },
        { name: "n_orders", type: "INTEGER", unit: "count" },
        { name: "revenue_minor", type: "BIGINT", unit: "minor" },
        { name: "last_on", type: "DATE" },
      ],
    },
  ],
  run: async (context) => {
    await context.output.query(
      "channel_counts",
      builtSql(context, {
        alias: "baskets",
        order: "customer_id, channel",
        sql: (
          from,
        ) => `SELECT customer_id, channel, CAST(count(*) AS INTEGER) AS n_orders, CAST(sum(revenue_minor) AS BIGINT) AS revenue_minor, max(day) AS last_on
       FROM ${from} WHERE channel IS NOT NULL GROUP BY customer_id, channel`,
      }),
    );
  },
});
