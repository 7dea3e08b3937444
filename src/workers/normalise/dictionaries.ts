import type { Session } from "../engine/duckdb.ts";
import { rawColumn } from "../sources/raw.ts";
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
  return `CASE WHEN lower(${text}) NOT IN ('null', 'nan', 'nat', 'none', '\\n', '0000-00-00', '0000-00-00 00:00:00') THEN ${text} END`;
}

/** The cells that some SQL over raw rows reads. */
export function cellsIn(sql: string, columns: readonly unknown[]): string[] {
  return columns.map((_, at) => rawColumn(at)).filter((cell) => new RegExp(`\\b${cell}\\b`).test(sql));
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
    const candidates = parsed.flatMap(({ target, raw: text, value, parts }) => {
      const own = givenName(target);
      const isAlone = parts.length === 0 && (value.match(/"given_\w+"/g) ?? []).every((name) => name === own);
      const [cell, ...others] = cellsIn(text, raw.columns);
      const isOne = strictKinds.has(target.kind) && isAlone && cell !== undefined && others.length === 0;
      return isOne ? [{ target, cell, text, read: value.replaceAll(own, "given") }] : [];
    });
    const repeated = await this.#repeatedOf(raw.table, [...new Set(candidates.map(({ cell }) => cell))]);
    for (const { target, ...reading } of candidates) {
      if (!repeated.has(reading.cell)) continue;
      const question = `${raw.table} ${reading.text} ${reading.read}`;
      const known = this.#made.get(question) ?? (await this.#make(raw.table, reading));
      this.#made.set(question, known);
      found.set(target.name, known);
    }
    return found;
  }

  async #repeatedOf(table: string, cells: readonly string[]): Promise<ReadonlySet<string>> {
    const known = (cell: string) => this.#repeats.get(`${table}.${cell}`);
    const asked = cells.filter((cell) => known(cell) === undefined);
    if (asked.length > 0) {
      const counts = asked.map((cell) => `approx_count_distinct(${cell}) * 3 < count(*) AS ${cell}`);
      const [row = {}] = await this.#session.rows(`SELECT ${counts.join(", ")} FROM ${table}`);
      for (const cell of asked) this.#repeats.set(`${table}.${cell}`, row[cell] === true);
    }
    return new Set(cells.filter((cell) => known(cell) === true));
  }

  async #make(rows: string, { cell, text, read }: { cell: string; text: string; read: string }): Promise<Dictionary> {
    const table = `${this.#prefix}_dictionary_${this.#made.size}`;
    await this.#session.run(`CREATE TEMP TABLE ${table} AS SELECT cell, given, ${read} AS read
      FROM (SELECT ${cell} AS cell, ${withoutNothing(text)} AS given FROM (SELECT DISTINCT ${cell} FROM ${rows}))`);
    return { table, cell };
  }
}
