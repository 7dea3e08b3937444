/** Columns of the export, for whoever reads it with given types. */
export const exportColumns = `{'order_id': 'BIGINT', 'line_id': 'INTEGER', 'customer_id': 'VARCHAR', 'email': 'VARCHAR', 'ordered_at': 'TIMESTAMP',
  'sku': 'VARCHAR', 'category': 'VARCHAR', 'quantity': 'INTEGER', 'unit_price': 'DECIMAL(12,2)', 'discount': 'DECIMAL(12,2)', 'channel': 'VARCHAR'}`;

export interface Exported {
  readonly lines: number;
  readonly customers: number;
  readonly seed: number;
  /** All lines are of it; left out: they are of two years. */
  readonly day?: string;
}

/** SQL of the lines of a shop: a pareto of customers, four lines an order. */
export function exportSql({ lines, customers, seed, day }: Exported): string {
  const at = day
    ? `TIMESTAMP '${day}' + to_seconds(CAST(hash(o, ${seed}) % 80000 AS BIGINT))`
    : `TIMESTAMP '2024-01-01' + to_seconds(CAST(hash(o, ${seed}) % 63072000 AS BIGINT))`;
  return `WITH numbered AS (SELECT i, i // 4 AS o FROM range(${lines}) numbers(i)),
    drawn AS (SELECT i, o, CAST(floor(pow((hash(o, ${seed + 1}) % 1000000) / 1e6, 1.6) * ${customers}) AS BIGINT) AS c, ${at} AS ordered_at,
      hash(i, ${seed + 2}) % 20000 AS p FROM numbered)
    SELECT ${seed} * 1000000000 + o AS order_id, i % 4 + 1 AS line_id, 'C' || lpad(CAST(c AS VARCHAR), 8, '0') AS customer_id,
      'person' || c || '@example.com' AS email, ordered_at, 'P' || lpad(CAST(p AS VARCHAR), 5, '0') AS sku, 'Category ' || (p % 24) AS category,
      1 + (hash(i, 5) % 3) AS quantity, CAST(5 + (p % 97) + 0.99 AS DECIMAL(12,2)) AS unit_price,
      CAST(CASE WHEN hash(i, 6) % 5 = 0 THEN 1.5 ELSE 0 END AS DECIMAL(12,2)) AS discount,
      CASE WHEN hash(o, 7) % 3 = 0 THEN 'store' ELSE 'web' END AS channel
    FROM drawn`;
}
