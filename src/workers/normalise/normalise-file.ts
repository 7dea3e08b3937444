import { AssayError } from "../../shared/base/errors.ts";
import { type LakeTable, lakeTable, type Target } from "../../shared/domain/lake.ts";
import { columnsOfRule, type Mapping, matchesFile, type TableMapping } from "../../shared/domain/mapping.ts";
import type { Session } from "../engine/duckdb.ts";
import { ident, literal } from "../engine/sql.ts";
import type { RawTable } from "../sources/raw.ts";
import { countryOfZone, PhoneReader } from "./contact.ts";
import { cellsIn, Dictionaries, type Dictionary, withoutNothing } from "./dictionaries.ts";
import { formatsOf, rowsOf } from "./open-formats.ts";
import { rejectSql, rowsSql } from "./rows-sql.ts";
import { columnSql, partsSql, ruleSql, whereSql } from "./rule-sql.ts";
import { type PlacedFile, type Places, placesOf } from "./stack.ts";
import { type Formats, givenName, shareAsMoney, strictKinds, valueSql } from "./value-sql.ts";

export interface NormaliseOptions {
  readonly mapping: Mapping;
  readonly brand: { readonly currency: string; readonly timeZone: string };
  readonly source: string;
  readonly batchId: string;
  readonly fileNumber: number;
  readonly fileName: string;
  readonly notAfter: string | null;
  /** The files whose rows a stack holds, in its order; without, the one of that number and name. */
  readonly stacked?: readonly PlacedFile[] | undefined;
  /** Of the file's own columns, where they are known. */
  readonly formats?: Formats | undefined;
  /** Shared by the files of a delivery. */
  readonly phones?: PhoneReader;
}

export interface NormalisedFile {
  /** Lake table → temporary view with `normalisedColumns`. */
  readonly tables: ReadonlyMap<string, string>;
  /** file, line, column, value, reason, raw, source_row: in a stack the row's place */
  readonly rejects: string;
  readonly rowsRejected: number;
  readonly warnings: readonly string[];
}

export interface Parsed {
  readonly target: Target;
  readonly raw: string;
  readonly value: string;
  /** Texts of further columns that its value is made of, with what they are called; of one that is translated, what was written. */
  readonly parts: readonly { readonly name: string; readonly sql: string; readonly sign: 1 | -1 }[];
}

export interface ParsedTable {
  /** The file's rows, or the elements of a list in them. */
  readonly raw: RawTable;
  readonly mapping: TableMapping;
  readonly table: LakeTable;
  /** What its parsed rows are called. */
  readonly name: string;
  readonly parsed: readonly Parsed[];
}

let made = 0;

