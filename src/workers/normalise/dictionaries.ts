import type { Session } from "../engine/duckdb.ts";
import { isOneOf } from "../engine/sql.ts";
import { nativeColumn, type RawTable, rawColumn } from "../sources/raw.ts";
import { madeValues, valuesOf } from "../sources/raw-values.ts";
import type { ParsedTable } from "./normalise-file.ts";
import { givenName, strictKinds } from "./value-sql.ts";

/** From so many rows on, texts of dates and numbers are read once each where they repeat. */
const manyRows = 20_000;

/** The columns `cell`, `given` and `read` of a table: a cell as it lies, its text and the value read from it. */
export interface Dictionary {
  readonly table: string;
  readonly cell: string;
}

/** Words that programs write into columns of dates and numbers where there is none. */
export function withoutNothing(text: string): string {
  return `CASE WHEN ascii(${text}) BETWEEN 49 AND 57 THEN ${text} ELSE ${withoutWords(text, nothing)} END`; // none begins with 1 to 9
}

const empty = ["0000-00-00", "0000-00-00 00:00:00"];
const nothing = ["null", "(null)", "nan", "nat", "none", "na", "#n/a", "<na>", "\\n", "?", ...empty];

/** A text, but NULL where in lower case it is one of some words. */
export function withoutWords(text: string, words: readonly string[]): string {
  return `CASE WHEN ${isOneOf(`lower(${text})`, words)} THEN NULL ELSE ${text} END`;
}

/** The cells that some SQL over raw rows reads. */
export function cellsIn(sql: string, { columns, natives }: RawTable): string[] {
  return columns
    .flatMap((_, at) => (natives?.has(at) ? [rawColumn(at), nativeColumn(at)] : [rawColumn(at)]))
    .filter((cell) => new RegExp(`\\b${cell}\\b`).test(sql));
}

/** Dates and numbers of a file whose texts repeat, each text read once: lines of one order have one time, and prices are few. */
export class Dictionaries {
  readonly #session: Session;
  readonly #prefix: string;
  readonly #repeats = new Map<string, boolean>();
  readonly #made = new Map<string, Dictionary>();

  constructor(session: Session, prefix: string) {
    this.#session = session;
    this.#prefix = prefix;
  }

  /** The dictionary of each target that has one. */
  async of({ raw, parsed }: ParsedTable): Promise<ReadonlyMap<string, Dictionary>> {
    const found = new Map<string, Dictionary>();
    if (raw.rowsRead < manyRows) return found;
    const candidates = parsed.flatMap(({ target, raw: text, value, parts, plain }) => {
      const own = givenName(target);
      const isAlone = parts.length === 0 && (value.match(/"given_\w+"/g) ?? []).every((name) => name === own);
      const [cell, ...others] = cellsIn(text, raw);
      const isOne = !plain && strictKinds.has(target.kind) && isAlone && cell !== undefined && others.length === 0;
      return isOne ? [{ target, cell, text, read: value.replaceAll(own, "given") }] : [];
    });
    const repeated = await this.#repeatedOf(raw, [...new Set(candidates.map(({ cell }) => cell))]);
    for (const { target, ...reading } of candidates) {
      if (!repeated.has(reading.cell)) continue;
      const question = `${raw.table} ${reading.text} ${reading.read}`;
      const known = this.#made.get(question) ?? (await this.#make(raw, reading));
      this.#made.set(question, known);
      found.set(target.name, known);
    }
    return found;
  }

  /** What repeats in rows spread over the file repeats; of what doesn't, all of it tells. */
  async #repeatedOf(raw: RawTable, cells: readonly string[]): Promise<ReadonlySet<string>> {
    const known = (cell: string) => this.#repeats.get(`${raw.table}.${cell}`);
    const ask = async (some: readonly string[], from: string, test: (cell: string) => string) => {
      if (some.length === 0) return;
      const tests = some.map((cell) => `${test(cell)} AS ${cell}`);
      const [row = {}] = await this.#session.rows(`SELECT ${tests.join(", ")} FROM ${from}`);
      for (const cell of some) this.#repeats.set(`${raw.table}.${cell}`, row[cell] === true);
    };
    const asked = cells.filter((cell) => known(cell) === undefined);
    const isCounted = (cell: string) => madeValues(raw, cell) !== undefined;
    for (const cell of asked.filter(isCounted))
      await ask([cell], `${madeValues(raw, cell)}`, () => "count(*) * 3 < sum(n)");
    const every = Math.max(1, Math.floor(raw.rowsRead / manyRows));
    const spread = `(SELECT * FROM ${raw.table} WHERE source_row % ${every} = 0)`;
    const others = asked.filter((cell) => !isCounted(cell));
    await ask(others, spread, (cell) => `approx_count_distinct(${cell}) * 4 < count(*)`);
    const open = others.filter((cell) => known(cell) !== true);
    await ask(open, raw.table, (cell) => `approx_count_distinct(${cell}) * 3 < count(*)`);
    return new Set(cells.filter((cell) => known(cell) === true));
  }

  async #make(raw: RawTable, { cell, text, read }: { cell: string; text: string; read: string }): Promise<Dictionary> {
    const table = `${this.#prefix}_dictionary_${this.#made.size}`;
    await this.#session.run(`CREATE TEMP TABLE ${table} AS SELECT cell, given, ${read} AS read
      FROM (SELECT ${cell} AS cell, ${withoutNothing(text)} AS given FROM (SELECT cell AS ${cell} FROM ${await valuesOf(this.#session, raw, cell)}))`);
    return { table, cell };
  }
}
