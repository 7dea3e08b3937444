import { AssayError } from "../../shared/base/errors.ts";
import { describeField } from "../../shared/domain/profile-fields.ts";
import type { Session } from "../engine/duckdb.ts";
import { ident, literal } from "../engine/sql.ts";
import { numberOf } from "../query/estimate.ts";
import { predicateIn, type SegmentInput } from "../query/segment-in.ts";
import type { OpenSnapshot } from "../query/session-pool.ts";
import { columnOr } from "../query/snapshot.ts";
import type { CellKind, ExportColumn, ExportTemplate } from "./define.ts";

type LeftOutReason = "suppressed" | "no_consent" | "no_address" | "global_holdout" | "contacted_enough";
export interface Recipients {
  readonly table: string;
  readonly rows: number;
  readonly leftOut: { reason: LeftOutReason; count: number }[];
  /** Why nobody was left out for want of consent, where that is so. */
  readonly consentNote: string | null;
}

const personFields: Readonly<Record<string, CellKind>> = {
  email: "text",
  phone: "phone",
  full_name: "text",
  given_name: "text",
  family_name: "text",
  birth_date: "text",
  gender: "text",
  address_line: "text",
  city: "text",
  region: "text",
  postcode: "text",
  country: "text",
  loyalty_id: "text",
};

/** The customer's numbers at the sources, by which the retailer's own systems know them; several are parted by blanks. */
const ownId = "source_customer_id";

/** The template's columns, then the chosen ones. A field is a column of the profile or of the person's record. */
export function columnsOf(
  snapshot: OpenSnapshot,
  template: ExportTemplate,
  fields: readonly string[] = [],
): ExportColumn[] {
  const columns = [...template.columns];
  if (fields.length > 0 && !template.takesFields) {
    throw new AssayError("bad_input", `The template ${template.name} takes no further fields.`, "Leave out --fields.");
  }
  for (const field of fields.map((one) => one.trim()).filter((one) => one !== "")) {
    if (columns.some(({ header }) => header === field)) continue;
    columns.push(columnFor(snapshot, field));
  }
  return columns;
}

function columnFor(snapshot: OpenSnapshot, field: string): ExportColumn {
  const type = snapshot.profileColumns.get(field);
  if (type !== undefined) {
    const { kind } = describeField(field, type);
    const isNumber = kind === "number" || kind === "money" || kind === "share";
    const cell: CellKind = isNumber
      ? "number"
      : kind === "flag"
        ? "flag"
        : kind === "list" || type.startsWith("MAP")
          ? "list"
          : "text";
    return { header: field, from: "profiles", column: field, kind: cell };
  }
  const cell = Object.hasOwn(personFields, field) ? personFields[field] : undefined;
  if (cell) return { header: field, from: "people", column: field, kind: cell };
  if (field === ownId) return { header: field, from: "identity_links", column: "source_record_id", kind: "text" };
  throw new AssayError(
    "bad_input",
    `There is no field ${field.slice(0, 60)}.`,
    "Choose a column of profiles, or one of source_customer_id, email, phone, given_name, family_name, city, postcode, country.",
  );
}

export interface Choice {
  /** Who is meant, instead of those whom the rule fits. */
  readonly members?: string | undefined;
  /** Further reasons to leave somebody out, each with whom it holds for. */
  readonly unless?: readonly { readonly reason: LeftOutReason; readonly sql: string }[];
}

/** Works out who leaves the house: the segment, less the suppressed (always), less those without consent for the channel
 *  (unless asked to keep them, or the brand has no source of consents), less those without the address that the template
 *  needs. Each customer counts once, under the first of these reasons. Makes the temporary table `recipients`. */
