import type { Session } from "../engine/duckdb.ts";
import { literal } from "../engine/sql.ts";
import { type RawTable, rawColumn, trimmedSql } from "./raw.ts";
import { valuesOf } from "./raw-values.ts";

export type ColumnKind = "integer" | "decimal" | "date" | "instant" | "flag" | "text" | "empty";
export interface ColumnProfile {
  readonly name: string;
  readonly column: string;
  readonly kind: ColumnKind;
  /** strptime format of dates; null where it is ISO 8601 or no date. */
  readonly format: string | null;
  /** Both day-first and month-first fit every value. */
  readonly isAmbiguous: boolean;
  readonly decimal: "." | "," | null;
  /** Every number lies between 0 and 1, some of them between. */
  readonly isShare: boolean;
  /** What is called a price grows with the quantity in its row: it is the line's amount. */
  readonly isLineTotal?: boolean;
  /** What is called an amount says how many. */
  readonly isQuantity?: boolean;
  readonly filled: number;
  readonly distinct: number;
  readonly examples: readonly string[];
  /** All of its values, where it holds texts of which few differ. */
  readonly values?: readonly string[];
}

const dateParts = [
  "%Y-%m-%d",
  "%Y/%m/%d",
  "%d/%m/%Y",
  "%m/%d/%Y",
  "%d.%m.%Y",
  "%d-%m-%Y",
  "%m-%d-%Y",
  "%Y%m%d",
  "%d %b %Y",
  "%d %B %Y",
  "%b %d, %Y",
  "%B %d, %Y",
  "%d-%b-%Y",
  "%d-%b-%y",
  "%b-%d-%Y",
  "%b-%d-%y",
  "%d/%m/%y",
  "%m/%d/%y",
  "%d.%m.%y",
  "%d-%m-%y",
  "%m-%d-%y",
];
const timeParts = [
  "",
  " %H:%M",
  " %H:%M:%S",
  "T%H:%M:%S",
  " %I:%M %p",
  " %I:%M:%S %p",
  " %H:%M:%S %z",
  "T%H:%M:%S.%f",
  " %H:%M:%S.%f",
];
export const dateFormats = dateParts.flatMap((date) => timeParts.map((time) => date + time));
const twins: Readonly<Record<string, string>> = {
  "%d/%m/%Y": "%m/%d/%Y",
  "%d-%m-%Y": "%m-%d-%Y",
  "%d/%m/%y": "%m/%d/%y",
  "%d-%m-%y": "%m-%d-%y",
};

/** The month-first twin of a day-first format. */
export function monthFirst(format: string): string {
  const twin = Object.entries(twins).find(([dayFirst]) => format.startsWith(dayFirst));
  return twin ? twin[1] + format.slice(twin[0].length) : format;
}

function dayFirst(format: string): string {
  const twin = Object.entries(twins).find(([, month]) => format.startsWith(month));
  return twin ? twin[0] + format.slice(twin[1].length) : format;
}

const integerPattern = "^[-+]?[0-9]{1,18}$";
const codes =
  "AED|ARS|AUD|BGN|BHD|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EUR|GBP|HKD|HUF|IDR|ILS|INR|ISK|JPY|KRW|KWD|MXN|MYR|NOK|NZD|PHP|PLN|RON|RUB|SAR|SEK|SGD|THB|TND|TRY|TWD|UAH|USD|VND|ZAR";
const money = `(?:${codes}|[A-Z]{0,3}[$€£¥₹₩₺₽]|kr|Kr|Fr|R)`;
export const amountPattern = `^[(]?[-+]?\\s*(?:${money}\\s*)?[-+]?\\s*(?:[0-9][0-9.,'\\s\u00a0\u202f]*|[.,][0-9]+)(?:${money}|kr[.]|zł|Kč|Ft|lei|%)?\\s*[)-]?$`;

const columnsAtOnce = 20;
const sampleRows = 20_000;

