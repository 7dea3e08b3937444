import type { Person } from "../../shared/domain/erasure.ts";
import { findArtifact, verifiedPath } from "../engine/artifact-store.ts";
import type { Session } from "../engine/duckdb.ts";
import { literal, parquet } from "../engine/sql.ts";

export interface FindRequest {
  readonly brandDir: string;
  /** Keys of what was read of each delivery. */
  readonly normalised: readonly string[];
  /** Keys of the assignments of ids, in order. */
  readonly ids: readonly string[];
  /** Keys of tables of visits with their customer. */
  readonly visits: readonly { readonly key: string; readonly output: string }[];
  readonly email?: string | undefined;
  readonly customer_id?: string | undefined;
}
export interface FoundPerson extends Person {
  /** Addresses, numbers and cards that somebody else has too. */
  readonly shared: number;
  /** How many customers of now are meant. */
  readonly several: number;
}

const contactColumns = "key_space, source, source_customer_id, email, phone, loyalty_id";
const empty = (columns: string) =>
  `SELECT ${columns
    .split(", ")
    .map((name) => `CAST(NULL AS VARCHAR) AS ${name}`)
    .join(", ")} WHERE false`;

function pathsOf(brandDir: string, keys: readonly string[], output: string): string[] {
  return keys.flatMap((key) => {
    const file = findArtifact(brandDir, key)?.files.find((one) => one.output === output && one.rows > 0);
    return file ? [verifiedPath(brandDir, file)] : [];
  });
}

/** Everything that one person is known by: the records that identity holds for theirs, with all addresses, numbers, cards and orders of
 *  these, less what somebody else has too. Where identity doesn't know them yet, the rows of the address itself. */
export async function findPerson(session: Session, request: FindRequest): Promise<FoundPerson> {
  const { brandDir, normalised, ids } = request;
  await rowsTable(session, "contacts", contactColumns, pathsOf(brandDir, normalised, "customers"));
  await rowsTable(session, "ordering", `${contactColumns}, order_id`, pathsOf(brandDir, normalised, "orders"));
  const lines = pathsOf(brandDir, normalised, "order_lines");
  if (lines.length > 0)
    await session.run(`INSERT INTO ordering SELECT DISTINCT key_space, source, source_customer_id, NULL, NULL, NULL, order_id
      FROM ${parquet(lines)} WHERE source_customer_id IS NOT NULL AND order_id IS NOT NULL`);
  const assigned = ids.map((key, at) => ({ at, paths: pathsOf(brandDir, [key], "records") }));
  const parts = assigned
    .filter(({ paths }) => paths.length > 0)
    .map(({ at, paths }) => `SELECT ${at} AS n, key_space, source_record_id AS id, customer_id FROM ${parquet(paths)}`);
  await session.run(
    `CREATE OR REPLACE TEMP TABLE named AS ${parts.join(" UNION ALL ") || "SELECT 0 AS n, '' AS key_space, '' AS id, '' AS customer_id WHERE false"}`,
  );
  await session.run(
    "CREATE OR REPLACE TEMP VIEW latest AS SELECT DISTINCT key_space, id, customer_id FROM named WHERE n = (SELECT max(n) FROM named)",
  );
  for (const table of ["contacts", "ordering"]) await session.run(candidatesSql(table));
  await seed(session, request);
  await session.run(`CREATE OR REPLACE TEMP TABLE mine AS
    SELECT key_space, id FROM latest WHERE customer_id IN (SELECT customer_id FROM chosen)
    UNION SELECT key_space, id FROM loose`);
  const texts = async (sql: string) =>
    (await session.rows(`SELECT DISTINCT CAST(v AS VARCHAR) AS v FROM (${sql}) WHERE v IS NOT NULL ORDER BY 1`)).map(
      ({ v }) => String(v),
    );
  const pairs = async (sql: string) =>
    (await session.rows(`SELECT DISTINCT key_space, id FROM (${sql}) WHERE id IS NOT NULL ORDER BY ALL`)).map(
      ({ key_space, id }) => ({ key_space: String(key_space), id: String(id) }),
    );
  let shared = 0;
  const exclusive = async (column: string): Promise<string[]> => {
    const own = await texts(
      `SELECT ${column} AS v FROM contacts_of JOIN mine USING (key_space, id) UNION ALL SELECT ${column} FROM ordering_of JOIN mine USING (key_space, id)
       ${column === "email" && request.email ? `UNION ALL SELECT ${literal(request.email)} WHERE EXISTS (SELECT 1 FROM mine)` : ""}`,
    );
    const others = new Set(
      await texts(`SELECT c.${column} AS v FROM contacts_of c JOIN latest l USING (key_space, id)
        WHERE l.customer_id NOT IN (SELECT customer_id FROM chosen) AND (c.key_space, c.id) NOT IN (SELECT key_space, id FROM mine)`),
    );
    const kept = own.filter((value) => !others.has(value));
    shared += own.length - kept.length;
    return kept;
  };
  const emails = await exclusive("email");
  const phones = await exclusive("phone");
  const cards = await exclusive("loyalty_id");
  const records = await pairs("SELECT key_space, id FROM mine");
  const orders = await pairs("SELECT o.key_space, o.order_id AS id FROM ordering_of o JOIN mine USING (key_space, id)");
  const current = await texts("SELECT customer_id AS v FROM chosen");
  const before = await texts(`SELECT customer_id AS v FROM named JOIN mine USING (key_space, id)
    WHERE customer_id NOT IN (SELECT customer_id FROM latest WHERE customer_id NOT IN (SELECT customer_id FROM chosen))`);
  const customer_ids = [...new Set([...current, ...before])];
  const visitors = await visitorsOf(session, request, customer_ids);
  return { customer_ids, records, orders, emails, phones, cards, visitors, shared, several: current.length };
}