/** Turns a raw file into rows of the lake's tables. A row that can't be read for one of them is rejected whole. */
export async function normaliseFile(
  session: Session,
  raw: RawTable,
  options: NormaliseOptions,
): Promise<NormalisedFile> {
  const warnings: string[] = [];
  const wanted = options.mapping.tables.filter(({ file }) => matchesFile(file, options.fileName));
  const profiles = options.formats
    ? new Map([[raw, options.formats]])
    : await formatsOf(session, raw, { tables: wanted, timeZone: options.brand.timeZone });
  const places = placesOf(options.stacked ?? [{ number: options.fileNumber, name: options.fileName }]);
  const prefix = `normal_${++made}`;
  const rejects = `${prefix}_rejects`;
  const parsedTables: ParsedTable[] = [];
  for (const [at, mapping] of wanted.entries()) {
    const table = lakeTable(mapping.table);
    const rows = rowsOf(raw, mapping);
    const parsed =
      table && rows && rows.columns.length > 0
        ? parseColumns(rows, table, mapping, { options, profiles: profiles.get(rows) ?? new Map(), warnings })
        : null;
    if (table && rows && parsed) parsedTables.push({ raw: rows, mapping, table, name: `${prefix}_${at}`, parsed });
  }
  const [first, ...others] = parsedTables;
  const parse = async (one: ParsedTable, way: Pick<ParseOptions, "without" | "isOnce" | "apart">) => {
    await phoneTable(session, one.raw, one.mapping, { name: one.name, options });
    await session.run(parseSql(one, { options, places, dictionaries: await dictionaries.of(one), ...way }));
  };
  const dictionaries = new Dictionaries(session, prefix);
  const rowByRow = parsedTables.filter((one) => one === first || !isKeyed(one));
  for (const one of rowByRow) await parse(one, { without: null, isOnce: false });
  const once: { one: ParsedTable; apart?: string }[] = [];
  for (const one of others.filter((other) => isKeyed(other) && canFail(other))) {
    await parse(one, { without: null, isOnce: true });
    const faulty = await faultyFiles(session, one, places);
    const apart = `${places.file} IN (${faulty.join(", ")})`;
    if (faulty.length === 0) once.push({ one });
    else if (places.file !== null) once.push({ one, apart });
    if (faulty.length === 0) continue;
    rowByRow.push(one);
    await parse(one, places.file === null ? { without: null, isOnce: false } : { without: null, isOnce: true, apart });
  }
  await session.run(rejectSql(raw, rowByRow, { rejects, places }));
  const hasRejects = (await session.value(`SELECT EXISTS (SELECT 1 FROM ${rejects})`)) === true;
  if (hasRejects) for (const { one, ...way } of once) await parse(one, { without: rejects, isOnce: true, ...way });
  for (const one of others.filter((other) => isKeyed(other) && !canFail(other)))
    await parse(one, { without: hasRejects ? rejects : null, isOnce: true });
  const rowsRejected = Number(await session.value(`SELECT count(DISTINCT source_row) FROM ${rejects}`));
  const selects = new Map<string, string[]>();
  for (const one of parsedTables) {
    const { table } = one.table;
    const isAlone = parsedTables.filter((other) => other.table.table === table).length === 1;
    const isPlain = isAlone && one.raw === raw; // no two of its rows come from the same row of the file
    selects.set(table, [
      ...(selects.get(table) ?? []),
      rowsSql(one, { rejects, hasRejects, isPlain, options, places }),
    ]);
  }
  const tables = new Map<string, string>();
  for (const [table, parts] of selects) {
    const view = `${prefix}_${table}`;
    await session.run(`CREATE TEMP VIEW ${view} AS ${parts.join(" UNION ALL ")}`);
    tables.set(table, view);
  }
  return { tables, rejects, rowsRejected, warnings };
}

/** Files of a stack (of a file 0) that rows can't be read of. */
async function faultyFiles(session: Session, { name }: ParsedTable, { file }: Places): Promise<number[]> {
  const rows = await session.rows(`SELECT DISTINCT ${file ?? 0} AS file FROM ${name} WHERE fault IS NOT NULL`);
  return rows.map((row) => Number(row["file"])).sort((a, b) => a - b);
}

function mappedOf({ parsed }: ParsedTable): Target[] {
  return parsed.filter(({ raw }) => raw !== "NULL").map(({ target }) => target);
}

/** Whether its rows are named, so that equal ones say no more than one of them: of the lines of an order each says the same of
 *  the order and its customer. */
function isKeyed(one: ParsedTable): boolean {
  const { key } = one.table;
  return key.length > 0 && key.every((name) => mappedOf(one).some((target) => target.name === name));
}

function canFail(one: ParsedTable): boolean {
  const { key } = one.table;
  return mappedOf(one).some(({ kind, required, name }) => strictKinds.has(kind) || (required && !key.includes(name)));
}