export async function chooseRecipients(
  snapshot: OpenSnapshot,
  session: Session,
  input: SegmentInput & { readonly include_unreachable?: boolean | undefined },
  template: ExportTemplate,
  { members, unless = [] }: Choice = {},
): Promise<Recipients> {
  const predicate = members ?? (await predicateIn(snapshot, session, input));
  const hasConsents = await makeConsentStates(snapshot, session, template.channel);
  const asksConsent = hasConsents && input.include_unreachable !== true;
  const address = input.include_unreachable === true ? "true" : await addressSql(snapshot, session, template.needs);
  await session.run(`CREATE OR REPLACE TEMP TABLE chosen AS
    SELECT customer_id, CASE
      WHEN customer_id IN (SELECT customer_id FROM suppressed_customers) THEN 'suppressed'
      ${asksConsent ? "WHEN customer_id NOT IN (SELECT customer_id FROM consenting_customers) THEN 'no_consent'" : ""}
      WHEN NOT ${address} THEN 'no_address' ${unless.map(({ reason, sql }) => `WHEN ${sql} THEN ${literal(reason)}`).join(" ")} END AS left_out
    FROM profiles WHERE ${predicate}`);
  await session.run(
    "CREATE OR REPLACE TEMP TABLE recipients AS SELECT customer_id FROM chosen WHERE left_out IS NULL ORDER BY customer_id",
  );
  const counted = await session.rows(
    "SELECT left_out, count(*) AS n FROM chosen WHERE left_out IS NOT NULL GROUP BY left_out",
  );
  const countOf = new Map(counted.map(({ left_out, n }) => [String(left_out), numberOf(n)]));
  const reasons: LeftOutReason[] = ["suppressed", "no_consent", "no_address", ...unless.map(({ reason }) => reason)];
  return {
    table: "recipients",
    rows: numberOf(await session.value("SELECT count(*) FROM recipients")),
    leftOut: reasons.flatMap((reason) => (countOf.has(reason) ? [{ reason, count: countOf.get(reason) ?? 0 }] : [])),
    consentNote: hasConsents
      ? input.include_unreachable === true
        ? "Those without consent were kept on request."
        : null
      : "The brand has no source of consents: nobody was left out for want of consent.",
  };
}

/** Who has one of the addresses; everybody, where the brand knows none at all. */
async function addressSql(snapshot: OpenSnapshot, session: Session, needs: readonly string[]): Promise<string> {
  const known = needs.filter((one) => snapshot.columnsOf("people").has(one));
  const any = known.map((one) => `${ident(one)} IS NOT NULL`).join(" OR ");
  if (any === "" || numberOf(await session.value(`SELECT count(*) FROM people WHERE ${any}`)) === 0) return "true";
  return `customer_id IN (SELECT customer_id FROM people WHERE ${any})`;
}

/** Makes suppressed_customers and consenting_customers; gives whether any source says who consented to what. Suppressed is
 *  for ever and for every channel; else the latest word for the channel (or for all) counts, a refusal of that instant first. */
async function makeConsentStates(snapshot: OpenSnapshot, session: Session, channel: string): Promise<boolean> {
  const tables = ["consent_states", "consents"].filter((table) => snapshot.columnsOf(table).has("status"));
  const said = tables.map((table) => consentEvents(snapshot, table));
  await session.run(`CREATE OR REPLACE TEMP TABLE consent_events AS ${said.join(" UNION ALL ") || noEvents}`);
  const flagged = snapshot.profileColumns.has("is_suppressed")
    ? "UNION SELECT customer_id FROM profiles WHERE is_suppressed"
    : "";
  await session.run(`CREATE OR REPLACE TEMP TABLE suppressed_customers AS
    SELECT customer_id FROM consent_events WHERE status = 'suppressed' AND customer_id IS NOT NULL ${flagged}`);
  await session.run(`CREATE OR REPLACE TEMP TABLE consenting_customers AS
    SELECT customer_id FROM consent_events
    WHERE customer_id IS NOT NULL AND status <> 'suppressed' AND channel IN ('', ${literal(channel)}) AND origin = ${literal(tables[0] ?? "")}
    GROUP BY customer_id
    HAVING arg_max(status = 'granted', (coalesce(occurred_at, TIMESTAMP '1970-01-01'), status <> 'granted'))`);
  return (await session.value("SELECT count(*) > 0 FROM consent_events WHERE status <> 'suppressed'")) === true;
}

