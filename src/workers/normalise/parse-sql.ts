import type { Target } from "../../shared/domain/lake.ts";
import { columnsOfRule } from "../../shared/domain/mapping.ts";
import { ident, literal } from "../engine/sql.ts";
import { daySql } from "../engine/zone-shifts.ts";
import type { Alike } from "./alikes.ts";
import { cellsIn, type Dictionary, withoutNothing } from "./dictionaries.ts";
import type { NormaliseOptions, Parsed, ParsedTable } from "./normalise-file.ts";
import { whereSql } from "./rule-sql.ts";
import type { Places } from "./stack.ts";
import { givenName, readName, shareAsMoney, strictKinds } from "./value-sql.ts";

export interface ParseWay {
  /** Rejects whose rows are left out. */
  readonly without: string | null;
  /** Equal rows stand once, the last of them; where they can fail, only those that have their key. */
  readonly isOnce: boolean;
  /** Of which files in a stack every row stands all the same. */
  readonly apart?: string;
}

interface ParseOptions extends ParseWay {
  readonly options: NormaliseOptions;
  readonly places: Places;
  readonly dictionaries: ReadonlyMap<string, Dictionary>;
  /** Where its rows that are alike stand once already. */
  readonly alike?: Alike | undefined;
}

export function mappedOf({ parsed }: ParsedTable): Target[] {
  return parsed.filter(({ raw }) => raw !== "NULL").map(({ target }) => target);
}

export function canFail(one: ParsedTable): boolean {
  const { key } = one.table;
  return mappedOf(one).some(({ kind, required, name }) => strictKinds.has(kind) || (required && !key.includes(name)));
}

/** Whether a row of it may be unreadable, as far as its columns were looked through. */
export function mayFault(one: ParsedTable, options: NormaliseOptions): boolean {
  return faultCases(one, options).length > 0;
}

/** Whether its rows are read when they are asked for: those of the raw table, or of one of rows that are alike. */
export function isView(one: ParsedTable, { options, isOnce, alike }: ParseOptions): boolean {
  return options.keepsRaw === true && (!isOnce || alike?.isTight === true) && !mayFault(one, options);
}

export function parseSql(one: ParsedTable, given: ParseOptions): string {
  const { options, without, isOnce, dictionaries, alike } = given;
  const { raw, mapping, name, parsed } = one;
  const values = parsed.map(
    ({ target, value }) =>
      `${dictionaries.has(target.name) ? readName(target) : phoneJoin(value, name)} AS ${ident(target.name)}`,
  );
  const mapped = parsed.filter(({ raw: text }) => text !== "NULL");
  const { selected, joins } = selectedTexts(mapped, dictionaries);
  const faults = faultCases(one, options);
  const faulty = mapped.filter(({ target, plain }) => (strictKinds.has(target.kind) || target.required) && !plain);
  const fault = faults.length > 0 ? `CASE ${faults.join(" ")} END` : "CAST(NULL AS VARCHAR)";
  const text =
    faults.length > 0 && faulty.length > 0
      ? `CASE split_part(fault, '|', 1) ${faulty.map((column) => `WHEN ${literal(column.target.name)} THEN ${writtenSql(column)}`).join(" ")} END`
      : "CAST(NULL AS VARCHAR)";
  const filter = mapping.where ? `WHERE ${whereSql(raw, mapping.where)}` : "";
  const texted = (rows: string) =>
    `SELECT source_row, line, ${selected.join(", ")} FROM ${rows} r ${joins.join(" ")} ${filter}`;
  const names = mapped
    .flatMap(({ target, parts, plain }) => [
      ...(plain ? [] : [givenName(target)]),
      ...(plain || dictionaries.has(target.name) ? [readName(target)] : []),
      ...parts.map((part) => part.name),
    ])
    .join(", ");
  const left =
    without === null
      ? raw.table
      : `(SELECT * FROM ${raw.table} WHERE source_row NOT IN (SELECT source_row FROM ${without}))`;
  const once = () => {
    const last = "max(source_row) AS source_row, max(line) AS line";
    const cells = cellsOf(one, [...selected, ...joins, filter]).join(", ");
    const textOf = (key: string) => parsed.find(({ target }) => target.name === key)?.raw;
    const apart = (isNone: (key: string) => string) => apartSql(one, given, isNone);
    if (alike?.isTight) return texted(alike.table);
    const alikeRows =
      alike?.table ??
      `(SELECT ${last}, ${cells} FROM ${left} GROUP BY ${cells}${apart((key) => `${textOf(key)} IS NULL`)})`;
    return `SELECT ${last}, ${names} FROM (${texted(alikeRows)}) GROUP BY ${names}${apart((key) => `${ident(`given_${key}`)} IS NULL`)}`;
  };
  const read = `SELECT * EXCLUDE (${names}), ${text} AS faulty_value FROM (SELECT *, ${fault} AS fault FROM
    (SELECT *, ${values.join(", ")} FROM (${isOnce ? once() : texted(left)})))`;
  const discount = mapping.columns.discount_minor;
  const isShare =
    mapping.table === "order_lines" &&
    typeof discount === "object" &&
    "column" in discount &&
    discount.unit !== undefined;
  const kind = isView(one, given) ? "VIEW" : "TABLE";
  return `CREATE OR REPLACE TEMP ${kind} ${name} AS ${isShare ? shareAsMoney(read) : read}`;
}

