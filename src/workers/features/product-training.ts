import { literal } from "../engine/sql.ts";
import { defineStep } from "../engine/step-context.ts";
import { earlierCuts } from "./earlier-cuts.ts";

const [daysBefore] = earlierCuts;
const mostCustomers = 20_000;

/** Histories of products as they stood a quarter ago with what the customer bought since, to choose recommenders by. Of many customers
 *  a share is drawn by what they had bought, not by who they are. */
export const productTraining = defineStep({
  name: "product_training",
  version: 2,
  title: "Products bought after an earlier day",
  stage: "features",
  scope: "brand",
  timing: "as_of",
  inputs: {
    before: { step: "product_histories", output: "product_histories", daysBefore },
    counts: { step: "product_counts", output: "product_counts" },
  },
  params: {},
  outputs: [
    {
      name: "product_training",
      kind: "parquet",
      columns: [
        { name: "customer_id", type: "VARCHAR" },
        { name: "products", type: "VARCHAR[]" },
        { name: "next_products", type: "VARCHAR[]" },
      ],
    },
  ],
  run: async (context) => {
    await context.output.query(
      "product_training",
      `WITH size AS (SELECT count(*) AS n FROM ${context.relation("before")}),
         kept AS (
           SELECT customer_id, products FROM ${context.relation("before")}, size
           WHERE n <= ${mostCustomers} OR CAST('0x' || left(md5(array_to_string(products, '|')), 8) AS BIGINT) % 1000000 < 1000000.0 * ${mostCustomers} / n),
         after AS (
           SELECT customer_id, list(product_id ORDER BY product_id) AS next_products FROM ${context.relation("counts")}
           WHERE last_on > DATE ${literal(context.asOf)} - ${daysBefore} GROUP BY customer_id)
       SELECT customer_id, products, next_products FROM kept LEFT JOIN after USING (customer_id) ORDER BY customer_id`,
    );
  },
});
