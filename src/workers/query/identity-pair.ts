import type { Json } from "../../shared/base/canonical-json.ts";
import { AssayError } from "../../shared/base/errors.ts";
import type { Session } from "../engine/duckdb.ts";
import { literal } from "../engine/sql.ts";
import { numberOf, textOrNull } from "./estimate.ts";
import { prepareLines } from "./prepare-lines.ts";
import type { OpenSnapshot } from "./session-pool.ts";

export interface IdentityRecord {
  key_space: string;
  source_record_id: string;
  sources: string[];
  rule: string;
  probability: number;
}
export interface IdentitySide {
  customer_id: string;
  name: string | null;
  order_count: number;
  revenue_minor: number;
  first_order_on: string | null;
  last_order_on: string | null;
  lifecycle_stage: string | null;
  records: IdentityRecord[];
}
export interface WeighedPair {
  a: { key_space: string; source_record_id: string };
  b: { key_space: string; source_record_id: string };
  probability: number;
  prior_bits: number;
  household_bits: number;
  weights: { name: string; level: string; bits: number }[];
}
export interface ExplainedPair {
  is_joined: boolean;
  sides: IdentitySide[];
  pairs: WeighedPair[];
  /** What both have in common, as it was delivered: attribute and how many values. */
  shared: { attribute: string; value: string }[];
}

const mostPairs = 25;

/** Why two are one customer, or two: their records, and what each agreement of the pairs that were weighed says in bits.
 *  `a` and `b`: customer ids or ids of source records. Throws not_found. */
export async function explainPair(
  snapshot: OpenSnapshot,
  { a, b }: { a: string; b: string },
  signal?: AbortSignal,
): Promise<ExplainedPair> {
  return snapshot.use(signal, async (session) => {
    const [one, other] = [await whoseIs(session, a), await whoseIs(session, b)];
    const ids = [...new Set([one.customer, other.customer])];
    const sides: IdentitySide[] = [];
    for (const id of ids) sides.push(await sideOf(snapshot, session, id));
    const own = (whose: Found, prefix: string) =>
      whose.record === null
        ? `${prefix}customer_id = ${literal(whose.customer)}`
        : `${prefix}source_record_id = ${literal(whose.record)}`;
    const either = `(${own(one, "")} AND ${own(other, "other_")}) OR (${own(other, "")} AND ${own(one, "other_")})`;
    const rows = snapshot.has("identity_pairs")
      ? await session.rows(
          `SELECT * REPLACE (CAST(CAST(weights AS JSON) AS VARCHAR) AS weights, CAST(CAST(levels AS JSON) AS VARCHAR) AS levels)
           FROM identity_pairs WHERE ${either} ORDER BY probability DESC, source_record_id, other_source_record_id LIMIT ${mostPairs}`,
        )
      : [];
    const shared = ids.length === 2 ? await sharedOf(snapshot, session, ids) : [];
    return { is_joined: ids.length === 1, sides, pairs: rows.map(pairOf), shared };
  });
}

interface Found {
  readonly customer: string;
  /** The record that was asked for; null where a customer was. */
  readonly record: string | null;
}

async function whoseIs(session: Session, name: string): Promise<Found> {
  const asked = literal(name);
  const [found] = await session.rows(
    `SELECT customer_id, customer_id = ${asked} AS is_customer FROM identity_links
     WHERE customer_id = ${asked} OR source_record_id = ${asked} ORDER BY is_customer DESC, customer_id LIMIT 1`,
  );
  if (!found) {
    throw new AssayError(
      "not_found",
      `The snapshot knows no customer and no record ${name.slice(0, 40)}.`,
      "Name a customer id (20 hex digits) or the id of a source record.",
    );
  }
  return { customer: String(found.customer_id), record: found.is_customer === true ? null : name };
}

async function sideOf(snapshot: OpenSnapshot, session: Session, id: string): Promise<IdentitySide> {
  const customer = literal(id);
  const [profile = {}] = await session.rows(`SELECT * FROM profiles WHERE customer_id = ${customer}`);
  const name = await session.value(`SELECT any_value(name) FROM names_seen WHERE customer_id = ${customer}`);
  const records = await session.rows(
    `SELECT key_space, source_record_id, list_sort(list(DISTINCT source)) AS sources, any_value(rule) AS rule, max(probability) AS probability
     FROM identity_links WHERE customer_id = ${customer} GROUP BY ALL ORDER BY key_space, source_record_id LIMIT 200`,
  );
  const figure = (column: string): Json => (snapshot.profileColumns.has(column) ? (profile[column] ?? null) : null);
  return {
    customer_id: id,
    name: textOrNull(name),
    order_count: numberOf(figure("order_count")),
    revenue_minor: numberOf(figure("revenue_minor")),
    first_order_on: textOrNull(figure("first_order_on")),
    last_order_on: textOrNull(figure("last_order_on")),
    lifecycle_stage: textOrNull(figure("lifecycle_stage")),
    records: records.map((row) => ({
      key_space: String(row.key_space),
      source_record_id: String(row.source_record_id),
      sources: (row.sources as string[] | null) ?? [],
      rule: textOrNull(row.rule) ?? "source_id",
      probability: numberOf(row.probability),
    })),
  };
}