/** What each column holds. Rows spread over the file tell what it could be; whether it is, its whole file says. */
export async function profileColumns(
  session: Session,
  raw: RawTable,
  only?: (name: string) => boolean,
): Promise<ColumnProfile[]> {
  const wanted = raw.columns
    .map((name, at) => ({ name, column: rawColumn(at) }))
    .filter(({ name }) => only?.(name) ?? true);
  const profiles: ColumnProfile[] = [];
  for (let from = 0; from < wanted.length; from += columnsAtOnce) {
    const some = wanted.slice(from, from + columnsAtOnce);
    const counts = await countAll(session, raw, some);
    for (const one of some)
      profiles.push(await profileColumn(session, raw, one, (key) => counts.get(`${key}_${one.column}`) ?? 0));
  }
  return withOneOrder(profiles);
}

/** Who writes one date with the month first writes all of a file so: a column that shows which it is decides for those that don't. */
function withOneOrder(profiles: readonly ColumnProfile[]): ColumnProfile[] {
  const isDayFirst = (format: string) => Object.keys(twins).some((one) => format.startsWith(one));
  const isMonthFirst = (format: string) => Object.values(twins).some((one) => format.startsWith(one));
  const clear = profiles.flatMap(({ format, isAmbiguous }) => (format === null || isAmbiguous ? [] : [format]));
  const months = clear.some(isMonthFirst);
  if (months === clear.some(isDayFirst)) return [...profiles];
  return profiles.map((profile) =>
    profile.isAmbiguous && profile.format !== null
      ? { ...profile, isAmbiguous: false, format: months ? monthFirst(profile.format) : dayFirst(profile.format) }
      : profile,
  );
}

interface NamedColumn {
  readonly name: string;
  readonly column: string;
}
type Counts = Map<string, number>;

/** How many values of each column pass each test: of the whole file, but for tests that hardly any row of a sample passes. */
async function countAll(session: Session, raw: RawTable, columns: readonly NamedColumn[]): Promise<Counts> {
  const every = Math.max(1, Math.floor(raw.rowsRead / sampleRows));
  const keys = Object.keys(tests);
  const sample = await countSome(session, raw, { columns: columns.map(({ column }) => [column, keys]), every });
  if (every === 1) return sample;
  const promising = columns.map(({ column }): [string, string[]] => {
    const filled = sample.get(`filled_${column}`) ?? 0;
    const mostly = (key: string) => filled === 0 || (sample.get(`${key}_${column}`) ?? 0) > filled / 2;
    return [column, mostly("amounts") ? keys : ["datelike", "flags"].filter(mostly)];
  });
  const repeats = ([column, own]: readonly [string, readonly string[]]) =>
    (sample.get(`distinct_${column}`) ?? 0) < (sample.get(`filled_${column}`) ?? 0) / 4 ||
    (own.length < keys.length && own.includes("datelike")); // of dates each value is looked at in any case
  const single = promising.filter((one) => !repeats(one));
  const counts = single.length > 0 ? await countSome(session, raw, { columns: single, every: 1 }) : new Map();
  for (const one of promising.filter(repeats))
    for (const [key, n] of await countRepeated(session, raw, one)) counts.set(key, n);
  return counts;
}

async function countSome(
  session: Session,
  raw: RawTable,
  { columns, every }: { columns: readonly (readonly [column: string, keys: readonly string[]])[]; every: number },
): Promise<Counts> {
  const counted = columns.flatMap(([column, keys]) => [
    `count(${column}) AS filled_${column}`,
    `approx_count_distinct(${column}) AS distinct_${column}`,
    ...keys.map((key) => `count(*) FILTER (${tests[key]?.(column)}) AS ${key}_${column}`),
  ]);
  const values = columns.map(([column]) => `${trimmedSql(column)} AS ${column}`);
  const where = every > 1 ? `WHERE source_row % ${every} = 0` : "";
  return countsOf(
    session,
    `WITH trimmed AS MATERIALIZED (SELECT ${values.join(", ")} FROM ${raw.table} ${where}) SELECT ${counted.join(", ")} FROM trimmed`,
  );
}

/** The same of a column in the whole file, each of its values tested once. */
async function countRepeated(
  session: Session,
  raw: RawTable,
  [column, keys]: readonly [column: string, keys: readonly string[]],
): Promise<Counts> {
  const sum = (test: string) => `coalesce(sum(n) FILTER (${test}), 0)`;
  const counted = [
    `${sum(`${column} IS NOT NULL`)} AS filled_${column}`,
    `approx_count_distinct(${column}) AS distinct_${column}`,
    ...keys.map((key) => `${sum(tests[key]?.(column) ?? "false")} AS ${key}_${column}`),
  ];
  return countsOf(
    session,
    `WITH trimmed AS MATERIALIZED (SELECT ${trimmedSql("cell")} AS ${column}, n FROM ${await valuesOf(session, raw, column)}) SELECT ${counted.join(", ")} FROM trimmed`,
  );
}

