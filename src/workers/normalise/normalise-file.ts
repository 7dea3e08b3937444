import { AssayError } from "../../shared/base/errors.ts";
import { type LakeTable, lakeTable, normalisedColumns, type Target } from "../../shared/domain/lake.ts";
import type { Session } from "../engine/duckdb.ts";
import { ident, literal } from "../engine/sql.ts";
import { monthFirst, profileColumns } from "../sources/profile.ts";
import { type RawTable, rawColumn } from "../sources/raw.ts";
import { countryOfZone, normalisePhone } from "./contact.ts";
import { cellsIn, Dictionaries, type Dictionary, withoutNothing } from "./dictionaries.ts";
import { columnsOfRule, type Mapping, matchesFile, type TableMapping } from "./mapping.ts";
import { columnSql, partsSql, ruleSql, whereSql } from "./rule-sql.ts";
import { type Formats, givenName, shareAsMoney, strictKinds, valueSql } from "./value-sql.ts";

export interface NormaliseOptions {
  readonly mapping: Mapping;
  readonly brand: { readonly currency: string; readonly timeZone: string };
  readonly source: string;
  readonly batchId: string;
  readonly fileNumber: number;
  readonly fileName: string;
  readonly notAfter: string | null;
}

export interface NormalisedFile {
  /** Lake table → temporary view with `normalisedColumns`. */
  readonly tables: ReadonlyMap<string, string>;
  /** file, line, column, value, reason, raw, source_row */
  readonly rejects: string;
  readonly rowsRejected: number;
  readonly warnings: readonly string[];
}

export interface Parsed {
  readonly target: Target;
  readonly raw: string;
  readonly value: string;
  /** Texts of further columns that its value is made of, with what they are called. */
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
  const profiles = await formatsOf(session, raw, { tables: wanted, timeZone: options.brand.timeZone });
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
  const parse = async (one: ParsedTable, way: Pick<ParseOptions, "without" | "isOnce">) => {
    await phoneTable(session, one.raw, one.mapping, { name: one.name, options });
    await session.run(parseSql(one, { options, dictionaries: await dictionaries.of(one), ...way }));
  };
  const dictionaries = new Dictionaries(session, prefix);
  const rowByRow = parsedTables.filter((one) => one === first || !isKeyed(one));
  for (const one of rowByRow) await parse(one, { without: null, isOnce: false });
  const once: ParsedTable[] = [];
  for (const one of others.filter((other) => isKeyed(other) && canFail(other))) {
    await parse(one, { without: null, isOnce: true });
    const isFaulty = await session.value(`SELECT EXISTS (SELECT 1 FROM ${one.name} WHERE fault IS NOT NULL)`);
    (isFaulty === true ? rowByRow : once).push(one);
    if (isFaulty === true) await parse(one, { without: null, isOnce: false });
  }
  await session.run(rejectSql(raw, rowByRow, rejects, options));
  const hasRejects = (await session.value(`SELECT EXISTS (SELECT 1 FROM ${rejects})`)) === true;
  if (hasRejects) for (const one of once) await parse(one, { without: rejects, isOnce: true });
  for (const one of others.filter((other) => isKeyed(other) && !canFail(other)))
    await parse(one, { without: hasRejects ? rejects : null, isOnce: true });
  const rowsRejected = Number(await session.value(`SELECT count(DISTINCT source_row) FROM ${rejects}`));
  const selects = new Map<string, string[]>();
  for (const one of parsedTables) {
    const { table } = one.table;
    const isAlone = parsedTables.filter((other) => other.table.table === table).length === 1;
    const isPlain = isAlone && one.raw === raw; // no two of its rows come from the same row of the file
    selects.set(table, [...(selects.get(table) ?? []), rowsSql(one, { rejects, hasRejects, isPlain, options })]);
  }
  const tables = new Map<string, string>();
  for (const [table, parts] of selects) {
    const view = `${prefix}_${table}`;
    await session.run(`CREATE TEMP VIEW ${view} AS ${parts.join(" UNION ALL ")}`);
    tables.set(table, view);
  }
  return { tables, rejects, rowsRejected, warnings };
}

