import { createHash } from "node:crypto";
import { canonicalJson, type Json } from "../../shared/base/canonical-json.ts";
import { AssayError } from "../../shared/base/errors.ts";
import type { Session } from "../engine/duckdb.ts";
import { ident, literal } from "../engine/sql.ts";
import { numberOf, textOrNull } from "./estimate.ts";
import { columnsIn, keptProfiles } from "./kept-profiles.ts";
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
  /** `place`: the profiles' row numbers, in order. */
  readonly table: string;
  readonly total: number;
  /** All customers. */
  readonly of: number;
}

const keptOrders = 8;

/** A page of profiles under a filter and an order. The order is worked out once and kept beside the session: any further
 *  page, at any offset, is a range of its row numbers. NULL stands last both ways; equal rows stand by customer_id. */
export async function pageCustomers(snapshot: OpenSnapshot, input: PageInput, signal?: AbortSignal): Promise<Page> {
  const columns = input.columns.map((name) => known(snapshot, name));
  return snapshot.use(signal, async (session) => {
    const order = await storedOrder(snapshot, session, input);
    const from = Math.max(0, Math.floor(input.offset));
    const to = from + Math.max(1, Math.min(500, Math.floor(input.limit)));
    const found = await session.rows(
      `SELECT place FROM ${order.table} WHERE rowid >= ${from} AND rowid < ${to} ORDER BY rowid`,
    );
    const places = found.map(({ place }) => numberOf(place));
    return { total: order.total, of: order.of, rows: await rowsAt(snapshot, session, places, columns) };
  });
}

/** The profiles at some places, in their order. */
async function rowsAt(
  snapshot: OpenSnapshot,
  session: Session,
  places: readonly number[],
  columns: readonly string[],
): Promise<Page["rows"]> {
  if (places.length === 0) return [];
  const isNested = (name: string) =>
    /[[(]/.test(snapshot.profileColumns.get(name)?.replace(/^DECIMAL\(.*\)$/, "") ?? "");
  const plain = columns.filter((name) => !isNested(name));
  const nested = columns.filter(isNested);
  const kept = await keptProfiles(snapshot, session, ["customer_id", ...plain]);
  const list = places.join(", ");
  const rows = await session.rows(
    `SELECT rowid AS place, ${["customer_id", ...plain].map(ident).join(", ")} FROM ${kept} WHERE rowid IN (${list})`,
  );
  const at = new Map(rows.map((row) => [numberOf(row.place), row]));
  const names = await keptNames(snapshot, session);
  const named = await session.rows(`SELECT place, name FROM ${names} WHERE place IN (${list})`);
  const nameAt = new Map(named.map(({ place, name }) => [numberOf(place), textOrNull(name)]));
  const lists = new Map<string, Record<string, Json>>();
  if (nested.length > 0) {
    const ids = rows.map(({ customer_id: id }) => literal(String(id))).join(", ");
    const select = nested.map(ident).join(", ");
    for (const row of await session.rows(`SELECT customer_id, ${select} FROM profiles WHERE customer_id IN (${ids})`))
      lists.set(String(row.customer_id), row);
  }
  return places.map((place) => {
    const row = at.get(place) ?? {};
    const id = String(row.customer_id);
    const shown = (name: string) => (isNested(name) ? lists.get(id)?.[name] : row[name]) ?? null;
    return { customer_id: id, name: nameAt.get(place) ?? null, values: columns.map(shown) };
  });
}

/** Names by the place of their customer, in a table of their own. */
async function keptNames(snapshot: OpenSnapshot, session: Session): Promise<string> {
  const table = "kept_names";
  if (snapshot.memo.has(table)) return table;
  const kept = await keptProfiles(snapshot, session, ["customer_id"]);
  await session.run(`CREATE OR REPLACE TEMP TABLE ${table} AS
    SELECT profiles.rowid AS place, min(n.name) AS name FROM ${kept} JOIN names_seen n USING (customer_id) GROUP BY place ORDER BY place`);
  snapshot.memo.set(table, true);
  return table;
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
  const fields = sort.map(({ field }) => known(snapshot, field));
  const keys = sort.map(({ field, direction }) => `${ident(field)} ${direction === "asc" ? "ASC" : "DESC"} NULLS LAST`);
  const holds = filters.map((one) => `(${one})`).join(" AND ");
  const named = columnsIn(snapshot, holds);
  const from = await keptProfiles(snapshot, session, ["customer_id", ...fields, ...(named ?? [])]);
  const where = named === null ? `customer_id IN (SELECT customer_id FROM profiles WHERE ${holds})` : holds;
  await session.run(`CREATE OR REPLACE TEMP TABLE ${table} AS SELECT CAST(rowid AS INTEGER) AS place FROM ${from}
    ${where === "" ? "" : `WHERE ${where}`} ORDER BY ${[...keys, "customer_id"].join(", ")}`);
  const [counts = {}] = await session.rows(
    `SELECT (SELECT count(*) FROM ${table}) AS total, (SELECT count(*) FROM ${from}) AS all_of_them`,
  );
  return { table, total: numberOf(counts.total), of: numberOf(counts.all_of_them) };
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
