import { minorDigits, minorDigitsOf } from "../../shared/base/money.ts";
import { isOneOf, literal } from "../engine/sql.ts";
import { amountPattern } from "../sources/profile.ts";

/** The number in a text of money or quantity, in millionths: exact below 9e9, to a thousandth below 1e12; NULL where there is none
 *  or it is larger. `v` is SQL for a trimmed text. */
export function millionthsSql(v: string, decimal: "." | ",", isTyped: boolean): string {
  const plain = decimal === "." ? v : `CASE WHEN NOT contains(${v}, '.') THEN replace(${v}, ',', '.') END`;
  return `coalesce(${millionthsOf(`CAST(TRY_CAST(${plain} AS DECIMAL(18,6)) AS DOUBLE)`)}, ${millionthsOf(decoratedSql(v, decimal, isTyped))})`;
}

export function millionthsOf(number: string): string {
  return `TRY_CAST(round(${number} * 1000000) AS BIGINT)`;
}

/** Numbers with signs, codes, groups of thousands, brackets around negative ones, or an exponent. */
function decoratedSql(v: string, decimal: "." | ",", isTyped: boolean): string {
  const scientific = "'[-+]?[0-9]+([.][0-9]+)?([eE][-+]?[0-9]+)?'";
  const digits = `regexp_replace(${v}, '[^0-9.,]', '', 'g')`;
  const grouped = decimal === "," ? `replace(replace(${digits}, '.', ''), ',', '.')` : `replace(${digits}, ',', '')`;
  const [point, comma] = decimal === "," ? [",", "[.]"] : ["[.]", ","];
  const isGrouped = `regexp_full_match(${digits}, '[0-9]+(${point}[0-9]*)?|[0-9]{1,3}(${comma}[0-9]{2,3})*${comma}[0-9]{3}(${point}[0-9]*)?|${point}[0-9]+')`;
  const isPlain = isTyped || decimal === "." ? `regexp_full_match(${v}, ${scientific})` : "false";
  const sign = `CASE WHEN regexp_matches(${v}, '^[(]|-') THEN -1 ELSE 1 END`;
  const number = `CASE WHEN ${isPlain} THEN TRY_CAST(${v} AS DOUBLE)
    WHEN regexp_full_match(${v}, ${literal(amountPattern)}) AND ${isGrouped} THEN ${sign} * TRY_CAST(${grouped} AS DOUBLE) END`;
  return `CASE WHEN abs(${number}) < 1e12 THEN ${number} END`;
}

/** Minor units from millionths of the currency's unit, half a unit away from zero. */
export function minorSql(millionthsOf: string, factor: string): string {
  return `CAST(round(CAST(${millionthsOf} AS DOUBLE) * ${factor} / 1000000) AS BIGINT)`;
}

/** Minor units with four decimals. */
export function minorPriceSql(millionthsOf: string, factor: string): string {
  return `CAST(round(CAST(${millionthsOf} AS DOUBLE) * ${factor} / 100) / 10000 AS DECIMAL(18,4))`;
}

/** Ten to the number of minor digits, by row where the currency is a column. */
export function minorFactorSql(currency: string, column: string | null): string {
  if (column === null) return String(10 ** minorDigits(currency));
  return `CASE WHEN ${isOneOf(column, minorDigitsOf.none)} THEN 1 WHEN ${isOneOf(column, minorDigitsOf.three)} THEN 1000 ELSE 100 END`;
}
