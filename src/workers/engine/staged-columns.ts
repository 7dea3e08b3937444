import type { Column, ColumnValues } from "../../shared/domain/column.ts";
import { castBack, kindOf } from "./columns.ts";
import { ident, literal } from "./sql.ts";

/** A column on its way from memory into a table of DuckDB. */
interface StagedColumn {
  readonly values: ColumnValues;
  /** How it is brought over. */
  readonly kind: "number" | "text" | "list";
  /** SQL that gives it its declared type from what was brought over. */
  readonly back: string;
}

/** Beyond so many different texts a column is brought over as it is. */
const mostTexts = 48;
const separator = "\u001f";

/** Texts that repeat are brought over as numbers and lists as one text: each value by itself takes most of the time. */
export function stagedColumn({ name, type }: Column, values: ColumnValues): StagedColumn {
  const [column, kind] = [ident(name), kindOf(type)];
  const plain = { values, kind, back: castBack(column, type) };
  if (values instanceof Float64Array) return plain;
  if (kind === "list") return joinedLists(column, values) ?? plain;
  return type === "VARCHAR" ? (codedTexts(column, values) ?? plain) : plain;
}

function codedTexts(column: string, values: readonly unknown[]): StagedColumn | null {
  const known = new Map<string, number>();
  const codes = new Float64Array(values.length);
  for (let at = 0; at < values.length; at++) {
    const text = values[at] ?? null;
    if (text === null) {
      codes[at] = Number.NaN;
      continue;
    }
    if (typeof text !== "string") return null;
    let code = known.get(text);
    if (code === undefined) {
      if (known.size === mostTexts || text.includes("\0")) return null;
      code = known.size + 1;
      known.set(text, code);
    }
    codes[at] = code;
  }
  const texts = [...known.keys()].map(literal).join(", ");
  const back = `CASE WHEN isfinite(${column}) THEN list_extract([${texts}], CAST(${column} AS INTEGER)) END`;
  return { values: codes, kind: "number", back: known.size === 0 ? "CAST(NULL AS VARCHAR)" : back };
}

function joinedLists(column: string, values: readonly unknown[]): StagedColumn | null {
  const joined: (string | null)[] = new Array(values.length);
  for (let at = 0; at < values.length; at++) {
    const list = values[at] ?? null;
    if (list !== null && !(Array.isArray(list) && list.every(isPlainText))) return null;
    joined[at] = list === null ? null : list.join(separator);
  }
  const back = `CASE WHEN ${column} = '' THEN [] ELSE string_split(${column}, chr(31)) END`;
  return { values: joined, kind: "text", back: `CAST(${back} AS VARCHAR[])` };
}

const isPlainText = (text: unknown) => typeof text === "string" && text !== "" && !text.includes(separator);
