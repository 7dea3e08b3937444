import type { Session } from "../engine/duckdb.ts";
import { parquet } from "../engine/sql.ts";
import { numberOf, textOrNull } from "./estimate.ts";
import type { OpenSnapshot } from "./session-pool.ts";

export interface IdentityMeasure {
  measure: string;
  value: number;
  /** What is usual; outside of it something wants a look. */
  least: number;
  most: number;
  is_share: boolean;
}
export interface ReviewPair {
  customer_id: string;
  other_customer_id: string;
  name: string | null;
  other_name: string | null;
  probability: number;
  /** Pairs of their records that were weighed. */
  pairs: number;
  orders: number;
  other_orders: number;
}
export interface ReviewCluster {
  customer_id: string;
  name: string | null;
  records: number;
  sources: number;
  names: number;
  emails: number;
  reason: "over_large" | "conflicting";
}
export interface Identity {
  as_of: string;
  records: number;
  customers: number;
  /** Customers of the snapshot before of whose records some belong to another id now; null where there is none. */
  changed_ids: number | null;
  measures: IdentityMeasure[];
  /** How many customers have so many records, by the least of each step. */
  sizes: { from: number; customers: number }[];
  rules: { rule: string; records: number }[];
  sources: { source: string; records: number; joined: number }[];
  pairs: ReviewPair[];
  clusters: ReviewCluster[];
}

const sizeSteps = [1, 2, 3, 4, 5, 10, 20];
const overLarge = 20;
const mostReviewed = 200;
/** From which probability on two customers who are apart are worth a look. */
const worthALook = 0.9;

/** How well records were joined: measures with what is usual, the rules that joined, and what wants a look. Asked once a session. */
export async function readIdentity(snapshot: OpenSnapshot, _input: object, signal?: AbortSignal): Promise<Identity> {
  const key = `identity since ${snapshot.handle.before?.snapshot_id ?? "the beginning"}`;
  const known = snapshot.memo.get(key) as Identity | undefined;
  if (known) return known;
  const made = await snapshot.use(signal, (session) => read(snapshot, session));
  snapshot.memo.set(key, made);
  return made;
}

async function read(snapshot: OpenSnapshot, session: Session): Promise<Identity> {
  await session.run(`CREATE OR REPLACE TEMP TABLE own_records AS
    SELECT customer_id, key_space, source_record_id, any_value(rule) AS rule, count(DISTINCT source) AS n_sources, list(DISTINCT source) AS sources
    FROM identity_links GROUP BY ALL`);
  await session.run(`CREATE OR REPLACE TEMP TABLE clusters AS
    SELECT customer_id, count(*) AS records, len(list_distinct(flatten(list(sources)))) AS sources FROM own_records GROUP BY customer_id`);
  const [totals = {}] = await session.rows(
    `SELECT coalesce(sum(records), 0) AS records, count(*) AS customers, coalesce(max(records), 0) AS largest,
            coalesce(sum(records) FILTER (records > 1), 0) AS joined, count(*) FILTER (records >= ${overLarge}) AS over_large FROM clusters`,
  );
  const steps = sizeSteps.map((from, at) => {
    const below = sizeSteps[at + 1];
    return `count(*) FILTER (records >= ${from}${below === undefined ? "" : ` AND records < ${below}`}) AS s${from}`;
  });
  const [sizes = {}] = await session.rows(`SELECT ${steps.join(", ")} FROM clusters`);
  const rules = await session.rows(
    "SELECT coalesce(rule, 'source_id') AS rule, count(*) AS records FROM own_records GROUP BY ALL ORDER BY records DESC, rule",
  );
  const sources = await session.rows(
    `SELECT l.source, count(DISTINCT (l.key_space, l.source_record_id)) AS records,
            count(DISTINCT (l.key_space, l.source_record_id)) FILTER (c.records > 1) AS joined
     FROM identity_links l JOIN clusters c USING (customer_id) GROUP BY l.source ORDER BY records DESC, l.source`,
  );
  const conflicting = await conflictingOf(snapshot, session);
  const apart = await apartOf(snapshot, session);
  const customers = numberOf(totals.customers);
  const share = (part: number) => (customers > 0 ? part / customers : 0);
  const records = numberOf(totals.records);
  return {
    as_of: snapshot.handle.as_of,
    records,
    customers,
    changed_ids: await changedOf(snapshot, session),
    measures: [
      measure("records_per_customer", customers > 0 ? records / customers : 0, [1, 5]),
      measure("joined_share", records > 0 ? numberOf(totals.joined) / records : 0, [0, 1], true),
      measure("largest", numberOf(totals.largest), [1, overLarge - 1]),
      measure("over_large", numberOf(totals.over_large), [0, 0]),
      measure("conflicting_share", share(conflicting.total), [0, 0.002], true),
      measure("likely_apart_share", share(apart.total), [0, 0.005], true),
    ],
    sizes: sizeSteps.map((from) => ({ from, customers: numberOf(sizes[`s${from}`]) })),
    rules: rules.map((row) => ({ rule: String(row.rule), records: numberOf(row.records) })),
    sources: sources.map((row) => ({
      source: String(row.source),
      records: numberOf(row.records),
      joined: numberOf(row.joined),
    })),
    pairs: apart.pairs,
    clusters: conflicting.clusters,
  };
}