function parseColumns(
  raw: RawTable,
  table: LakeTable,
  mapping: TableMapping,
  { options, profiles, warnings }: { options: NormaliseOptions; profiles: Formats; warnings: string[] },
): Parsed[] | null {
  const sourced = Object.entries(mapping.columns).filter(([, rule]) => columnsOfRule(rule).length > 0);
  const present = sourced.filter(([, rule]) => columnsOfRule(rule).some((name) => columnSql(raw, name) !== null));
  if (present.length === 0) return null;
  const currencyRule = mapping.columns.currency;
  const currencySql = currencyRule === undefined ? null : ruleSql(raw, currencyRule);
  const currency = typeof currencyRule === "object" && "value" in currencyRule ? null : currencySql;
  return table.columns.map((target): Parsed => {
    const rule = mapping.columns[target.name];
    const sql = rule === undefined ? null : ruleSql(raw, rule);
    if (rule !== undefined && sql === null) {
      const missing = columnsOfRule(rule).join(", ");
      if (target.required) {
        throw new AssayError(
          "bad_input",
          `${options.fileName} has no column ${missing}, which ${table.table}.${target.name} comes from.`,
          "Change the mapping, or deliver the file with that column.",
        );
      }
      warnings.push(`There is no column ${missing}: ${table.table}.${target.name} stays empty.`);
    }
    if (sql === null || rule === undefined) return { target, raw: "NULL", value: "NULL", parts: [] };
    const isTranslated = typeof rule === "object" && "map" in rule && strictKinds.has(target.kind);
    const parts = (isTranslated ? [] : partsSql(raw, rule)).map((part, at) => ({
      ...part,
      name: ident(`part_${at}_of_${target.name}`),
    }));
    const given = { raw, options, profiles, hasCurrency: currency !== null, parts };
    return { target, raw: sql, value: valueSql(target, rule, givenName(target), given), parts };
  });
}

/** Distinct phone texts of the file with their numbers in E.164. */
async function phoneTable(
  session: Session,
  raw: RawTable,
  mapping: TableMapping,
  { name, options }: { name: string; options: NormaliseOptions },
): Promise<void> {
  const rule = mapping.columns.phone;
  const sql = rule === undefined ? null : ruleSql(raw, rule);
  const texts: string[] = [];
  const numbers: (string | null)[] = [];
  if (sql) {
    const phones = options.phones ?? new PhoneReader(countryOfZone(options.brand.timeZone));
    for (const row of await session.rows(`SELECT DISTINCT ${sql} AS v FROM ${raw.table} WHERE ${sql} IS NOT NULL`)) {
      texts.push(String(row.v));
      numbers.push(phones.read(String(row.v)));
    }
  }
  await session.load(`${name}_phones`, { rows: texts.length, columns: { given: texts, e164: numbers } }, [
    { name: "given", type: "VARCHAR" },
    { name: "e164", type: "VARCHAR" },
  ]);
}

interface ParseOptions {
  readonly options: NormaliseOptions;
  readonly places: Places;
  /** Rejects whose rows are left out. */
  readonly without: string | null;
  /** Equal rows stand once, the last of them; where they can fail, only those that have their key. */
  readonly isOnce: boolean;
  /** Of which files in a stack every row stands all the same. */
  readonly apart?: string;
  readonly dictionaries: ReadonlyMap<string, Dictionary>;
}

