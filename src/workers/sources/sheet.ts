import type { ColumnProfile } from "./profile.ts";
import { plainHeader } from "./synonyms.ts";

/** What a layout is told by: a file's name, its columns, and the columns of the lists inside of its rows. */
export class Sheet {
  readonly fileName: string;
  readonly columns: readonly ColumnProfile[];
  readonly headers: readonly string[];
  readonly lists: ReadonlyMap<string, readonly ColumnProfile[]>;
  readonly #plain: ReadonlySet<string>;

  constructor(
    fileName: string,
    columns: readonly ColumnProfile[],
    lists: ReadonlyMap<string, readonly ColumnProfile[]> = new Map(),
  ) {
    this.fileName = fileName;
    this.columns = columns;
    this.headers = columns.map(({ name }) => name);
    this.lists = lists;
    this.#plain = new Set(this.headers.map(plainHeader));
  }

  /** Whether it has all these columns, written as `plainHeader` writes them. */
  has(...names: readonly string[]): boolean {
    return names.every((name) => this.#plain.has(name));
  }

  /** The columns of a list; empty where there is none. */
  namesIn(list: string): readonly string[] {
    return (this.lists.get(list) ?? []).map(({ name }) => name);
  }

  /** The files that follow this one: its name up to the first digit, as dates and numbers change from delivery to delivery. */
  get filePattern(): string {
    const stem = this.fileName.replace(/\.(gz|zst|zstd)$/i, "").replace(/\.[a-z]+$/i, "");
    return `${stem.replace(/[-_. ]*\d.*$/, "") || stem}*`;
  }
}
