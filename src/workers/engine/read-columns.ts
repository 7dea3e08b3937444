import type { ColumnValues } from "../../shared/domain/column.ts";
import { castFor, kindOf } from "./columns.ts";
import { bytesOfTexts, TextReader, type TextVector } from "./read-texts.ts";
import { ident } from "./sql.ts";

export interface DescribedColumn {
  readonly name: string;
  readonly type: string;
}

/** A vector of a column as it lies in memory. */
export interface ColumnVector extends Pick<TextVector, "rows" | "validity" | "follow"> {
  /** Its first bytes. */
  readonly bytes: (count: number) => Uint8Array;
}

const separator = "\u001f";
const twoTo32 = 2 ** 32;

/** Numbers of a vector where they may be read as they lie: bytes of each, and how they are brought into doubles. */
const numbersOf: Readonly<
  Record<string, { readonly bytes: number; readonly read: (data: Uint8Array, rows: number) => ArrayLike<number> }>
> = {
  BOOLEAN: { bytes: 1, read: (data, rows) => data.subarray(0, rows) },
  INTEGER: { bytes: 4, read: (data, rows) => new Int32Array(data.buffer, data.byteOffset, rows) },
  DATE: { bytes: 4, read: (data, rows) => new Int32Array(data.buffer, data.byteOffset, rows) }, // days since 1970
  BIGINT: { bytes: 8, read: wholeNumbers },
  DOUBLE: { bytes: 8, read: (data, rows) => new Float64Array(data.buffer, data.byteOffset, rows) },
};

function wholeNumbers(data: Uint8Array, rows: number): Float64Array {
  const low = new Uint32Array(data.buffer, data.byteOffset, rows * 2);
  const high = new Int32Array(data.buffer, data.byteOffset, rows * 2);
  const values = new Float64Array(rows);
  for (let row = 0; row < rows; row++) values[row] = (high[2 * row + 1] ?? 0) * twoTo32 + (low[2 * row] ?? 0); // rounded once
  return values;
}

/** Whether columns may be read as a statement gives them, by what they are called and of which types. */
export function isReadAsItLies(columns: readonly DescribedColumn[]): boolean {
  const names = new Set(columns.map(({ name }) => name.toLowerCase()));
  return (
    names.size === columns.length && columns.every(({ type }) => type === "VARCHAR" || Object.hasOwn(numbersOf, type))
  );
}

const lengthName = (at: number) => `length of ${at}`;

/** SQL that brings columns into a form that is read as it lies, and what it gives: lists as one text, with how many are in it behind all
 *  columns, less than 0 where that text doesn't tell. */
export function readableSql(
  sql: string,
  columns: readonly DescribedColumn[],
): { sql: string; given: DescribedColumn[] } {
  const isList = ({ type }: DescribedColumn) => kindOf(type) === "list";
  const values = columns.map((one) => {
    const name = ident(one.name);
    return `${isList(one) ? `array_to_string(CAST(${name} AS VARCHAR[]), chr(31))` : castFor(name, one.type)} AS ${name}`;
  });
  const lengths = columns.flatMap((one, at) => {
    const name = ident(one.name);
    const told = `CASE WHEN list_count(${name}) = len(${name}) THEN len(${name}) WHEN ${name} IS NOT NULL THEN -1 END`;
    return isList(one) ? [{ at, sql: `CAST(${told} AS DOUBLE) AS ${ident(lengthName(at))}` }] : [];
  });
  const select = [...values, ...lengths.map((one) => one.sql)].join(", ");
  const given = columns.map(({ name, type }) => ({ name, type: kindOf(type) === "number" ? "DOUBLE" : "VARCHAR" }));
  const counted = lengths.map(({ at }) => ({ name: lengthName(at), type: "DOUBLE" }));
  return { sql: `SELECT ${select} FROM (${sql})`, given: [...given, ...counted] };
}

/** Columns as they were asked for, of what `readableSql` gave; null where a list's text doesn't tell what it holds. */
export function withLists(
  values: readonly ColumnValues[],
  columns: readonly DescribedColumn[],
): readonly ColumnValues[] | null {
  let counted = columns.length;
  const whole: ColumnValues[] = [];
  for (const [at, { type }] of columns.entries()) {
    const own = values[at] ?? [];
    const split = kindOf(type) === "list" ? listsOf(own as (string | null)[], values[counted++] as Float64Array) : own;
    if (!split) return null;
    whole.push(split);
  }
  return whole;
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

/** Takes a column in, vector by vector: numbers as doubles, NaN for NULL; texts with null for it. */
export class ColumnReader {
  readonly values: Float64Array | (string | null)[];
  readonly #type: string;
  readonly #texts = new TextReader();

  constructor(type: string, rows: number) {
    this.#type = type;
    this.values = Object.hasOwn(numbersOf, type) ? new Float64Array(rows) : new Array<string | null>(rows);
  }

  read({ rows, bytes, validity, follow }: ColumnVector, offset: number): void {
    const { values } = this;
    const held = numbersOf[this.#type];
    if (!(values instanceof Float64Array) || !held) {
      this.#texts.read(
        { rows, data: bytes(bytesOfTexts(rows)), validity, follow },
        values as (string | null)[],
        offset,
      );
      return;
    }
    values.set(held.read(bytes(rows * held.bytes), rows), offset);
    if (!validity) return; // every row is valid
    for (let row = 0; row < rows; row++)
      if (((validity[row >> 3] ?? 0) & (1 << (row & 7))) === 0) values[offset + row] = Number.NaN;
  }
}
