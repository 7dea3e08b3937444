import { minorDigits } from "../../shared/base/money.ts";
import { literal } from "../engine/sql.ts";
import { amountPattern } from "../sources/profile.ts";

/** The number in a text of money or quantity, exact; NULL where there is none. `v` is SQL for a trimmed text. */
export function amountSql(v: string, decimal: "." | ",", isTyped: boolean): string {
  const digits = `regexp_replace(${v}, '[^0-9.,]', '', 'g')`;
  const plain = decimal === "," ? `replace(replace(${digits}, '.', ''), ',', '.')` : `replace(${digits}, ',', '')`;
  const text = isTyped
    ? `CASE WHEN regexp_full_match(${v}, '[-+]?[0-9]+([.][0-9]+)?([eE][-+]?[0-9]+)?') THEN replace(${v}, '-', '') ELSE ${plain} END`
    : plain;
  const sign = `CASE WHEN regexp_matches(${v}, '^[(]|-') AND NOT regexp_matches(${v}, '[0-9][eE]-') THEN -1 ELSE 1 END`;
  return `CASE WHEN regexp_full_match(${v}, ${literal(amountPattern)}) OR regexp_full_match(${v}, '[-+]?[0-9]+([.][0-9]+)?[eE][-+]?[0-9]+') THEN ${sign} * TRY_CAST(TRY_CAST(${text} AS DOUBLE) AS DECIMAL(28,6)) END`;
}

/** Ten to the number of minor digits, by row where the currency is a column. */
export function minorFactorSql(currency: string, column: string | null): string {
  if (column === null) return String(10 ** minorDigits(currency));
  const zero = ["JPY", "KRW", "VND", "CLP", "ISK", "PYG", "UGX", "XAF", "XOF"];
  const three = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];
  const list = (codes: string[]) => codes.map(literal).join(", ");
  return `CASE WHEN ${column} IN (${list(zero)}) THEN 1 WHEN ${column} IN (${list(three)}) THEN 1000 ELSE 100 END`;
}
