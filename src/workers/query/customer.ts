import type { Json } from "../../shared/base/canonical-json.ts";
import { AssayError } from "../../shared/base/errors.ts";
import type { Session } from "../engine/duckdb.ts";
import { ident, literal } from "../engine/sql.ts";
import type { SegmentLookup } from "./compile-segment.ts";
import { type MessageDay, messagesOf, type VisitWeek, visitsOf } from "./customer-activity.ts";
import { type Due, dueOf, type Habit, habitsOf, nextBasketOf, sizesOf } from "./customer-habits.ts";
import { type Order, ordersOf, type RecordLink, type ReturnOf, recordsOf, returnsOf } from "./customer-history.ts";
import { type Score, scoresOf } from "./customer-scores.ts";
import { type OwnProduct, productsOf, type Taste, tastesOf } from "./customer-tastes.ts";
import { type Estimate, numberOf, textOrNull } from "./estimate.ts";
import { type AskedPropensity, ownScoresOf } from "./own-scores.ts";
import { prepareLines } from "./prepare-lines.ts";
import { predicateIn } from "./segment-in.ts";
import type { OpenSnapshot } from "./session-pool.ts";
import { columnOr } from "./snapshot.ts";

export interface CustomerInput {
  readonly customer_id: string;
  /** All saved segments: those that the customer is in are named. */
  readonly segments: SegmentLookup;
  /** The retailer's own propensities. */
  readonly own?: readonly AskedPropensity[];
}
export interface Customer {
  customer_id: string;
  name: string | null;
  profile: Record<string, Json>;
  golden_record: {
    field: string;
    value: string | null;
    source: string | null;
    rule: string | null;
    competing: number;
  }[];
  records: RecordLink[];
  n_records: number;
  orders: Order[];
  returns: ReturnOf[];
  messages: MessageDay[];
  visits: VisitWeek[];
  scores: Score[];
  categories: { category: string; affinity: Estimate; n_lines: number }[];
  brands: Taste[];
  channels: Taste[];
  products: OwnProduct[];
  next_basket: OwnProduct[];
  due: Due[];
  sizes: { category: string; size: string }[];
  habits: Habit[];
  consents: { channel: string; status: string; source: string; occurred_at: string | null }[];
  segments: string[];
}

const personAttributes = [
  "full_name",
  "given_name",
  "family_name",
  "email",
  "phone",
  "birth_date",
  "gender",
  "address_line",
  "city",
  "region",
  "postcode",
  "country",
  "loyalty_id",
  "created_at",
];

/** Everything that the snapshot knows of one customer. Throws not_found where it doesn't know the id. */
export async function showCustomer(
  snapshot: OpenSnapshot,
  input: CustomerInput,
  signal?: AbortSignal,
): Promise<Customer> {
  const id = literal(input.customer_id);
  return snapshot.use(signal, async (session) => {
    const [profile] = await session.rows(`SELECT * FROM profiles WHERE customer_id = ${id}`);
    if (!profile) {
      throw new AssayError(
        "not_found",
        `The snapshot knows no customer ${input.customer_id.slice(0, 20)}.`,
        "Search for the customer by name or e-mail address.",
      );
    }
    await prepareLines(snapshot, session);
    return {
      customer_id: input.customer_id,
      name: textOrNull(await session.value(`SELECT any_value(name) FROM names_seen WHERE customer_id = ${id}`)),
      profile,
      golden_record: await goldenRecord(snapshot, session, id),
      ...(await recordsOf(snapshot, session, id)),
      orders: await ordersOf(snapshot, session, id),
      returns: await returnsOf(snapshot, session, id),
      messages: await messagesOf(snapshot, session, id),
      visits: await visitsOf(snapshot, session, id),
      scores: [
        ...(await scoresOf(snapshot, session, profile)),
        ...(await ownScoresOf(snapshot, session, input.customer_id, input.own ?? [])),
      ],
      categories: await categoriesOf(snapshot, session, id),
      brands: await tastesOf(snapshot, session, id, brands),
      channels: await tastesOf(snapshot, session, id, channels),
      products: await productsOf(snapshot, session, id),
      next_basket: await nextBasketOf(snapshot, session, id),
      due: await dueOf(snapshot, session, id),
      sizes: await sizesOf(snapshot, session, id),
      habits: await habitsOf(snapshot, session, id),
      consents: await consentsOf(snapshot, session, id),
      segments: await segmentsOf(snapshot, session, id, input.segments),
    };
  });
}

