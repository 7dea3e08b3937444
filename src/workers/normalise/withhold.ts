import { lakeTable } from "../../shared/domain/lake.ts";
import { matchesFile, parseMapping } from "../../shared/domain/mapping.ts";
import type { Session } from "../engine/duckdb.ts";
import { type PseudonymKind, pseudonym, pseudonymSql } from "../engine/pseudonym.ts";
import { literal } from "../engine/sql.ts";
import { leaveOut } from "../sources/leave-out.ts";
import { openRaw } from "../sources/open-raw.ts";
import { type RawTable, rawColumn } from "../sources/raw.ts";
import { countryOfZone, emailSql } from "./contact.ts";
import { normalisePhone } from "./phones.ts";
import { keySpaceOf } from "./rows-sql.ts";
import { ruleSql } from "./rule-sql.ts";

/** A file to be read before it is landed, or that was: rows of whoever has one of the pseudonyms are left out. */
export interface WithholdRequest {
  readonly path: string;
  readonly name: string;
  readonly mapping: unknown;
  readonly source: string;
  readonly time_zone: string;
  /** The workspace's key, in hex. */
  readonly key: string;
  readonly marks: readonly string[];
  /** Further texts, in lower case, whose rows are left out wherever they stand. */
  readonly texts: readonly string[];
  readonly out: string;
}

const addresses = `'[^@\\s,;:<>"''()\\[\\]]+@[^@\\s,;:<>"''()\\[\\]]+[.][a-z0-9]{2,}'`;
const kinds: Readonly<Record<string, PseudonymKind>> = {
  email: "email",
  phone: "phone",
  loyalty_id: "card",
  source_customer_id: "record",
  order_id: "order",
  visitor_id: "visitor",
};

/** Writes the file to `out` without the rows of erased people; nothing where it holds none. Gives how many were left out. */
export async function withholdRows(
  session: Session,
  request: WithholdRequest,
  { scratch, signal }: { scratch: string; signal: AbortSignal },
): Promise<{ rows: number }> {
  const { path, name, out } = request;
  const { raw } = await openRaw(session, path, { scratch, signal, name, asItLies: true });
  await session.run("CREATE TEMP TABLE withheld (source_row BIGINT)");
  await session.load("marks", { rows: request.marks.length, columns: { mark: [...request.marks] } }, [
    { name: "mark", type: "VARCHAR" },
  ]);
  const ids = orderIds(raw, request);
  const statements = new Set<string>();
  for (const one of markSql(raw, request)) statements.add(typeof one === "string" ? one : await one(session));
  if (request.marks.length > 0)
    await session.run(
      `INSERT INTO withheld SELECT source_row FROM (${[...statements].join(" UNION ALL ")}) WHERE mark IN (SELECT mark FROM marks)`,
    );
  await session.run(textRows(raw, request.texts));
  for (const { table, sql } of ids)
    await session.run(`INSERT INTO withheld SELECT source_row FROM ${table} WHERE ${sql} IN (
      SELECT ${sql} FROM ${table} WHERE source_row IN (SELECT source_row FROM withheld))`);
  await session.run("CREATE TEMP TABLE left_out AS SELECT DISTINCT source_row FROM withheld");
  const rows = Number(await session.value("SELECT count(*) FROM left_out"));
  if (rows > 0) await leaveOut(session, { path, name, raw, rows: "left_out", scratch, signal, out });
  return { rows };
}

function mappedTables(raw: RawTable, { mapping, name }: WithholdRequest) {
  const parsed = parseMapping(mapping);
  const keySpace = literal(keySpaceOf(parsed));
  return parsed.tables
    .filter(({ file }) => matchesFile(file, name))
    .flatMap((table) => {
      const rows = table.each === undefined ? raw : raw.lists?.get(table.each);
      return rows && lakeTable(table.table) ? [{ table, rows, keySpace }] : [];
    });
}