async function countsOf(session: Session, sql: string): Promise<Counts> {
  const [row = {}] = await session.rows(sql);
  return new Map(Object.entries(row).map(([key, value]) => [key, Number(value ?? 0)]));
}

const tests: Readonly<Record<string, (v: string) => string>> = {
  integers: (v) => `regexp_full_match(${v}, '${integerPattern}')`,
  amounts: (v) => `regexp_full_match(${v}, ${literal(amountPattern)})`,
  zeros: (v) => `regexp_matches(${v}, '^0[0-9]+$')`,
  long: (v) => `length(${v}) > 15`,
  dots: (v) =>
    `regexp_matches(${v}, '[.][0-9]{1,2}\\D*$') OR regexp_matches(${v}, ',[0-9]{3},[0-9]{3}') OR regexp_matches(${v}, ',[0-9]{3}[.]')`,
  commas: (v) =>
    `regexp_matches(${v}, ',[0-9]{1,2}\\D*$') OR regexp_matches(${v}, '[.][0-9]{3}[.][0-9]{3}') OR regexp_matches(${v}, '[.][0-9]{3},')`,
  codes: (v) => `regexp_full_match(${v}, '(?:R|Fr|[Kk]r)[0-9]+')`,
  fractions: (v) => `regexp_full_match(${v}, '0?[.,][0-9]*[1-9][0-9]*')`,
  shares: (v) => `regexp_full_match(${v}, '0|1|0?[.,][0-9]+|1[.,]0+')`,
  flags: (v) => `lower(${v}) IN ('true', 'false', 'yes', 'no', 'y', 'n')`,
  datelike: (v) =>
    `regexp_matches(${v}, '^[0-9]{1,4}[-/.][0-9A-Za-z]{1,9}[-/.]|^[0-9]{1,2} [A-Za-z]{3}|^[A-Za-z]{3,9}[ -][0-9]|^[12][0-9]{7}$')`,
};

async function profileColumn(
  session: Session,
  raw: RawTable,
  { name, column }: { name: string; column: string },
  n: (key: string) => number,
): Promise<ColumnProfile> {
  const filled = n("filled");
  const value = `${trimmedSql(column)}`;
  const sample =
    filled === 0
      ? []
      : await session.rows(
          `SELECT DISTINCT ${value} AS v FROM ${raw.table} WHERE source_row <= 400 AND ${value} IS NOT NULL ORDER BY v LIMIT 5`,
        );
  const base = {
    name,
    column,
    filled,
    distinct: n("distinct"),
    examples: sample.map(({ v }) => String(v)),
    format: null,
    isAmbiguous: false,
    decimal: null,
    isShare: false,
  };
  if (filled === 0) return { ...base, kind: "empty" };
  const most = filled * 0.9;
  if (n("datelike") >= filled / 2) {
    const found = await dateFormat(session, raw, { column, filled });
    if (found) return { ...base, ...found };
  }
  if (n("flags") >= filled) return { ...base, kind: "flag" };
  if (n("integers") >= most && n("integers") === filled && n("zeros") === 0 && n("long") === 0)
    return { ...base, kind: "integer" };
  if (n("integers") >= most && n("zeros") === 0 && n("long") === 0 && n("dots") + n("commas") === 0)
    return { ...base, kind: "integer" };
  if (n("codes") >= most && n("dots") + n("commas") === 0) return { ...base, kind: "text" }; // numbers of receipts, not rand
  if (n("amounts") >= most && n("zeros") < filled / 2 && (n("dots") + n("commas") > 0 || n("integers") < filled)) {
    const isShare = n("shares") === filled && n("fractions") > 0;
    return { ...base, kind: "decimal", decimal: n("commas") > n("dots") ? "," : ".", isShare };
  }
  return {
    ...base,
    kind: "text",
    ...(n("distinct") <= fewValues ? { values: await textsOf(session, raw, column) } : {}),
  };
}

/** Up to as many texts of a column are told one by one. */
const fewValues = 20;