function pairOf(row: Readonly<Record<string, Json>>): WeighedPair {
  const bits = JSON.parse(String(row.weights)) as Record<string, number>;
  const levels = JSON.parse(String(row.levels)) as Record<string, string>;
  const side = (prefix: string) => ({
    key_space: String(row[`${prefix}key_space`]),
    source_record_id: String(row[`${prefix}source_record_id`]),
  });
  return {
    a: side(""),
    b: side("other_"),
    probability: numberOf(row.probability),
    prior_bits: numberOf(row.prior_bits),
    household_bits: numberOf(row.household_bits),
    weights: Object.entries(bits).map(([name, value]) => ({ name, level: levels[name] ?? "", bits: value })),
  };
}

const comparable = ["full_name", "birth_date", "email", "phone", "address_line", "postcode", "city", "loyalty_id"];

/** Values of the two golden records that are the same. */
async function sharedOf(
  snapshot: OpenSnapshot,
  session: Session,
  ids: readonly string[],
): Promise<ExplainedPair["shared"]> {
  const columns = comparable.filter((name) => snapshot.columnsOf("people").has(name));
  if (columns.length === 0) return [];
  const [one, other] = await session.rows(
    `SELECT ${columns.join(", ")} FROM people WHERE customer_id IN (${ids.map(literal).join(", ")}) ORDER BY customer_id`,
  );
  return columns.flatMap((attribute) => {
    const [a, b] = [textOrNull(one?.[attribute]), textOrNull(other?.[attribute])];
    return a !== null && b !== null && a.toLowerCase() === b.toLowerCase() ? [{ attribute, value: a }] : [];
  });
}

interface RecordName {
  readonly key_space: string;
  readonly source_record_id: string;
}
const valuesOf = (records: readonly RecordName[]) =>
  records.map((one, at) => `(${at}, ${literal(one.key_space)}, ${literal(one.source_record_id)})`).join(", ");

/** What came in under some of a customer's records: orders and what they brought. */
export function shareOfRecords(
  snapshot: OpenSnapshot,
  { customer_id, records }: { customer_id: string; records: readonly RecordName[] },
  signal?: AbortSignal,
): Promise<{ order_count: number; revenue_minor: number }> {
  const orders = snapshot.columnsOf("orders");
  const isKnown = ["customer_id", "key_space", "order_id", "source_customer_id"].every((name) => orders.has(name));
  if (!isKnown) return Promise.resolve({ order_count: 0, revenue_minor: 0 });
  return snapshot.use(signal, async (session) => {
    await prepareLines(snapshot, session);
    const [row = {}] =
      await session.rows(`WITH taken AS (SELECT * FROM (VALUES ${valuesOf(records)}) v(number, key_space, source_record_id)),
      own AS (SELECT DISTINCT concat(o.key_space, chr(31), o.order_id) AS order_ref FROM orders o JOIN taken t ON t.key_space = o.key_space
        AND o.source_customer_id IN (t.source_record_id, regexp_replace(t.source_record_id, '@[^@]*$', '')) WHERE o.customer_id = ${literal(customer_id)})
      SELECT count(DISTINCT order_ref) AS order_count, CAST(coalesce(sum(revenue_minor), 0) AS BIGINT) AS revenue_minor
      FROM lines_seen JOIN own USING (order_ref) WHERE customer_id = ${literal(customer_id)} AND is_purchase`);
    return { order_count: numberOf(row.order_count), revenue_minor: numberOf(row.revenue_minor) };
  });
}

/** Whether the records of each pair are one customer's; null where one of them isn't there. */
export function whetherJoined(
  snapshot: OpenSnapshot,
  { pairs }: { pairs: readonly { a: RecordName; b: RecordName }[] },
  signal?: AbortSignal,
): Promise<{ joined: (boolean | null)[] }> {
  return snapshot.use(signal, async (session) => {
    const side = (name: string, records: readonly RecordName[]) =>
      `${name} AS (SELECT v.number, any_value(l.customer_id) AS customer_id FROM (VALUES ${valuesOf(records)}) v(number, key_space, source_record_id)
        JOIN identity_links l USING (key_space, source_record_id) GROUP BY v.number)`;
    const rows = await session.rows(
      `WITH ${side(
        "a",
        pairs.map((one) => one.a),
      )}, ${side(
        "b",
        pairs.map((one) => one.b),
      )}
       SELECT number, a.customer_id = b.customer_id AS joined FROM a JOIN b USING (number)`,
    );
    const known = new Map(rows.map((row) => [numberOf(row.number), row.joined === true]));
    return { joined: pairs.map((_, at) => known.get(at) ?? null) };
  });
}