function orderIds(raw: RawTable, request: WithholdRequest) {
  return mappedTables(raw, request).flatMap(({ table, rows }) => {
    const rule = table.columns.order_id;
    const sql = rule === undefined ? null : ruleSql(rows, rule);
    return sql === null ? [] : [{ table: rows.table, sql }];
  });
}

type MarkSql = string | ((session: Session) => Promise<string>);

/** Statements that give (source_row, mark) of every value that a person may be known by. */
function markSql(raw: RawTable, request: WithholdRequest): MarkSql[] {
  const key = Buffer.from(request.key, "hex");
  const statements: MarkSql[] = [];
  for (const { table, rows, keySpace } of mappedTables(raw, request)) {
    const marks = (value: string, sql: string) =>
      `SELECT source_row, ${sql} AS mark FROM (SELECT source_row, ${value} AS v FROM ${rows.table}) WHERE v IS NOT NULL`;
    for (const [column, kind] of Object.entries(kinds)) {
      const rule = table.columns[column];
      const sql = rule === undefined ? null : ruleSql(rows, rule);
      if (sql === null) continue;
      if (kind === "phone") statements.push((session) => phoneMarks(session, rows, sql, request));
      else if (kind === "email") statements.push(marks(emailSql(sql), pseudonymSql(key, kind, "v")));
      else if (kind === "record" || kind === "order") {
        statements.push(marks(sql, pseudonymSql(key, kind, keySpace, "v")));
        if (kind === "record")
          statements.push(marks(`${sql} || ${literal(`@${request.source}`)}`, pseudonymSql(key, kind, keySpace, "v")));
      } else statements.push(marks(sql, pseudonymSql(key, kind, "v")));
    }
  }
  for (const text of [wholeRow(raw), wholeReject(raw)])
    statements.push(
      `SELECT source_row, ${pseudonymSql(key, "email", "v")} AS mark FROM (
         SELECT source_row, unnest(regexp_extract_all(t, ${addresses})) AS v FROM (${text}) WHERE contains(t, '@'))`,
    );
  return statements;
}

let made = 0;

async function phoneMarks(session: Session, rows: RawTable, sql: string, request: WithholdRequest): Promise<string> {
  const country = countryOfZone(request.time_zone);
  const key = Buffer.from(request.key, "hex");
  const given: string[] = [];
  const mark: string[] = [];
  for (const row of await session.rows(`SELECT DISTINCT ${sql} AS v FROM ${rows.table} WHERE ${sql} IS NOT NULL`)) {
    const phone = normalisePhone(String(row["v"]), country);
    if (phone === null) continue;
    given.push(String(row["v"]));
    mark.push(pseudonym(key, "phone", phone));
  }
  const name = `phone_marks_${++made}`;
  await session.load(name, { rows: given.length, columns: { given, mark } }, [
    { name: "given", type: "VARCHAR" },
    { name: "mark", type: "VARCHAR" },
  ]);
  return `SELECT r.source_row, p.mark FROM ${rows.table} r JOIN ${name} p ON p.given = ${sql}`;
}

function wholeRow(raw: RawTable): string {
  const cells = raw.columns.map((_, at) => rawColumn(at)).join(", ");
  return `SELECT source_row, lower(concat_ws(chr(10), ${cells || "''"})) AS t FROM ${raw.table}`;
}

const wholeReject = (raw: RawTable) =>
  `SELECT source_row, lower(concat_ws(chr(10), value, raw)) AS t FROM ${raw.rejects}`;

function textRows(raw: RawTable, texts: readonly string[]): string {
  const holds = texts.map((text) => `contains(t, ${literal(text)})`).join(" OR ") || "false";
  const lists = [...(raw.lists?.values() ?? [])].map(wholeRow);
  return `INSERT INTO withheld SELECT source_row FROM (${[wholeRow(raw), wholeReject(raw), ...lists].join(" UNION ALL ")}) WHERE ${holds}`;
}
