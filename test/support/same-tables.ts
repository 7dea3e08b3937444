import type { Client } from "../../src/shared/api/client.ts";
import type { AssayContract } from "../../src/shared/api/contract.ts";

/** What names a delivery or a place in it, and so differs by how rows came; and ids, which are given at birth. */
const whence = new Set(["customer_id", "batch_id", "source", "source_row", "said_id"]);
const compared = [
  "profiles",
  "orders",
  "order_lines",
  "returns",
  "products",
  "transactions",
  "purchase_summary",
  "category_counts",
  "scores_mbg_nbd",
  "scores_customer_value",
  "scores_lifecycle_stage",
  "scores_rfm",
];

/** Rows of the current snapshot's tables as text, in order, with a customer named by the least of the own record ids. */
export async function tablesOf(client: Client<AssayContract>, brand: string): Promise<Record<string, string[]>> {
  const ask = (sql: string) => client.call("sql.query", { brand, sql, limit: 1_000_000 });
  const tables: Record<string, string[]> = {};
  for (const table of compared) {
    const { columns } = await ask(`SELECT * FROM ${table} LIMIT 0`);
    const own = columns.map(({ name }) => name).filter((name) => !whence.has(name));
    const hasCustomer = columns.some(({ name }) => name === "customer_id");
    const who = hasCustomer ? "coalesce(w.who, 'nobody')" : "''";
    const join = hasCustomer
      ? "LEFT JOIN (SELECT customer_id, min(source_record_id) AS who FROM identity_links GROUP BY 1) w USING (customer_id)"
      : "";
    const cells = own.map((name) => `coalesce(CAST(t."${name}" AS VARCHAR), '∅')`).join(", ");
    const { rows } = await ask(
      `SELECT ${who} || chr(31) || concat_ws(chr(31), ${cells}) AS row FROM ${table} t ${join}`,
    );
    tables[table] = rows.map(({ row }) => String(row)).sort();
  }
  return tables;
}
