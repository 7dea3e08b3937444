import type { Session } from "../engine/duckdb.ts";
import { nativeColumn, type RawTable, rawColumn, trimmedSql } from "../sources/raw.ts";
import type { ParsedTable } from "./normalise-file.ts";
import { apartSql, cellsOf, type ParseWay } from "./parse-sql.ts";
import { whereSql } from "./rule-sql.ts";
import type { Places } from "./stack.ts";
import { strictKinds } from "./value-sql.ts";

/** From so many rows on rows that are alike are kept. */
const manyRows = 20_000;

/** Rows of a raw table that are alike in some cells, once each in the order of the file: the last of them. */
export interface Alike {
  readonly table: string;
  /** Rows that differ there differ in what their texts say. */
  readonly isTight: boolean;
}

interface Known extends Alike {
  readonly raw: string;
  readonly cells: readonly string[];
}

/** Of the lines of an order each says the same of the order, and of the orders of a customer the same of the customer: rows of one
 *  are found among those of the other where that was looked for before. */
export class Alikes {
  readonly #session: Session;
  readonly #prefix: string;
  readonly #known: Known[] = [];

  constructor(session: Session, prefix: string) {
    this.#session = session;
    this.#prefix = prefix;
  }

  /** undefined where the rows are few, or not to be told apart by their cells alone. */
  async of(one: ParsedTable, way: ParseWay & { readonly places: Places }): Promise<Alike | undefined> {
    const { raw, parsed, mapping } = one;
    if (raw.rowsRead < manyRows || way.apart !== undefined || way.places.file !== null) return undefined;
    const mapped = parsed.filter(({ raw: text }) => text !== "NULL");
    const where = mapping.where ? whereSql(raw, mapping.where) : "";
    const cells = cellsOf(one, [
      ...mapped.flatMap(({ raw: text, parts, plain }) => [plain?.read ?? text, ...parts.map(({ sql }) => sql)]),
      where,
    ]);
    const keyText = (key: string) => mapped.find(({ target }) => target.name === key)?.raw ?? "NULL";
    const isKeyless = one.table.key.map((key) => `${keyText(key)} IS NULL`).join(" OR ");
    const wider = this.#known.find(
      (known) => known.raw === raw.table && cells.every((cell) => known.cells.includes(cell)),
    );
    const from = wider?.table ?? raw.table;
    const keepsApart = apartSql(one, way, () => "true") !== "";
    if (keepsApart && (await this.#session.value(`SELECT EXISTS (SELECT 1 FROM ${from} WHERE ${isKeyless})`)) === true)
      return undefined;
    const table = `${this.#prefix}_alike_${this.#known.length}`;
    const all = cells.join(", ");
    await this.#session.run(
      `CREATE TEMP TABLE ${table} AS SELECT max(source_row) AS source_row, max(line) AS line, ${all} FROM ${from} GROUP BY ${all} ORDER BY 1`,
    );
    const saysOne = mapped.every(({ raw: text, parts, plain, target }) => {
      const isText = !strictKinds.has(target.kind) && cells.some((cell) => text === cell || text === trimmedSql(cell));
      return parts.length === 0 && (plain ? target.kind === "instant" : isText);
    });
    const loose = looseCells(raw, cells).map((cell) => `${cell} IS DISTINCT FROM ${trimmedSql(cell)}`);
    const isLoose = loose.join(" OR ");
    const isTight =
      saysOne &&
      (loose.length === 0 ||
        (await this.#session.value(`SELECT EXISTS (SELECT 1 FROM ${table} WHERE ${isLoose})`)) !== true);
    const found = { table, isTight, raw: raw.table, cells };
    this.#known.push(found);
    return found;
  }
}

/** Cells that may have blanks at their ends, or be empty without being NULL. */
function looseCells(raw: RawTable, cells: readonly string[]): string[] {
  if (raw.isTight) return [];
  const tight = new Set([...(raw.natives?.keys() ?? [])].flatMap((at) => [rawColumn(at), nativeColumn(at)]));
  return cells.filter((cell) => !tight.has(cell));
}