const noEvents = `SELECT CAST(NULL AS VARCHAR) AS customer_id, CAST(NULL AS VARCHAR) AS channel, CAST(NULL AS VARCHAR) AS status,
  CAST(NULL AS TIMESTAMP) AS occurred_at, CAST(NULL AS VARCHAR) AS origin WHERE false`;

/** What a table says of customers: by id, and by the own e-mail address where it knows only that. */
function consentEvents(snapshot: OpenSnapshot, table: string): string {
  const columns = snapshot.columnsOf(table);
  const column = (name: string, alias: string) => columnOr(columns, name, "VARCHAR", alias);
  const rest = `lower(coalesce(${column("channel", "s.")}, '')) AS channel, lower(s.status) AS status,
    ${columnOr(columns, "occurred_at", "TIMESTAMP", "s.")} AS occurred_at, ${literal(table)} AS origin`;
  const byId = `SELECT ${column("customer_id", "s.")} AS customer_id, ${rest} FROM ${table} s`;
  if (!columns.has("email") || !snapshot.columnsOf("people").has("email")) return byId;
  return `${byId} UNION ALL SELECT p.customer_id, ${rest} FROM ${table} s JOIN people p ON lower(trim(p.email)) = lower(trim(s.email))
    WHERE p.customer_id IS DISTINCT FROM ${column("customer_id", "s.")}`;
}

/** What each customer is offered, as columns of a list. */
export const offerColumns: readonly ExportColumn[] = [
  { header: "offer", from: "offers", column: "offer", kind: "text" },
  { header: "offer_depth", from: "offers", column: "offer_depth", kind: "number" },
  { header: "offer_category", from: "offers", column: "offer_category", kind: "text" },
  { header: "offer_product_id", from: "offers", column: "offer_product_id", kind: "text" },
  { header: "offer_product", from: "offers", column: "offer_product", kind: "text" },
];

interface Rows {
  readonly columns: readonly ExportColumn[];
  readonly from: number;
  readonly to: number;
  /** SQL of the table of offers, where columns of it are wanted. */
  readonly offers?: string | undefined;
}

/** The cells of the recipients, in order of customer_id, from a row number on. */
export function rowsSql(snapshot: OpenSnapshot, { columns, from, to, offers }: Rows): string {
  const people = snapshot.columnsOf("people");
  const cell = ({ from: table, column }: ExportColumn) => {
    if (table === "offers") return offers ? `o.${ident(column)}` : "CAST(NULL AS VARCHAR)";
    if (table === "identity_links")
      return snapshot.columnsOf("identity_links").has(column)
        ? `(SELECT string_agg(DISTINCT ${ident(column)}, ' ' ORDER BY ${ident(column)}) FROM identity_links k WHERE k.customer_id = r.customer_id)`
        : "CAST(NULL AS VARCHAR)";
    return table === "profiles" ? `p.${ident(column)}` : columnOr(people, column, "VARCHAR", "n.");
  };
  const join = `${people.has("customer_id") ? "LEFT JOIN people n ON n.customer_id = r.customer_id" : ""}
    ${offers ? `LEFT JOIN ${offers} o ON o.customer_id = r.customer_id` : ""}`;
  return `SELECT ${columns.map((one, at) => `${cell(one)} AS c${at}`).join(", ")}
    FROM (SELECT rowid AS place, customer_id FROM recipients WHERE rowid >= ${from} AND rowid < ${to}) r
    JOIN profiles p ON p.customer_id = r.customer_id ${join} ORDER BY r.place`;
}
