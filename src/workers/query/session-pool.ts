import { cancelled, throwIfCancelled } from "../../shared/base/errors.ts";
import { openSession, type Session } from "../engine/duckdb.ts";
import { fileList, ident, parquet } from "../engine/sql.ts";
import type { ColumnTypes, SnapshotHandle } from "./snapshot.ts";
import { linesView, namesView, returnsView, summaryView, transactionsView } from "./views.ts";

export interface SessionPoolOptions {
  readonly memoryLimit: number;
  readonly threads: number;
  readonly scratch: string;
  /** How many snapshots stay open; the least recently asked one is closed. */
  readonly size?: number;
  /** Profiles up to so many are loaded whole at opening; of more only the columns that are asked for. */
  readonly mostLoaded?: number;
}

const mostLoaded = 100_000;

/** A snapshot with its tables as views (and few `profiles` in memory), one question at a time. Beside the snapshot's tables it
 *  has lines_seen, returns_seen, transactions_seen, summary_seen and names_seen, which stand whatever the snapshot holds. */
export interface OpenSnapshot {
  readonly handle: SnapshotHandle;
  /** Columns of `profiles` with their DuckDB types, in order. */
  readonly profileColumns: ColumnTypes;
  /** Columns of a table; empty where the snapshot has no such table. */
  columnsOf(table: string): ColumnTypes;
  has(table: string): boolean;
  /** Runs after the questions before it; a fired signal interrupts its statement and rejects with `cancelled`. */
  use<T>(signal: AbortSignal | undefined, work: (session: Session) => Promise<T>): Promise<T>;
  /** What lives as long as the session: stored orders, field ranges. */
  readonly memo: Map<string, unknown>;
  /** Closes once what was asked is answered; `close` interrupts it. */
  retire(): Promise<void>;
  close(): void;
}

export function openSnapshot(handle: SnapshotHandle, options: SessionPoolOptions): Promise<OpenSnapshot> {
  return open(handle, options);
}

async function open(handle: SnapshotHandle, options: SessionPoolOptions): Promise<Opened> {
  const session = await openSession({
    memoryLimit: options.memoryLimit,
    threads: options.threads,
    scratch: options.scratch,
  });
  try {
    const columns = new Map<string, ColumnTypes>();
    const columnsOf = (table: string): ColumnTypes => columns.get(table) ?? new Map();
    for (const [table, paths] of Object.entries(handle.tables)) {
      if (paths.length === 0) continue;
      const kind = table === "profiles" && (await isFew(session, paths, options)) ? "TABLE" : "VIEW";
      await session.run(`CREATE ${kind} ${ident(table)} AS SELECT * FROM ${parquet(paths)}`);
      columns.set(
        table,
        new Map((await session.describe(`SELECT * FROM ${ident(table)}`)).map(({ name, type }) => [name, type])),
      );
    }
    await session.run(`CREATE VIEW lines_seen AS ${linesView(handle, columnsOf)}`);
    await session.run(`CREATE VIEW returns_seen AS ${returnsView(handle, columnsOf)}`);
    await session.run(`CREATE VIEW transactions_seen AS ${transactionsView(handle, columnsOf)}`);
    await session.run(`CREATE VIEW summary_seen AS ${summaryView(handle, columnsOf)}`);
    await session.run(`CREATE VIEW names_seen AS ${namesView(columnsOf)}`);
    return new Opened(handle, session, columns);
  } catch (error) {
    session.close();
    throw error;
  }
}

async function isFew(session: Session, paths: readonly string[], options: SessionPoolOptions): Promise<boolean> {
  const rows = await session.value(`SELECT sum(num_rows) FROM parquet_file_metadata(${fileList(paths)})`);
  return Number(rows) <= (options.mostLoaded ?? mostLoaded);
}

class Opened implements OpenSnapshot {
  handle: SnapshotHandle;
  readonly profileColumns: ColumnTypes;
  readonly memo = new Map<string, unknown>();
  readonly #session: Session;
  readonly #columns: ReadonlyMap<string, ColumnTypes>;
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(handle: SnapshotHandle, session: Session, columns: ReadonlyMap<string, ColumnTypes>) {
    this.handle = handle;
    this.#session = session;
    this.#columns = columns;
    this.profileColumns = columns.get("profiles") ?? new Map();
  }

  columnsOf(table: string): ColumnTypes {
    return this.#columns.get(table) ?? new Map();
  }

  has(table: string): boolean {
    return this.#columns.has(table);
  }

  use<T>(signal: AbortSignal | undefined, work: (session: Session) => Promise<T>): Promise<T> {
    if (signal?.aborted) return Promise.reject(cancelled());
    const before = this.#last;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const leave = () => reject(cancelled());
    signal?.addEventListener("abort", leave, { once: true });
    this.#last = before.then(async () => {
      signal?.removeEventListener("abort", leave);
      if (signal?.aborted || this.#isClosed) return reject(cancelled());
      const stop = () => this.#session.interrupt();
      signal?.addEventListener("abort", stop, { once: true });
      try {
        const result = await work(this.#session);
        throwIfCancelled(signal);
        resolve(result);
      } catch (error) {
        reject(signal?.aborted ? cancelled() : error);
      } finally {
        signal?.removeEventListener("abort", stop);
      }
    });
    return promise;
  }

  close(): void {
    this.#session.interrupt();
    void this.retire();
  }

  async retire(): Promise<void> {
    for (let seen: unknown; seen !== this.#last; ) {
      seen = this.#last;
      await seen;
    }
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#session.close();
  }
}

/** Sessions over the snapshots asked last; a snapshot is opened once, however many ask at a time. */
export class SessionPool {
  readonly #options: SessionPoolOptions;
  readonly #open = new Map<string, Promise<Opened>>();

  constructor(options: SessionPoolOptions) {
    this.#options = options;
  }

  get(handle: SnapshotHandle): Promise<OpenSnapshot> {
    const key = [handle.snapshot_id, ...Object.values(handle.tables).flat()].join(" ");
    const known = this.#open.get(key);
    const opening = known ?? open(handle, this.#options);
    this.#open.delete(key);
    this.#open.set(key, opening); // most recent last
    if (!known) {
      opening.catch(() => this.#open.delete(key));
      this.#evict();
    }
    return handle.before === undefined ? opening : opening.then((snapshot) => this.#compare(snapshot, handle));
  }

  /** The same session, with the snapshot to compare with as it was asked last. */
  #compare(snapshot: Opened, handle: SnapshotHandle): OpenSnapshot {
    snapshot.handle = handle;
    return snapshot;
  }

  close(): void {
    for (const key of [...this.#open.keys()]) this.#drop(key, (snapshot) => snapshot.close());
  }

  #evict(): void {
    const size = Math.max(1, this.#options.size ?? 3);
    for (const key of [...this.#open.keys()].slice(0, -size)) this.#drop(key, (snapshot) => void snapshot.retire());
  }

  #drop(key: string, end: (snapshot: OpenSnapshot) => void): void {
    const opening = this.#open.get(key);
    this.#open.delete(key);
    opening?.then(end, () => {});
  }
}