function rowsOf(raw: RawTable, { each }: TableMapping): RawTable | undefined {
  return each === undefined ? raw : raw.lists?.get(each);
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

/** Formats of mapped columns whose mapping leaves them open, decided from the whole file. */
async function formatsOf(
  session: Session,
  raw: RawTable,
  { tables, timeZone }: { tables: readonly TableMapping[]; timeZone: string },
): Promise<ReadonlyMap<RawTable, Formats>> {
  const open = new Map<RawTable, Set<string>>();
  for (const mapping of tables) {
    const rows = rowsOf(raw, mapping);
    if (!rows) continue;
    const own = open.get(rows) ?? new Set<string>();
    for (const column of openColumns(mapping)) own.add(column);
    open.set(rows, own);
  }
  const isMonthFirst = countryOfZone(timeZone) === "US";
  const formats = new Map<RawTable, Formats>();
  for (const [rows, names] of open) {
    if (names.size === 0) continue;
    const profiled = await profileColumns(session, rows, (name) => names.has(name.trim().toLowerCase()));
    const found = profiled.map(({ name, format, isAmbiguous, decimal }) => {
      const own = format !== null && isAmbiguous && isMonthFirst ? monthFirst(format) : format;
      return [name.trim().toLowerCase(), { format: own, decimal }] as const;
    });
    formats.set(rows, new Map(found));
  }
  return formats;
}

function openColumns(mapping: TableMapping): string[] {
  const columns = lakeTable(mapping.table)?.columns ?? [];
  return Object.entries(mapping.columns).flatMap(([name, rule]) => {
    const kind = columns.find((column) => column.name === name)?.kind;
    const isDate = kind === "instant" || kind === "date";
    const isAmount = kind === "money" || kind === "price" || kind === "quantity";
    const given = typeof rule === "object" && "column" in rule ? (isDate ? rule.format : rule.decimal) : undefined;
    const isOpen = (isDate || isAmount) && given === undefined;
    return isOpen ? columnsOfRule(rule).map((column) => column.trim().toLowerCase()) : [];
  });
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
    const parts = partsSql(raw, rule).map((part, at) => ({ ...part, name: ident(`part_${at}_of_${target.name}`) }));
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
    const country = countryOfZone(options.brand.timeZone);
    for (const row of await session.rows(`SELECT DISTINCT ${sql} AS v FROM ${raw.table} WHERE ${sql} IS NOT NULL`)) {
      texts.push(String(row.v));
      numbers.push(normalisePhone(String(row.v), country));
    }
  }
  await session.load(`${name}_phones`, { rows: texts.length, columns: { given: texts, e164: numbers } }, [
    { name: "given", type: "VARCHAR" },
    { name: "e164", type: "VARCHAR" },
  ]);
}

interface ParseOptions {
  readonly options: NormaliseOptions;
  /** Rejects whose rows are left out. */
  readonly without: string | null;
  /** Equal rows stand once, the last of them; where they can fail, only those that have their key. */
  readonly isOnce: boolean;
  readonly dictionaries: ReadonlyMap<string, Dictionary>;
}

