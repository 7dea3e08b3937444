import type { Target } from "../../shared/domain/lake.ts";
import { type ColumnRule, columnsOfRule } from "../../shared/domain/mapping.ts";
import { ident, isOneOf, literal } from "../engine/sql.ts";
import { utcSql } from "../engine/zone-shifts.ts";
import type { RawTable } from "../sources/raw.ts";
import { millionthsOf, millionthsSql, minorFactorSql, minorPriceSql, minorSql } from "./amount.ts";
import { emailSql } from "./contact.ts";
import type { PlainColumn } from "./plain-columns.ts";
import { countedDaySql, dateSql, instantSql, piecedInstantSql } from "./timestamp.ts";

export type Formats = ReadonlyMap<string, { format: string | null; decimal: "." | "," | null }>;

/** Kinds whose texts can be unreadable. */
export const strictKinds: ReadonlySet<string> = new Set(["instant", "date", "money", "price", "quantity"]);

/** What a column's text is called before it is read. */
export function givenName(target: Target): string {
  return ident(`given_${target.name}`);
}

/** What a column's value is called that was read from its text before. */
export function readName(target: Target): string {
  return ident(`read_${target.name}`);
}

/** A target's value, from the text `v` of its rule, or from what was read where its column is plain. */
export function valueSql(
  target: Target,
  rule: ColumnRule,
  v: string,
  {
    raw,
    options,
    profiles,
    hasCurrency,
    parts = [],
    plain,
  }: {
    raw: RawTable;
    /** Texts of further columns that are added or taken off. */
    parts?: readonly { readonly name: string; readonly sign: 1 | -1 }[];
    options: { readonly brand: { readonly currency: string; readonly timeZone: string } };
    profiles: Formats;
    hasCurrency: boolean;
    plain?: PlainColumn | undefined;
  },
): string {
  const profile = profiles.get((columnsOfRule(rule)[0] ?? "").trim().toLowerCase());
  const given = typeof rule === "object" && "column" in rule ? rule : undefined;
  const timeZone =
    typeof rule === "object" && "time_zone" in rule && rule.time_zone ? rule.time_zone : options.brand.timeZone;
  const format = given?.format ?? profile?.format ?? null;
  const isPieced = typeof rule === "object" && "concat" in rule;
  const decimal = given?.decimal ?? profile?.decimal ?? ".";
  const read = (text: string) =>
    plain ? millionthsOf(`CAST(${readName(target)} AS DOUBLE)`) : millionthsSql(text, decimal, raw.isTyped);
  const amount = () => sumSql(read, v, parts);
  const signed = (sql: string) => (given?.sign === "negative" ? `-abs(${sql})` : sql);
  const factor = () =>
    minorFactorSql(
      given?.currency ?? options.brand.currency,
      hasCurrency && !given?.currency ? `upper(${ident("given_currency")})` : null,
    );
  switch (target.kind) {
    case "email":
      return emailSql(v);
    case "phone":
      return `(SELECT e164 FROM phones WHERE phones.given = ${v})`;
    case "instant":
      if (plain) return utcSql(readName(target), plain);
      if (given?.since) return countedDaySql(v, given.since, timeZone);
      return isPieced ? piecedInstantSql(v, format, timeZone) : instantSql(v, format, timeZone);
    case "date":
      return dateSql(v, format);
    case "money": {
      if (given?.unit) return `CAST(${amount()} / ${given.unit === "percent" ? 1e8 : 1e6}::DOUBLE AS DECIMAL(18,6))`;
      const money = signed(minorSql(amount(), factor()));
      return target.name === "discount_minor" || target.name === "refund_minor" ? `abs(${money})` : money;
    }
    case "price":
      return minorPriceSql(amount(), factor());
    case "quantity":
      return signed(`CAST(${amount()} / 1000000::DOUBLE AS DECIMAL(18,4))`);
    case "flag":
      return `CASE WHEN ${isOneOf(`lower(${v})`, trueWords)} THEN true WHEN ${isOneOf(`lower(${v})`, falseWords)} THEN false END`;
    case "properties":
      return `TRY_CAST(TRY_CAST(${v} AS JSON) AS MAP(VARCHAR, VARCHAR))`;
    case "id":
      return idSql(v);
    case "text":
      return `CASE WHEN ${isAbsent(v, absent)} THEN NULL ELSE ${target.name === "postcode" ? `ltrim(${v}, ${literal("'")})` : v} END`; // a mark for spreadsheets not to count with it
    case "currency":
      return `upper(${v})`;
    default:
      return v;
  }
}

/** What programs write for a missing text, as no name of a thing or person is written. */
const absent = ["NULL", "(null)", "\\N", "nan", "NaN", "<NA>", "#N/A"];
/** The same where a number should be. */
const absentId = ["NULL", "null", "(null)", "\\N", "nan", "NaN", "None", "none", "NA", "<NA>", "#N/A", "?"];
const trueWords = ["true", "yes", "y", "1", "returned", "t", "control", "holdout"];
const falseWords = ["false", "no", "n", "0", "kept", "f", "treatment", "treated"];

/** Only short texts are compared. */
function isAbsent(v: string, words: readonly string[]): string {
  return `strlen(${v}) <= ${Math.max(...words.map(({ length }) => length))} AND ${isOneOf(v, words)}`;
}

/** A number's text without the decimals that a program which knows no missing whole numbers adds to all of them. */
function idSql(v: string): string {
  return `CASE WHEN ${isAbsent(v, absentId)} THEN NULL WHEN suffix(${v}, '.0') AND regexp_full_match(${v}, '[0-9]+[.]0') THEN left(${v}, length(${v}) - 2) ELSE ${v} END`;
}

/** Millionths of a text and of what is added to it; NULL where any of them can't be read. */
function sumSql(
  read: (text: string) => string,
  own: string,
  parts: readonly { readonly name: string; readonly sign: 1 | -1 }[],
): string {
  if (parts.length === 0) return read(own);
  const amounts = parts.map(
    ({ name, sign }) => `${sign < 0 ? "-" : "+"} CASE WHEN ${name} IS NULL THEN 0 ELSE ${read(name)} END`,
  );
  return `(${read(own)} ${amounts.join(" ")})`;
}

/** Turns a discount that is a share of the price into money, and fills the price before it: from the line's amount, which the
 *  discount has left, else from its price, which it has not. */
export function shareAsMoney(from: string): string {
  const quantity = "greatest(abs(coalesce(quantity, 1)), 0.0001)";
  const before = `CASE WHEN discount_minor < 0 OR discount_minor > 1 THEN NULL
    WHEN amount_minor IS NOT NULL THEN CASE WHEN discount_minor < 1 THEN abs(amount_minor) / (1 - discount_minor) END
    ELSE abs(unit_price_minor) * ${quantity} END`;
  return `SELECT * EXCLUDE (before_discount) REPLACE (
      CAST(round(CASE WHEN amount_minor IS NOT NULL THEN before_discount - abs(amount_minor) ELSE before_discount * discount_minor END) AS BIGINT) AS discount_minor,
      coalesce(list_price_minor, CAST(before_discount / ${quantity} AS DECIMAL(18,4))) AS list_price_minor)
    FROM (SELECT *, ${before} AS before_discount FROM (${from}))`;
}