async function textsOf(session: Session, raw: RawTable, column: string): Promise<string[]> {
  const rows = await session.rows(
    `SELECT DISTINCT ${trimmedSql("cell")} AS v FROM ${await valuesOf(session, raw, column)} WHERE ${trimmedSql("cell")} IS NOT NULL ORDER BY v LIMIT ${2 * fewValues}`,
  );
  return rows.map(({ v }) => String(v));
}

let shapes: readonly { readonly format: string; readonly shape: RegExp }[] | undefined;

/** Made when they are first asked for: compiling them takes as long as starting DuckDB. */
function shapesOfDates(): NonNullable<typeof shapes> {
  shapes ??= dateFormats.map(shapeOf);
  return shapes;
}

function shapeOf(format: string): { format: string; shape: RegExp } {
  const parts = format.split(/(%.|\s+)/).filter((part) => part !== "");
  const shape = parts.map((part) =>
    part === "%z"
      ? "[-+:\\p{L}\\p{N}]+"
      : part === "%Y"
        ? "[0-9]{4}"
        : part === "%y"
          ? "[0-9]{2}"
          : part.startsWith("%")
            ? "[-+\\p{L}\\p{N}]+?"
            : /\s/.test(part)
              ? "\\s+"
              : `\\s*[${part}]\\s*`,
  );
  return { format, shape: new RegExp(`^\\s*${shape.join("\\s*")}\\s*$`, "u") };
}

/** The formats that at least half of some texts could have by their separators. */
export function formatsLike(texts: readonly string[]): string[] {
  const least = texts.length / 2;
  return shapesOfDates().flatMap(({ format, shape }) =>
    texts.filter((text) => shape.test(text)).length >= least ? format : [],
  );
}

/** The format under which most values are dates. Formats are first tried on rows spread over the file, then on all of it. */
async function dateFormat(
  session: Session,
  raw: RawTable,
  { column, filled }: { column: string; filled: number },
): Promise<Pick<ColumnProfile, "kind" | "format" | "isAmbiguous"> | null> {
  const value = trimmedSql(column);
  const spread = `SELECT ${value} AS v FROM ${raw.table} WHERE ${value} IS NOT NULL AND source_row % ${Math.max(1, Math.floor(raw.rowsRead / 600))} = 0`;
  const texts = (await session.rows(spread)).map(({ v }) => String(v));
  const likely = formatsLike(texts);
  const parsed = likely.map((format, at) => `, count(try_strptime(v, ${literal(format)})) AS f${at}`);
  const [sample = {}] = await session.rows(`SELECT count(v) AS filled ${parsed.join("")} FROM (${spread})`);
  const viable = likely.filter((_, at) => Number(sample[`f${at}`] ?? 0) >= Number(sample.filled ?? 0) * 0.5);
  const sum = (test: string) => `coalesce(sum(n) FILTER (${test}), 0)`;
  const fits = (format: string) => sum(`try_strptime(v, ${literal(format)}) IS NOT NULL`);
  const [counts = {}] = await session.rows(
    `SELECT ${sum("TRY_CAST(v AS TIMESTAMP) IS NOT NULL")} AS iso, ${sum("regexp_matches(v, '[0-9]:[0-9]')")} AS timed${viable.map((format, at) => `, ${fits(format)} AS f${at}`).join("")}
     FROM (SELECT ${trimmedSql("cell")} AS v, n FROM ${await valuesOf(session, raw, column)})`,
  );
  const kind = Number(counts.timed ?? 0) > filled / 2 ? "instant" : "date";
  if (Number(counts.iso ?? 0) >= filled * 0.9) return { kind, format: null, isAmbiguous: false };
  const scored = viable.map((format, at) => ({ format, n: Number(counts[`f${at}`] ?? 0) })).sort((a, b) => b.n - a.n);
  const best = scored[0];
  if (!best || best.n < filled / 2) return null;
  const isTwin = (a: string, b: string) =>
    Object.entries(twins).some(
      ([x, y]) => (a.startsWith(x) && b.startsWith(y)) || (a.startsWith(y) && b.startsWith(x)),
    );
  const rival = scored.find(({ format, n }) => n === best.n && isTwin(format, best.format));
  return { kind, format: best.format, isAmbiguous: rival !== undefined };
}
