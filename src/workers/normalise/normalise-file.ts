import { AssayError } from "../../shared/base/errors.ts";
import { type LakeTable, lakeTable, type Target } from "../../shared/domain/lake.ts";
import { columnsOfRule, type Mapping, matchesFile, type TableMapping } from "../../shared/domain/mapping.ts";
import type { Session } from "../engine/duckdb.ts";
import { ident } from "../engine/sql.ts";
import type { RawTable } from "../sources/raw.ts";
import { Alikes } from "./alikes.ts";
import { countryOfZone } from "./contact.ts";
import { Dictionaries } from "./dictionaries.ts";
import { formatsOf, rowsOf } from "./open-formats.ts";
import { canFail, isView, mappedOf, mayFault, type ParseWay, parseSql } from "./parse-sql.ts";
import type { PhoneReader } from "./phones.ts";
import { type PlainColumn, type PlainColumns, plainColumns } from "./plain-columns.ts";
import { rejectSql, rowsSql } from "./rows-sql.ts";
import { columnSql, partsSql, ruleSql } from "./rule-sql.ts";
import { type PlacedFile, type Places, placesOf } from "./stack.ts";
import { type Formats, givenName, strictKinds, valueSql } from "./value-sql.ts";

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
  /** What reads phone numbers, shared by the files of a delivery. */
  readonly phones?: () => Promise<PhoneReader>;
  /** The raw table stays while the tables made of it are read. */
  readonly keepsRaw?: boolean | undefined;
}

export interface NormalisedFile {
  /** Lake table → temporary view with `normalisedColumns`. */
  readonly tables: ReadonlyMap<string, string>;
  /** Those of the views whose rows lie in the order of the file. */
  readonly inOrder: ReadonlySet<string>;
  /** Those whose rows are joined to others as they are read: they come in no order. */
  readonly joined: ReadonlySet<string>;
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
  /** How it is read where no text of its column can be unreadable. */
  readonly plain?: PlainColumn | undefined;
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
  const { timeZone } = options.brand;
  const plain = await plainColumns(session, raw, { tables: options.formats ? [] : wanted, timeZone });
  const profiles = options.formats
    ? new Map([[raw, options.formats]])
    : await formatsOf(session, raw, { tables: wanted, timeZone, plain });
  const places = placesOf(options.stacked ?? [{ number: options.fileNumber, name: options.fileName }]);
  const prefix = `normal_${++made}`;
  const rejects = `${prefix}_rejects`;
  const parsedTables: ParsedTable[] = [];
  for (const [at, mapping] of wanted.entries()) {
    const table = lakeTable(mapping.table);
    const rows = rowsOf(raw, mapping);
    const parsed =
      table && rows && rows.columns.length > 0
        ? parseColumns(rows, table, mapping, {
            ...{ options, profiles: profiles.get(rows) ?? new Map(), warnings },
            plain: plain.get(mapping) ?? new Map(),
          })
        : null;
    if (table && rows && parsed) parsedTables.push({ raw: rows, mapping, table, name: `${prefix}_${at}`, parsed });
  }
  const [first, ...others] = parsedTables;
  const viewed = new Set<ParsedTable>();
  const parse = async (one: ParsedTable, way: ParseWay) => {
    await phoneTable(session, one.raw, one.mapping, { name: one.name, options });
    const alike = way.isOnce && way.without === null ? await alikes.of(one, { places, ...way }) : undefined;
    const given = { options, places, alike, dictionaries: await dictionaries.of(one), ...way };
    if (viewed.delete(one)) await session.run(`DROP VIEW ${one.name}`);
    if (isView(one, given)) viewed.add(one);
    await session.run(parseSql(one, given));
  };
  const dictionaries = new Dictionaries(session, prefix);
  const alikes = new Alikes(session, prefix);
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
  const faulty = rowByRow.filter((one) => mayFault(one, options));
  await session.run(rejectSql(raw, faulty, { rejects, places }));
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
  const inOrder = new Set<string>();
  const joined = new Set<string>();
  for (const [table, parts] of selects) {
    const view = `${prefix}_${table}`;
    await session.run(`CREATE TEMP VIEW ${view} AS ${parts.join(" UNION ALL ")}`);
    tables.set(table, view);
    const own = [...viewed].filter((one) => one.table.table === table);
    const isJoined = hasRejects || own.some(({ mapping }) => mapping.columns.phone !== undefined);
    if (isJoined) joined.add(view);
    else if (parts.length === 1 && own.some((one) => one.raw === raw)) inOrder.add(view);
  }
  return { tables, inOrder, joined, rejects, rowsRejected, warnings };
}

/** Files of a stack (of a file 0) that rows can't be read of. */
async function faultyFiles(session: Session, { name }: ParsedTable, { file }: Places): Promise<number[]> {
  const rows = await session.rows(`SELECT DISTINCT ${file ?? 0} AS file FROM ${name} WHERE fault IS NOT NULL`);
  return rows.map((row) => Number(row["file"])).sort((a, b) => a - b);
}

/** Whether its rows are named, so that equal ones say no more than one of them: of the lines of an order each says the same of
 *  the order and its customer. */
function isKeyed(one: ParsedTable): boolean {
  const { key } = one.table;
  return key.length > 0 && key.every((name) => mappedOf(one).some((target) => target.name === name));
}

interface ColumnOptions {
  readonly options: NormaliseOptions;
  readonly profiles: Formats;
  readonly plain: PlainColumns;
  readonly warnings: string[];
}

function parseColumns(
  raw: RawTable,
  table: LakeTable,
  mapping: TableMapping,
  { options, profiles, plain, warnings }: ColumnOptions,
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
    const own = plain.get(target.name);
    const given = { raw, options, profiles, hasCurrency: currency !== null, parts, plain: own };
    return { target, raw: sql, value: valueSql(target, rule, givenName(target), given), parts, plain: own };
  });
}

/** A reader of phone numbers of a brand's country, made with the first of them: the plans of all countries' numbers take a while to load. */
export function sharedPhones(timeZone: string): () => Promise<PhoneReader> {
  let made: Promise<PhoneReader> | undefined;
  return () => {
    made ??= import("./phones.ts").then(({ PhoneReader }) => new PhoneReader(countryOfZone(timeZone)));
    return made;
  };
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
    const phones = await (options.phones ?? sharedPhones(options.brand.timeZone))();
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