function parseSql(
  one: ParsedTable,
  { options, places, without, isOnce, apart: rowwise, dictionaries }: ParseOptions,
): string {
  const { raw, mapping, name, parsed, table } = one;
  const readName = (target: Target) => ident(`read_${target.name}`);
  const values = parsed.map(
    ({ target, value }) =>
      `${dictionaries.has(target.name) ? readName(target) : phoneJoin(value, name)} AS ${ident(target.name)}`,
  );
  const mapped = parsed.filter(({ raw: text }) => text !== "NULL");
  const texts = mapped
    .filter(({ target }) => strictKinds.has(target.kind) || target.required)
    .map(({ target, parts }) => ({
      target,
      as: `given_${target.name}`,
      original: strictKinds.has(target.kind) ? undefined : parts[0]?.name,
    }));
  const joins: string[] = [];
  const selected = mapped.flatMap(({ target, raw: text, parts }) => {
    const dictionary = dictionaries.get(target.name);
    const alias = `d${joins.length}`;
    if (!dictionary)
      return [
        `${strictKinds.has(target.kind) ? withoutNothing(text) : text} AS ${givenName(target)}`,
        ...parts.map((part) => `${withoutNothing(part.sql)} AS ${part.name}`),
      ];
    joins.push(`LEFT JOIN ${dictionary.table} ${alias} ON ${alias}.cell IS NOT DISTINCT FROM r.${dictionary.cell}`);
    return [`${alias}.given AS ${givenName(target)}`, `${alias}.read AS ${readName(target)}`];
  });
  const faults = texts.flatMap(({ target, as, original }) => {
    const isDate = target.kind === "instant" || target.kind === "date";
    const isNone = isDate
      ? `(${ident(target.name)} IS NULL OR ${ident(target.name)} < DATE '1000-01-01')`
      : `${ident(target.name)} IS NULL`;
    const reason = literal(`${target.name}|${isDate ? "unreadable_date" : "unreadable_amount"}`);
    const unreadable = strictKinds.has(target.kind)
      ? [`WHEN ${ident(as)} IS NOT NULL AND ${isNone} THEN ${reason}`]
      : [];
    const absent = target.required ? [`WHEN ${ident(as)} IS NULL THEN ${literal(`${target.name}|missing_value`)}`] : [];
    const unknown =
      original !== undefined && target.required
        ? [`WHEN ${ident(as)} IS NULL AND ${original} IS NOT NULL THEN ${literal(`${target.name}|unknown_value`)}`]
        : [];
    return [...unreadable, ...unknown, ...absent];
  });
  const dated = parsed.find(({ target, raw: text }) => target.name === "ordered_at" && text !== "NULL");
  const late =
    dated && options.notAfter && (mapping.table === "orders" || mapping.table === "order_lines")
      ? [
          `WHEN CAST((ordered_at AT TIME ZONE 'UTC') AT TIME ZONE ${literal(options.brand.timeZone)} AS DATE) > DATE ${literal(options.notAfter)} THEN 'ordered_at|dated_after_delivery'`,
        ]
      : [];
  const cases = [...faults, ...late];
  const fault = cases.length > 0 ? `CASE ${cases.join(" ")} END` : "CAST(NULL AS VARCHAR)";
  const given =
    texts.length > 0
      ? `CASE split_part(fault, '|', 1) ${texts.map(({ target, as, original }) => `WHEN ${literal(target.name)} THEN ${original ? `coalesce(${ident(as)}, ${original})` : ident(as)}`).join(" ")} END`
      : "CAST(NULL AS VARCHAR)";
  const filter = mapping.where ? `WHERE ${whereSql(raw, mapping.where)}` : "";
  const texted = (rows: string) =>
    `SELECT source_row, line, ${selected.join(", ")} FROM ${rows} r ${joins.join(" ")} ${filter}`;
  const names = mapped
    .flatMap(({ target, parts }) => [
      givenName(target),
      ...(dictionaries.has(target.name) ? [readName(target)] : []),
      ...parts.map((part) => part.name),
    ])
    .join(", ");
  const left =
    without === null
      ? raw.table
      : `(SELECT * FROM ${raw.table} WHERE source_row NOT IN (SELECT source_row FROM ${without}))`;
  const once = () => {
    const file =
      (places.file ? `, ${places.file}` : "") + (rowwise ? `, CASE WHEN ${rowwise} THEN source_row END` : "");
    const apart = (isNone: (key: string) => string) =>
      file + (canFail(one) ? `, CASE WHEN ${table.key.map(isNone).join(" OR ")} THEN source_row END` : "");
    const last = "max(source_row) AS source_row, max(line) AS line";
    const cells = cellsIn(`${selected.join()} ${joins.join()} ${filter}`, raw.columns).join(", ");
    const textOf = (key: string) => parsed.find(({ target }) => target.name === key)?.raw;
    const alike = `(SELECT ${last}, ${cells} FROM ${left} GROUP BY ${cells}${apart((key) => `${textOf(key)} IS NULL`)})`;
    return `SELECT ${last}, ${names} FROM (${texted(alike)}) GROUP BY ${names}${apart((key) => `${ident(`given_${key}`)} IS NULL`)}`;
  };
  const read = `SELECT * EXCLUDE (${names}), ${given} AS faulty_value FROM (SELECT *, ${fault} AS fault FROM
    (SELECT *, ${values.join(", ")} FROM (${isOnce ? once() : texted(left)})))`;
  const discount = mapping.columns.discount_minor;
  const isShare =
    mapping.table === "order_lines" &&
    typeof discount === "object" &&
    "column" in discount &&
    discount.unit !== undefined;
  return `CREATE OR REPLACE TEMP TABLE ${name} AS ${isShare ? shareAsMoney(read) : read}`;
}

function phoneJoin(value: string, name: string): string {
  return value.replace("FROM phones WHERE phones.given", `FROM ${name}_phones WHERE ${name}_phones.given`);
}
