import { literal } from "../engine/sql.ts";
import { defineStep } from "../engine/step-context.ts";
import { builtSql, ownLines } from "./recent-lines.ts";

/** How many orders each customer placed in each store. */
export const storeCounts = defineStep({
  name: "store_counts",
  version: 1,
  title: "Orders by store",
  stage: "features",
  scope: "bucket",
  timing: "as_of",
  inputs: ownLines("store_counts"),
  params: {},
  outputs: [
    {
      name: "store_counts",
      kind: "parquet",
      columns: [
        { name: "customer_id", type: "VARCHAR" },
        { name: "store_id", type: "VARCHAR" },
        { name: "n_orders", type: "INTEGER", unit: "count" },
        { name: "last_on", type: "DATE" },
      ],
    },
  ],
  run: async (context) => {
    await context.output.query(
      "store_counts",
      builtSql(context, {
        alias: "lines",
        order: "customer_id, store_id",
        sql: (
          from,
        ) => `SELECT customer_id, store_id, CAST(count(DISTINCT key_space || chr(31) || order_id) AS INTEGER) AS n_orders, max(day) AS last_on
       FROM ${from} WHERE is_purchase AND quantity > 0 AND store_id IS NOT NULL AND day <= DATE ${literal(context.asOf)}
       GROUP BY customer_id, store_id`,
      }),
    );
  },
});

/** Where stores are, those whose place is known. */
export const storePlaces = defineStep({
  name: "store_places",
  version: 1,
  title: "Places of stores",
  stage: "features",
  scope: "brand",
  timing: "none",
  inputs: { stores: { step: "lake", output: "stores" } },
  params: {},
  outputs: [
    {
      name: "store_places",
      kind: "parquet",
      columns: [
        { name: "store_id", type: "VARCHAR" },
        { name: "latitude", type: "DOUBLE", unit: "degrees" },
        { name: "longitude", type: "DOUBLE", unit: "degrees" },
      ],
    },
  ],
  run: async (context) => {
    await context.output.query(
      "store_places",
      `SELECT store_id, CAST(latitude AS DOUBLE) AS latitude, CAST(longitude AS DOUBLE) AS longitude FROM ${context.relation("stores")}
       WHERE store_id IS NOT NULL AND abs(latitude) <= 90 AND abs(longitude) <= 180 AND NOT (latitude = 0 AND longitude = 0)
       QUALIFY row_number() OVER (PARTITION BY store_id ORDER BY key_space, source, batch_id, source_row) = 1 ORDER BY store_id`,
    );
  },
});
