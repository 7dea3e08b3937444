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

/** Tables that name runs or deliveries, or say how long something took. */
const ofRuns = new Set(["identity_pairs", "segment_members"]);

/** Rows of some of the current snapshot's tables as text, in order, with a customer named by the least of the own record ids. */
export async function tablesOf(client: Client<AssayContract>, brand: string): Promise<Record<string, string[]>> {
  return rowsOf(client, brand, compared);
}

/** The same of every published table but those that belong to runs. */
export async function publishedTables(client: Client<AssayContract>, brand: string): Promise<Record<string, string[]>> {
  const { tables } = await client.call("sql.tables", { brand });
  return rowsOf(
    client,
    brand,
    tables.map(({ table }) => table).filter((table) => !ofRuns.has(table)),
  );
}

const atOnce = 12;

async function rowsOf(
  client: Client<AssayContract>,
  brand: string,
  names: readonly string[],
): Promise<Record<string, string[]>> {
  const known = (await client.call("sql.tables", { brand })).tables;
  const found: Record<string, string[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (let from = 0; from < names.length; from += atOnce) {
    const selects = names.slice(from, from + atOnce).map((table) => {
      const columns = known.find((one) => one.table === table)?.columns ?? [];
      const cells = columns
        .filter(({ name }) => !whence.has(name))
        .map(({ name }) => `coalesce(CAST(t."${name}" AS VARCHAR), '∅')`);
      const hasCustomer = columns.some(({ name }) => name === "customer_id");
      const [who, join] = hasCustomer ? ["coalesce(w.who, 'nobody')", "LEFT JOIN w USING (customer_id)"] : ["''", ""];
      return `SELECT '${table}' AS name, ${who} || chr(31) || concat_ws(chr(31), ${["''", ...cells].join(", ")}) AS row FROM ${table} t ${join}`;
    });
    const { rows } = await client.call("sql.query", {
      brand,
      sql: `WITH w AS (SELECT customer_id, min(source_record_id) AS who FROM identity_links GROUP BY 1) ${selects.join(" UNION ALL ")}`,
      limit: 5_000_000,
    });
    for (const { name, row } of rows) found[String(name)]?.push(String(row));
  }
  for (const rows of Object.values(found)) rows.sort();
  return found;
}
