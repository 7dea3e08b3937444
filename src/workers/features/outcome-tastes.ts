import type { Column } from "../../shared/domain/column.ts";
import { literal } from "../engine/sql.ts";
import { defineStep, type Step } from "../engine/step-context.ts";

interface Taste {
  readonly name: string;
  readonly title: string;
  readonly columns: readonly Column[];
  /** SQL of its rows from the purchases after the cut (`after`) of customers known at it. */
  readonly sql: string;
}

const customer: Column = { name: "customer_id", type: "VARCHAR" };
const count = (name: string): Column => ({ name, type: "INTEGER", unit: "count" });
const orders = "CAST(count(DISTINCT key_space || chr(31) || order_id) AS INTEGER)";

/** What somebody bought after a cut, for evaluations only. */
function outcomeStep({ name, title, columns, sql }: Taste): Step {
  return defineStep({
    name,
    version: 1,
    title,
    stage: "evaluations",
    scope: "brand",
    timing: "cut",
    inputs: { lines: { step: "purchase_lines", output: "lines" } },
    params: {},
    usesHorizon: true,
    outputs: [{ name, kind: "parquet", columns }],
    run: async (context) => {
      const cut = `DATE ${literal(context.asOf)}`;
      await context.output.query(
        name,
        `WITH bought AS (SELECT * FROM ${context.relation("lines")} WHERE is_purchase AND quantity > 0 AND day <= ${cut} + ${context.horizonDays}),
           known AS (SELECT customer_id FROM bought GROUP BY customer_id HAVING min(day) <= ${cut}),
           after AS (SELECT bought.* FROM bought JOIN known USING (customer_id) WHERE day > ${cut})
         ${sql}`,
      );
    },
  });
}

export const outcomeProducts = outcomeStep({
  name: "outcome_products",
  title: "Products after the cut",
  columns: [customer, { name: "products", type: "VARCHAR[]" }],
  sql: `SELECT customer_id, list(DISTINCT product_id ORDER BY product_id) AS products FROM after
        WHERE product_id IS NOT NULL GROUP BY customer_id ORDER BY customer_id`,
});

export const outcomeBrands = outcomeStep({
  name: "outcome_brands",
  title: "Brands after the cut",
  columns: [customer, { name: "brand", type: "VARCHAR" }, count("n_lines")],
  sql: `SELECT customer_id, brand, CAST(count(*) AS INTEGER) AS n_lines FROM after
        WHERE brand IS NOT NULL GROUP BY customer_id, brand ORDER BY customer_id, brand`,
});

export const outcomeChannels = outcomeStep({
  name: "outcome_channels",
  title: "Channels after the cut",
  columns: [customer, { name: "channel", type: "VARCHAR" }, count("n_orders")],
  sql: `SELECT customer_id, lower(trim(channel)) AS channel, ${orders} AS n_orders FROM after
        WHERE trim(channel) <> '' GROUP BY customer_id, 2 ORDER BY customer_id, channel`,
});

export const outcomeStores = outcomeStep({
  name: "outcome_stores",
  title: "Stores after the cut",
  columns: [customer, { name: "store_id", type: "VARCHAR" }, count("n_orders")],
  sql: `SELECT customer_id, store_id, ${orders} AS n_orders FROM after
        WHERE store_id IS NOT NULL GROUP BY customer_id, store_id ORDER BY customer_id, store_id`,
});

/** Products of the first day of purchase after the cut. */
export const outcomeNextBaskets = outcomeStep({
  name: "outcome_next_baskets",
  title: "Next baskets after the cut",
  columns: [customer, { name: "products", type: "VARCHAR[]" }],
  sql: `SELECT customer_id, list(DISTINCT product_id ORDER BY product_id) AS products
        FROM (SELECT *, min(day) OVER (PARTITION BY customer_id) AS first_on FROM after WHERE product_id IS NOT NULL)
        WHERE day = first_on GROUP BY customer_id ORDER BY customer_id`,
});

/** Every order after the cut with its products, two at least. */
export const outcomeBaskets = outcomeStep({
  name: "outcome_baskets",
  title: "Baskets after the cut",
  columns: [customer, { name: "products", type: "VARCHAR[]" }],
  sql: `SELECT customer_id, products FROM (
          SELECT customer_id, key_space, order_id, list(DISTINCT product_id ORDER BY product_id) AS products FROM after
          WHERE product_id IS NOT NULL GROUP BY customer_id, key_space, order_id)
        WHERE len(products) > 1 ORDER BY customer_id, products`,
});

/** When each product and category was first bought after the cut. */
export const outcomeRebuys = outcomeStep({
  name: "outcome_rebuys",
  title: "Bought again after the cut",
  columns: [
    customer,
    { name: "level", type: "VARCHAR" },
    { name: "item", type: "VARCHAR" },
    { name: "next_on", type: "DATE" },
  ],
  sql: `SELECT customer_id, 'product' AS level, product_id AS item, min(day) AS next_on FROM after WHERE product_id IS NOT NULL GROUP BY customer_id, product_id
        UNION ALL SELECT customer_id, 'category', category, min(day) FROM after WHERE category IS NOT NULL GROUP BY customer_id, category
        ORDER BY customer_id, level, item`,
});
