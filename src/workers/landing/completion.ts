import type { Session } from "../engine/duckdb.ts";

/** Relations of a session that hold the lake's tables so far, by table. */
export type Relations = Map<string, string>;

export const sameOrder = (one: string, other: string) =>
  `${one}.order_id = ${other}.order_id AND ${one}.key_space = ${other}.key_space`;

/** Replaces a table's relation by another that reads it. */
export class Completion {
  readonly session: Session;
  readonly #relations: Relations;
  readonly #shuffled = new Set<string>();
  #made = 0;

  constructor(session: Session, relations: Relations) {
    this.session = session;
    this.#relations = relations;
  }

  of(table: string): string {
    return this.#relations.get(table) ?? `merged_${table}`;
  }

  async has(table: string, condition: string): Promise<boolean> {
    return (await this.session.value(`SELECT EXISTS (SELECT 1 FROM ${this.of(table)} WHERE ${condition})`)) === true;
  }

  async replace(table: string, select: string): Promise<void> {
    this.#shuffled.add(table);
    await this.refill(table, select);
  }

  /** The same where each row stays in its place: only columns are replaced. */
  async refill(table: string, select: string): Promise<void> {
    const name = `complete_${table}_${++this.#made}`;
    await this.session.run(`CREATE TEMP VIEW ${name} AS ${select}`);
    this.#relations.set(table, name);
  }

  /** Whether rows may lie otherwise than they did in the beginning. */
  isShuffled(table: string): boolean {
    return this.#shuffled.has(table);
  }

  /** Keeps the rows of a query for the length of the session; returns their name. */
  async keep(name: string, select: string): Promise<string> {
    await this.session.run(`CREATE TEMP TABLE kept_${name} AS ${select}`);
    return `kept_${name}`;
  }
}
