import type { ColumnTable, ColumnValues } from "../../shared/domain/column.ts";
import type { Session } from "./duckdb.ts";
import { ident } from "./sql.ts";

/** From so many rows on it pays to look first which texts repeat. */
const manyRows = 4_096;
const separator = "\u001f";

let made = 0;

/** A relation as columns in memory. Texts that repeat are brought over once each, with their numbers by row; lists as one text a
 *  row: to bring each text over by itself takes most of the time of a model that only counts. */
export async function readTable(session: Session, relation: string): Promise<ColumnTable> {
  const all = `SELECT * FROM ${relation}`;
  const described = await session.describe(all);
  const texts = described.filter(({ type }) => type === "VARCHAR").map(({ name }) => name);
  const lists = described.filter(({ type }) => type === "VARCHAR[]").map(({ name }) => name);
  if (texts.length + lists.length === 0) return session.table(all);
  const counted = texts.map((name, at) => `, approx_count_distinct(${ident(name)}) AS n_${at}`).join("");
  const [counts = {}] = await session.rows(`SELECT count(*) AS n${counted} FROM ${relation}`);
  if (Number(counts["n"]) < manyRows) return session.table(all);
  const repeated = texts.filter((_, at) => Number(counts[`n_${at}`]) * 3 < Number(counts["n"]));
  const dictionaries = await Promise.all(repeated.map((name) => makeDictionary(session, relation, name)));
  const replaced = [
    ...repeated.map((name, at) => `enum_code(CAST(${ident(name)} AS ${dictionaries[at]?.type})) AS ${ident(name)}`),
    ...lists.map((name) => `array_to_string(${ident(name)}, chr(31)) AS ${ident(name)}`),
  ];
  const lengths = lists.map((name, at) => `, CAST(len(${ident(name)}) AS BIGINT) AS length_${at}`).join("");
  const replace = replaced.length > 0 ? ` REPLACE (${replaced.join(", ")})` : "";
  const table = await session.table(`SELECT *${replace}${lengths} FROM ${relation}`);
  for (const { type } of dictionaries) await session.run(`DROP TYPE ${type}`);
  const columns: Record<string, ColumnValues> = {};
  for (const { name } of described) columns[name] = table.columns[name] ?? [];
  for (const [at, name] of repeated.entries())
    columns[name] = textsOf(columns[name] as Float64Array, dictionaries[at]?.texts ?? []);
  for (const [at, name] of lists.entries()) {
    const split = listsOf(columns[name] as (string | null)[], table.columns[`length_${at}`] as Float64Array);
    if (!split) return session.table(all); // a text holds the separator itself, or a list holds nothing
    columns[name] = split;
  }
  return { rows: table.rows, columns };
}

interface TextDictionary {
  /** An ENUM of the session. */
  readonly type: string;
  readonly texts: readonly (string | null)[];
}

async function makeDictionary(session: Session, relation: string, name: string): Promise<TextDictionary> {
  const type = `texts_${++made}`;
  const column = ident(name);
  await session.run(
    `CREATE TEMP TABLE ${type}_list AS SELECT DISTINCT ${column} AS text FROM ${relation} WHERE ${column} IS NOT NULL ORDER BY 1`,
  );
  await session.run(`CREATE TYPE ${type} AS ENUM (SELECT text FROM ${type}_list)`);
  const { columns } = await session.table(`SELECT text FROM ${type}_list`);
  await session.run(`DROP TABLE ${type}_list`);
  return { type, texts: columns["text"] as (string | null)[] };
}

function textsOf(codes: Float64Array, texts: readonly (string | null)[]): (string | null)[] {
  const found = new Array<string | null>(codes.length);
  for (let at = 0; at < codes.length; at++) found[at] = texts[codes[at] ?? -1] ?? null;
  return found;
}

function listsOf(joined: readonly (string | null)[], lengths: Float64Array): (readonly string[] | null)[] | null {
  const lists: (readonly string[] | null)[] = [];
  for (const [at, text] of joined.entries()) {
    const length = lengths[at] ?? Number.NaN;
    const list = Number.isNaN(length) ? null : length === 0 ? [] : (text ?? "").split(separator);
    if (list && list.length !== length) return null;
    lists.push(list);
  }
  return lists;
}