async function goldenRecord(snapshot: OpenSnapshot, session: Session, id: string): Promise<Customer["golden_record"]> {
  const columns = snapshot.columnsOf("people");
  if (!columns.has("customer_id")) return [];
  const [row] = await session.rows(`SELECT * FROM people WHERE customer_id = ${id}`);
  if (!row) return [];
  return personAttributes
    .filter((field) => columns.has(field))
    .map((field) => ({
      field,
      value: shown(row[field]),
      source: textOrNull(row[`${field}_source`]),
      rule: textOrNull(row[`${field}_rule`]) ?? (row[field] === null ? null : "most recent record"),
      competing: Math.max(row[field] === null ? 0 : 1, numberOf(row[`${field}_competing`])),
    }));
}

/** An instant that was delivered as text reads like every other one. */
function shown(value: Json | undefined): string | null {
  const text = textOrNull(value);
  return text !== null && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/.test(text)
    ? `${text.replace(" ", "T").replace(/\.\d+$/, "")}Z`
    : text;
}

async function categoriesOf(snapshot: OpenSnapshot, session: Session, id: string): Promise<Customer["categories"]> {
  if (snapshot.has("category_affinities")) {
    const rows = await session.rows(
      `SELECT category, affinity, low, high, n_lines FROM category_affinities WHERE customer_id = ${id} ORDER BY affinity DESC, category LIMIT 20`,
    );
    return rows.map((row) => ({
      category: String(row.category),
      affinity: { value: numberOf(row.affinity), low: numberOf(row.low), high: numberOf(row.high) },
      n_lines: numberOf(row.n_lines),
    }));
  }
  const found = await tastesOf(snapshot, session, id, {
    model: "category_affinity",
    table: "category_counts",
    choice: "category",
    count: "n_lines",
    most: 20,
  });
  return found.map(({ name, affinity, count }) => ({ category: name, affinity, n_lines: count }));
}

const brands = { model: "brand_affinity", table: "brand_counts", choice: "brand", count: "n_lines", most: 5 };
const channels = {
  model: "channel_preference",
  table: "channel_counts",
  choice: "channel",
  count: "n_orders",
  most: 5,
};

async function consentsOf(snapshot: OpenSnapshot, session: Session, id: string): Promise<Customer["consents"]> {
  const table = ["consent_states", "consents"].find((name) => snapshot.columnsOf(name).has("customer_id"));
  if (!table) return [];
  const columns = snapshot.columnsOf(table);
  const rows =
    await session.rows(`SELECT coalesce(${columnOr(columns, "channel", "VARCHAR")}, 'email') AS channel, lower(status) AS status,
      ${columnOr(columns, "source", "VARCHAR")} AS source, ${columnOr(columns, "occurred_at", "TIMESTAMP")} AS occurred_at
    FROM ${ident(table)} WHERE customer_id = ${id}
    QUALIFY row_number() OVER (PARTITION BY coalesce(${columnOr(columns, "channel", "VARCHAR")}, 'email')
      ORDER BY (lower(status) = 'suppressed') DESC, ${columnOr(columns, "occurred_at", "TIMESTAMP")} DESC NULLS LAST, lower(status)) = 1
    ORDER BY channel`);
  return rows.map((row) => ({
    channel: String(row.channel),
    status: String(row.status),
    source: textOrNull(row.source) ?? "",
    occurred_at: textOrNull(row.occurred_at),
  }));
}

/** A segment that can't be worked out on this snapshot holds nobody here; the segments screen says what is wrong with it. */
async function segmentsOf(
  snapshot: OpenSnapshot,
  session: Session,
  id: string,
  segments: SegmentLookup,
): Promise<string[]> {
  const compiled: [string, string][] = [];
  for (const [name, definition] of Object.entries(segments)) {
    try {
      compiled.push([name, await predicateIn(snapshot, session, { definition, segments })]);
    } catch (error) {
      if (!(error instanceof AssayError) || !["bad_input", "not_found", "conflict"].includes(error.code)) throw error;
    }
  }
  if (compiled.length === 0) return [];
  const [row = {}] = await session.rows(
    `SELECT ${compiled.map(([, sql], at) => `${sql} AS s${at}`).join(", ")} FROM profiles WHERE customer_id = ${id}`,
  );
  return compiled
    .filter((_, at) => row[`s${at}`] === true)
    .map(([name]) => name)
    .sort();
}