/** Cells of the raw table that some SQL of a table reads. */
export function cellsOf(one: ParsedTable, sql: readonly string[]): string[] {
  return cellsIn(sql.join(), one.raw);
}

/** What keeps rows apart that are alike: their files, and where rows can fail, that they lack their key. */
export function apartSql(
  one: ParsedTable,
  { places, apart }: Pick<ParseOptions, "places" | "apart">,
  isNone: (key: string) => string,
): string {
  const file = (places.file ? `, ${places.file}` : "") + (apart ? `, CASE WHEN ${apart} THEN source_row END` : "");
  return file + (canFail(one) ? `, CASE WHEN ${one.table.key.map(isNone).join(" OR ")} THEN source_row END` : "");
}

/** The texts of mapped columns, and what those are read to that are read before: by a dictionary, or as they lie. */
function selectedTexts(
  mapped: readonly Parsed[],
  dictionaries: ReadonlyMap<string, Dictionary>,
): { selected: string[]; joins: string[] } {
  const joins: string[] = [];
  const selected = mapped.flatMap(({ target, raw: text, parts, plain }) => {
    if (plain) return [`${plain.read} AS ${readName(target)}`];
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
  return { selected, joins };
}

/** Cases of SQL that name what is wrong with a row. */
function faultCases({ parsed, mapping }: ParsedTable, options: NormaliseOptions): string[] {
  const mapped = parsed.filter(({ raw }) => raw !== "NULL");
  // a row without anything in it, as spreadsheets leave them below their last, says nothing that could be wrong
  const filling = mapped.flatMap(({ target, plain }) =>
    columnsOfRule(mapping.columns[target.name] ?? { value: "" }).length > 0
      ? [plain ? readName(target) : givenName(target)]
      : [],
  );
  const faults = mapped.flatMap(({ target, plain, parts }) => {
    const { name, kind, required } = target;
    const isStrict = strictKinds.has(kind);
    const given = plain ? readName(target) : givenName(target);
    const isDate = kind === "instant" || kind === "date";
    const isNone = isDate ? `(${ident(name)} IS NULL OR ${ident(name)} < DATE '1000-01-01')` : `${ident(name)} IS NULL`;
    const reason = literal(`${name}|${isDate ? "unreadable_date" : "unreadable_amount"}`);
    const unreadable = isStrict && !plain ? [`WHEN ${given} IS NOT NULL AND ${isNone} THEN ${reason}`] : [];
    const original = isStrict ? undefined : parts[0]?.name;
    const unknown =
      original !== undefined && required
        ? [`WHEN ${given} IS NULL AND ${original} IS NOT NULL THEN ${literal(`${name}|unknown_value`)}`]
        : [];
    const others = filling.filter((one) => one !== given);
    const isThere = others.length > 0 ? ` AND (${others.map((one) => `${one} IS NOT NULL`).join(" OR ")})` : "";
    const absent =
      required && !plain?.isFilled ? [`WHEN ${given} IS NULL${isThere} THEN ${literal(`${name}|missing_value`)}`] : [];
    return [...unreadable, ...unknown, ...absent];
  });
  const dated = mapped.some(({ target }) => target.name === "ordered_at");
  const isOfOrders = mapping.table === "orders" || mapping.table === "order_lines";
  if (dated && options.notAfter && isOfOrders)
    faults.push(
      `WHEN ${daySql("ordered_at", options.brand.timeZone)} > DATE ${literal(options.notAfter)} THEN 'ordered_at|dated_after_delivery'`,
    );
  return faults;
}

/** What was written where a value can't be read; of a text that is translated, the word that isn't known. */
function writtenSql({ target, parts }: Parsed): string {
  const original = strictKinds.has(target.kind) ? undefined : parts[0]?.name;
  return original === undefined ? givenName(target) : `coalesce(${givenName(target)}, ${original})`;
}

function phoneJoin(value: string, name: string): string {
  return value.replace("FROM phones WHERE phones.given", `FROM ${name}_phones WHERE ${name}_phones.given`);
}
