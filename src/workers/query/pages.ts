import { createHash } from "node:crypto";
import { canonicalJson, type Json } from "../../shared/base/canonical-json.ts";
import { AssayError } from "../../shared/base/errors.ts";
import type { Session } from "../engine/duckdb.ts";
import { ident, literal } from "../engine/sql.ts";
import { numberOf, textOrNull } from "./estimate.ts";
import { predicateIn } from "./segment-in.ts";
import type { OpenSnapshot } from "./session-pool.ts";

export interface PageInput {
  readonly where?: unknown;
  readonly text?: string | undefined;
  readonly sort?: readonly { readonly field: string; readonly direction: "asc" | "desc" }[] | undefined;
  readonly columns: readonly string[];
  readonly offset: number;
  readonly limit: number;
}
export interface Page {
  total: number;
  of: number;
  rows: { customer_id: string; name: string | null; values: Json[] }[];
}
interface StoredOrder {
  readonly table: string;
  readonly total: number;
}

const keptOrders = 8;

/** A page of profiles under a filter and an order. The order is worked out once and kept beside the session: any further
 *  page, at any offset, is a range of its row numbers. NULL stands last both ways; equal rows stand by customer_id. */
export async function pageCustomers(snapshot: OpenSnapshot, input: PageInput, signal?: AbortSignal): Promise<Page> {
  const columns = input.columns.map((name) => known(snapshot, name));
  return snapshot.use(signal, async (session) => {
    const order = await storedOrder(snapshot, session, input);
    const of = numberOf(await session.value("SELECT count(*) FROM profiles"));
    const from = Math.max(0, Math.floor(input.offset));
    const to = from + Math.max(1, Math.min(500, Math.floor(input.limit)));
    const rows = await session.rows(`WITH page AS MATERIALIZED (
        SELECT rowid AS place, customer_id FROM ${order.table} WHERE rowid >= ${from} AND rowid < ${to}
      )
      SELECT page.place, page.customer_id,
        (SELECT any_value(n.name) FROM names_seen n WHERE n.customer_id = page.customer_id) AS shown_name
        ${columns.map((name, at) => `, p.${ident(name)} AS v${at}`).join("")}
      FROM page JOIN (SELECT * FROM profiles WHERE customer_id IN (SELECT customer_id FROM page)) p ON p.customer_id = page.customer_id
      ORDER BY page.place`);
    return {
      total: order.total,
      of,
      rows: rows.map((row) => ({
        customer_id: String(row.customer_id),
        name: textOrNull(row.shown_name),
        values: columns.map((_, at) => row[`v${at}`] ?? null),
      })),
    };
  });
}

function known(snapshot: OpenSnapshot, name: string): string {
  if (snapshot.profileColumns.has(name)) return name;
  throw new AssayError(
    "bad_input",
    `profiles has no column ${name.slice(0, 60)}.`,
    "Choose a column that the profile has.",
  );
}

async function storedOrder(snapshot: OpenSnapshot, session: Session, input: PageInput): Promise<StoredOrder> {
  const question = { where: input.where ?? null, text: input.text?.trim() ?? "", sort: input.sort ?? [] };
  const key = `order ${createHash("sha256").update(canonicalJson(question)).digest("hex").slice(0, 24)}`;
  const found = snapshot.memo.get(key) as StoredOrder | undefined;
  snapshot.memo.delete(key);
  const order = found ?? (await makeOrder(snapshot, session, input, key.replace("order ", "order_")));
  snapshot.memo.set(key, order); // most recent last
  const kept = [...snapshot.memo.keys()].filter((one) => one.startsWith("order "));
  for (const old of kept.slice(0, -keptOrders)) {
    await session.run(`DROP TABLE IF EXISTS ${(snapshot.memo.get(old) as StoredOrder).table}`);
    snapshot.memo.delete(old);
  }
  return order;
}

async function makeOrder(
  snapshot: OpenSnapshot,
  session: Session,
  input: PageInput,
  table: string,
): Promise<StoredOrder> {
  const filters = [
    ...(input.where === undefined || input.where === null
      ? []
      : [await predicateIn(snapshot, session, { definition: { where: input.where }, segments: {} })]),
    ...textFilter(snapshot, input.text?.trim() ?? ""),
  ];
  const sort = input.sort?.length ? input.sort : [{ field: "revenue_minor", direction: "desc" as const }];
  const keys = sort.map(
    ({ field, direction }) => `${ident(known(snapshot, field))} ${direction === "asc" ? "ASC" : "DESC"} NULLS LAST`,
  );
  await session.run(`DROP TABLE IF EXISTS ${table}`);
  await session.run(`CREATE TEMP TABLE ${table} AS SELECT customer_id FROM profiles
    ${filters.length > 0 ? `WHERE ${filters.map((one) => `(${one})`).join(" AND ")}` : ""} ORDER BY ${[...keys, "customer_id"].join(", ")}`);
  return { table, total: numberOf(await session.value(`SELECT count(*) FROM ${table}`)) };
}

/** By the start of an id, or by a part of a name, an e-mail address or a phone number. */
function textFilter(snapshot: OpenSnapshot, text: string): string[] {
  if (text === "") return [];
  const people = snapshot.columnsOf("people");
  const columns = ["email", "phone", "full_name", "given_name", "family_name"].filter((name) => people.has(name));
  const parts = columns.map((name) => `contains(lower(${ident(name)}), lower(${literal(text)}))`);
  const byName = `SELECT customer_id FROM names_seen WHERE contains(lower(name), lower(${literal(text)}))`;
  const byContact =
    parts.length > 0 ? ` OR customer_id IN (SELECT customer_id FROM people WHERE ${parts.join(" OR ")})` : "";
  return [`starts_with(customer_id, lower(${literal(text)})) OR customer_id IN (${byName})${byContact}`];
}