async function changedOf(snapshot: OpenSnapshot, session: Session): Promise<number | null> {
  const links = snapshot.handle.before?.tables.identity_links ?? [];
  if (links.length === 0) return null;
  return numberOf(
    await session.value(
      `SELECT count(DISTINCT b.customer_id) FROM ${parquet(links)} b JOIN identity_links a USING (key_space, source, source_record_id)
       WHERE a.customer_id <> b.customer_id`,
    ),
  );
}

function measure(name: string, value: number, [least, most]: [number, number], isShare = false): IdentityMeasure {
  return { measure: name, value, least, most, is_share: isShare };
}

/** Customers whose records disagree on given and on family name, and those of too many records. */
async function conflictingOf(snapshot: OpenSnapshot, session: Session) {
  const people = snapshot.columnsOf("people");
  const competing = (name: string) => (people.has(`${name}_competing`) ? `coalesce(p.${name}_competing, 0)` : "0");
  const isConflicting = `(${competing("given_name")} > 1 AND ${competing("family_name")} > 1)`;
  const from = `FROM clusters c LEFT JOIN ${people.has("customer_id") ? "people" : "(SELECT NULL::VARCHAR AS customer_id WHERE false)"} p USING (customer_id)`;
  const total = numberOf(await session.value(`SELECT count(*) ${from} WHERE ${isConflicting}`));
  const rows = await session.rows(
    `SELECT c.customer_id, n.name, c.records, c.sources, greatest(${competing("given_name")}, ${competing("family_name")}) AS names, ${competing("email")} AS emails
     ${from} LEFT JOIN names_seen n USING (customer_id) WHERE ${isConflicting} OR c.records >= ${overLarge}
     ORDER BY c.records DESC, names DESC, c.customer_id LIMIT ${mostReviewed}`,
  );
  const clusters = rows.map(
    (row): ReviewCluster => ({
      customer_id: String(row.customer_id),
      name: textOrNull(row.name),
      records: numberOf(row.records),
      sources: numberOf(row.sources),
      names: numberOf(row.names),
      emails: numberOf(row.emails),
      reason: numberOf(row.records) >= overLarge ? "over_large" : "conflicting",
    }),
  );
  return { total, clusters };
}

/** Customers who are apart although some of their records look like one person's. */
async function apartOf(snapshot: OpenSnapshot, session: Session): Promise<{ total: number; pairs: ReviewPair[] }> {
  if (!snapshot.has("identity_pairs")) return { total: 0, pairs: [] };
  await session.run(`CREATE OR REPLACE TEMP TABLE apart AS
    SELECT least(customer_id, other_customer_id) AS a, greatest(customer_id, other_customer_id) AS b, max(probability) AS probability, count(*) AS pairs
    FROM identity_pairs WHERE NOT is_joined GROUP BY ALL HAVING max(probability) >= ${worthALook}`);
  const total = numberOf(await session.value("SELECT count(*) FROM apart"));
  const rows = await session.rows(
    `SELECT a.*, n.name, m.name AS other_name, coalesce(p.order_count, 0) AS orders, coalesce(q.order_count, 0) AS other_orders FROM apart a
     LEFT JOIN names_seen n ON n.customer_id = a.a LEFT JOIN names_seen m ON m.customer_id = a.b
     LEFT JOIN profiles p ON p.customer_id = a.a LEFT JOIN profiles q ON q.customer_id = a.b
     ORDER BY a.probability DESC, orders + other_orders DESC, a.a, a.b LIMIT ${mostReviewed}`,
  );
  const pairs = rows.map((row) => ({
    customer_id: String(row.a),
    other_customer_id: String(row.b),
    name: textOrNull(row.name),
    other_name: textOrNull(row.other_name),
    probability: numberOf(row.probability),
    pairs: numberOf(row.pairs),
    orders: numberOf(row.orders),
    other_orders: numberOf(row.other_orders),
  }));
  return { total, pairs };
}