function parseSql(one: ParsedTable, { options, without, isOnce, dictionaries }: ParseOptions): string {
  const { raw, mapping, name, parsed, table } = one;
  const readName = (target: Target) => ident(`read_${target.name}`);
  const values = parsed.map(
    ({ target, value }) =>
      `${dictionaries.has(target.name) ? readName(target) : phoneJoin(value, name)} AS ${ident(target.name)}`,
  );
  const mapped = parsed.filter(({ raw: text }) => text !== "NULL");
  const texts = mapped
    .filter(({ target }) => strictKinds.has(target.kind) || target.required)
    .map(({ target }) => ({ target, as: `given_${target.name}` }));
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
  const faults = texts.flatMap(({ target, as }) => {
    const unreadable = strictKinds.has(target.kind)
      ? [
          `WHEN ${ident(as)} IS NOT NULL AND ${ident(target.name)} IS NULL THEN ${literal(`${target.name}|${target.kind === "instant" || target.kind === "date" ? "unreadable_date" : "unreadable_amount"}`)}`,
        ]
      : [];
    const absent = target.required ? [`WHEN ${ident(as)} IS NULL THEN ${literal(`${target.name}|missing_value`)}`] : [];
    return [...unreadable, ...absent];
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
      ? `CASE split_part(fault, '|', 1) ${texts.map(({ target, as }) => `WHEN ${literal(target.name)} THEN ${ident(as)}`).join(" ")} END`
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
    const apart = (isNone: (key: string) => string) =>
      canFail(one) ? `, CASE WHEN ${table.key.map(isNone).join(" OR ")} THEN source_row END` : "";
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

function rejectSql(raw: RawTable, tables: readonly ParsedTable[], rejects: string, options: NormaliseOptions): string {
  const file = literal(options.fileName);
  const text = raw.columns.map((_, at) => `coalesce(${rawColumn(at)}, '')`).join(", ");
  const unread = `SELECT ${file} AS file, line, column_name AS "column", value, reason, raw, source_row FROM ${raw.rejects}`;
  const faulty = tables.map(
    ({
      name,
    }) => `SELECT ${file} AS file, f.line, split_part(f.fault, '|', 1) AS "column", f.faulty_value AS value, split_part(f.fault, '|', 2) AS reason,
      ${text ? `left(concat_ws(',', ${text}), 4000)` : "NULL"} AS raw, f.source_row FROM ${name} f JOIN ${raw.table} r USING (source_row) WHERE f.fault IS NOT NULL`,
  );
  return `CREATE TEMP TABLE ${rejects} AS SELECT * FROM (${[unread, ...faulty].join(" UNION ALL ")})
    QUALIFY row_number() OVER (PARTITION BY source_row ORDER BY "column", reason) = 1`;
}

interface RowOptions {
  readonly rejects: string;
  readonly hasRejects: boolean;
  /** Its rows are told apart by file and row where they have a key. */
  readonly isPlain: boolean;
  readonly options: NormaliseOptions;
}

function rowsSql(
  { table, parsed, name: from }: ParsedTable,
  { rejects, hasRejects, isPlain, options }: RowOptions,
): string {
  const keySpace = keySpaceOf(options.mapping);
  const mapped = parsed.filter(({ raw }) => raw !== "NULL").map(({ target }) => target.name);
  const hasKey = table.key.length > 0 && table.key.every((name) => mapped.includes(name));
  const keyParts = table.key.map((name) => `CAST(${ident(name)} AS VARCHAR)`);
  const anyMissing = table.key.map((name) => `${ident(name)} IS NULL`).join(" OR ");
  const key = hasKey
    ? `CASE WHEN ${anyMissing} THEN NULL ELSE concat_ws(chr(31), ${[literal(keySpace), ...keyParts].join(", ")}) END`
    : "CAST(NULL AS VARCHAR)";
  const whole = `md5(concat_ws(chr(31), ${mapped.map((name) => `coalesce(CAST(${ident(name)} AS VARCHAR), chr(30))`).join(", ")}))`;
  const hash = hasKey && isPlain ? `CASE WHEN ${anyMissing} THEN ${whole} END` : whole;
  const values: Readonly<Record<string, string>> = {
    key_space: literal(keySpace),
    source: literal(options.source),
    batch_id: literal(options.batchId),
    file_number: String(options.fileNumber),
    source_row: "source_row",
    row_key: key,
    row_hash: hash,
  };
  const select = normalisedColumns(table).map(
    ({ name, type }) => `CAST(${values[name] ?? ident(name)} AS ${type}) AS ${ident(name)}`,
  );
  const filled = mapped
    .filter((name) => !["currency", "channel", "status"].includes(name))
    .map((name) => `${ident(name)} IS NOT NULL`);
  const needed =
    table.table === "customers"
      ? ["source_customer_id", "email", "phone", "loyalty_id"]
          .filter((name) => mapped.includes(name))
          .map((name) => `${ident(name)} IS NOT NULL`)
      : filled;
  const sound = hasRejects ? `source_row NOT IN (SELECT source_row FROM ${rejects}) AND ` : "";
  return `SELECT ${select.join(", ")} FROM ${from} WHERE ${sound}(${needed.join(" OR ") || "true"})`;
}

const platforms = new Set(["shopify", "woocommerce", "magento"]);

/** Whose numbers of orders, customers and products a file's are. */
export function keySpaceOf({ key_space, layout }: Mapping): string {
  return key_space ?? (platforms.has(layout) ? layout : "brand");
}