async function rowsTable(session: Session, name: string, columns: string, paths: readonly string[]): Promise<void> {
  const from = paths.length > 0 ? `SELECT DISTINCT ${columns} FROM ${parquet(paths)}` : empty(columns);
  await session.run(`CREATE OR REPLACE TEMP TABLE ${name} AS ${from}`);
}

/** Rows under every name that identity may have given their record. */
function candidatesSql(table: string): string {
  return `CREATE OR REPLACE TEMP TABLE ${table}_of AS SELECT * FROM (SELECT *, unnest([source_customer_id, source_customer_id || '@' || source,
      CASE WHEN source_customer_id IS NULL THEN 'email:' || left(md5(email), 20) END, CASE WHEN source_customer_id IS NULL THEN 'phone:' || left(md5(phone), 20) END,
      CASE WHEN source_customer_id IS NULL THEN 'card:' || loyalty_id END]) AS id FROM ${table}) WHERE id IS NOT NULL`;
}

/** Makes `chosen` (customer_id) and, for rows that identity doesn't know, `loose` (key_space, id). */
async function seed(session: Session, { email, customer_id }: FindRequest): Promise<void> {
  if (customer_id !== undefined) {
    await session.run(
      `CREATE OR REPLACE TEMP TABLE chosen AS SELECT DISTINCT customer_id FROM latest WHERE customer_id = ${literal(customer_id)}`,
    );
    await session.run("CREATE OR REPLACE TEMP TABLE loose AS SELECT '' AS key_space, '' AS id WHERE false");
    return;
  }
  const rows = ["contacts_of", "ordering_of"].map(
    (table) => `SELECT key_space, id FROM ${table} WHERE email = ${literal(email ?? "")}`,
  );
  await session.run(`CREATE OR REPLACE TEMP TABLE reached AS SELECT DISTINCT * FROM (${rows.join(" UNION ALL ")})`);
  await session.run(
    "CREATE OR REPLACE TEMP TABLE chosen AS SELECT DISTINCT customer_id FROM latest JOIN reached USING (key_space, id)",
  );
  await session.run(`CREATE OR REPLACE TEMP TABLE loose AS SELECT key_space, id FROM reached
    WHERE NOT EXISTS (SELECT 1 FROM chosen) AND id NOT LIKE '%@%'`);
}

async function visitorsOf(
  session: Session,
  { brandDir, visits }: FindRequest,
  ids: readonly string[],
): Promise<string[]> {
  const paths = visits.flatMap(({ key, output }) => pathsOf(brandDir, [key], output));
  if (paths.length === 0 || ids.length === 0) return [];
  const own = `customer_id IN (${ids.map(literal).join(", ")})`;
  const found = await session.rows(`SELECT visitor_id FROM ${parquet(paths)} WHERE visitor_id IS NOT NULL
    GROUP BY visitor_id HAVING bool_and(coalesce(${own}, false)) ORDER BY visitor_id`);
  return found.map(({ visitor_id }) => String(visitor_id));
}
