import type { Column } from "../../shared/domain/column.ts";
import { defineStep, type StepContext } from "../engine/step-context.ts";

const columns: readonly Column[] = [
  { name: "product_a", type: "VARCHAR" },
  { name: "product_b", type: "VARCHAR" },
  { name: "product_c", type: "VARCHAR" },
  { name: "n_baskets", type: "BIGINT", unit: "count" },
  { name: "n_late", type: "BIGINT", unit: "count" },
];

/** Baskets of more products are left out: they are stock orders, and their pairs grow with the square. */
const mostInPairs = 60;
const mostInTriples = 15;
const mostSets = 20_000;

/** How many baskets hold each product, each pair of them that is commoner than by chance, and each triple of such pairs; of those
 *  how many are of the last fifth of baskets by day. The row without a product counts all baskets. Counted from smaller sets to
 *  larger ones, so that nothing rare is ever counted together (Agrawal & Srikant 1994). */
export const itemsets = defineStep({
  name: "itemsets",
  version: 1,
  title: "Products bought together",
  stage: "features",
  scope: "brand",
  timing: "as_of",
  inputs: { baskets: { step: "baskets", output: "baskets" } },
  params: {
    least_baskets: {
      kind: "number",
      default: 20,
      min: 2,
      max: 100_000,
      integer: true,
      unit: "baskets",
      label: "Baskets behind a set",
      help: "Products that fewer baskets hold together are left out.",
    },
  },
  outputs: [{ name: "itemsets", kind: "parquet", columns }],
  run: async (context) => {
    await countSets(context, Number(context.params.least_baskets));
    await context.output.query(
      "itemsets",
      "SELECT * FROM sets ORDER BY product_a NULLS FIRST, product_b NULLS FIRST, product_c NULLS FIRST",
    );
  },
});

async function countSets({ session, relation }: StepContext, least: number): Promise<void> {
  const counted = "CAST(count(*) AS BIGINT) AS n_baskets, CAST(count(*) FILTER (i.is_late) AS BIGINT) AS n_late";
  await session.run(`CREATE TEMP TABLE filled AS
    SELECT row_number() OVER () AS basket, day, products FROM ${relation("baskets")} WHERE len(products) BETWEEN 1 AND ${mostInPairs}`);
  await session.run(`CREATE TEMP TABLE items AS
    WITH late AS (SELECT quantile_disc(day, 0.8) AS since FROM filled)
    SELECT basket, day > since AS is_late, len(products) AS n, unnest(products) AS product FROM filled, late`);
  await session.run(
    `CREATE TEMP TABLE singles AS SELECT product, ${counted} FROM items i GROUP BY product HAVING count(*) >= ${least}`,
  );
  await session.run(`CREATE TEMP TABLE kept AS
    SELECT i.basket, i.is_late, i.n, i.product FROM items i SEMI JOIN singles USING (product) WHERE i.n > 1`);
  await session.run(`CREATE TEMP TABLE pairs AS
    WITH total AS (SELECT count(*) AS n FROM filled),
      together AS (SELECT i.product AS a, j.product AS b, ${counted} FROM kept i JOIN kept j ON j.basket = i.basket AND j.product > i.product GROUP BY ALL HAVING count(*) >= ${least})
    SELECT t.a, t.b, t.n_baskets, t.n_late FROM together t JOIN singles x ON x.product = t.a JOIN singles y ON y.product = t.b, total
    WHERE t.n_baskets * CAST(total.n AS DOUBLE) > CAST(x.n_baskets AS DOUBLE) * y.n_baskets
    ORDER BY t.n_baskets * total.n / (CAST(x.n_baskets AS DOUBLE) * y.n_baskets) * sqrt(t.n_baskets) DESC, a, b LIMIT ${mostSets}`);
  await session.run(`CREATE TEMP TABLE few AS SELECT * FROM kept WHERE n BETWEEN 3 AND ${mostInTriples}`);
  await session.run(`CREATE TEMP TABLE triples AS
    WITH held AS (SELECT i.basket, i.is_late, p.a, p.b FROM few i JOIN pairs p ON p.a = i.product SEMI JOIN few j ON j.basket = i.basket AND j.product = p.b)
    SELECT i.a, i.b, k.product AS c, ${counted} FROM held i JOIN few k ON k.basket = i.basket AND k.product > i.b
      SEMI JOIN pairs p ON p.a = i.a AND p.b = k.product SEMI JOIN pairs q ON q.a = i.b AND q.b = k.product
    GROUP BY ALL HAVING count(*) >= ${least} ORDER BY n_baskets DESC, 1, 2, 3 LIMIT ${mostSets}`);
  await session.run(`CREATE TEMP TABLE sets AS
    WITH late AS (SELECT quantile_disc(day, 0.8) AS since FROM filled)
    SELECT CAST(NULL AS VARCHAR) AS product_a, CAST(NULL AS VARCHAR) AS product_b, CAST(NULL AS VARCHAR) AS product_c, CAST(count(*) AS BIGINT) AS n_baskets,
           CAST(count(*) FILTER (day > since) AS BIGINT) AS n_late FROM filled, late
    UNION ALL SELECT product, NULL, NULL, n_baskets, n_late FROM singles
    UNION ALL SELECT a, b, NULL, n_baskets, n_late FROM pairs UNION ALL SELECT a, b, c, n_baskets, n_late FROM triples`);
}
