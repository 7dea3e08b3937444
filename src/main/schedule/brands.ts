import { join } from "node:path";
import { AssayError } from "../../shared/base/errors.ts";
import { isName } from "../../shared/base/ids.ts";
import {
  applyEntry,
  type BrandState,
  type EntryBodies,
  type EntryKind,
  emptyState,
  type StateEntry,
} from "../../shared/domain/brand-state.ts";
import { changesSome, mayWait, type SharedEntry, splitEdit } from "../../shared/domain/pending.ts";
import type { Desk } from "./desk.ts";
import type { Engine } from "./engine-client.ts";
import { readEntries } from "./read-entries.ts";

/** Entries of a brand's log that are kept on this machine, so that a start reads only what is new. */
export interface EntryCache {
  /** Some of the entries from a version on; none where it knows no more. */
  read(log: string, from: number): Promise<readonly StateEntry[]>;
  append(log: string, entries: readonly StateEntry[]): Promise<void>;
  forget(log: string): Promise<void>;
}

interface Held {
  state: BrandState;
  refreshing: Promise<BrandState> | undefined;
  /** Without the share: the entries that this machine has, and which changes stand on top of them. */
  shared?: readonly StateEntry[];
  waiting?: string;
}

/** The brands of one workspace as their logs tell them; every change is an entry first. */
export class Brands {
  readonly #workspace: string;
  readonly #engine: Engine;
  readonly #cache: EntryCache;
  readonly #cacheKey: string;
  readonly #held = new Map<string, Promise<Held>>();
  readonly #away: Desk | undefined;
  #names: string[];

  /** `away`: the share doesn't answer; what this machine keeps is read, and changes wait. */
  constructor(
    workspace: { path: string; id: string; brands: readonly string[] },
    engine: Engine,
    cache: EntryCache,
    away?: Desk,
  ) {
    this.#away = away;
    this.#workspace = away?.root ?? workspace.path;
    this.#cacheKey = workspace.id;
    this.#names = [...workspace.brands].sort();
    this.#engine = engine;
    this.#cache = cache;
  }

  get workspaceId(): string {
    return this.#cacheKey;
  }

  get names(): readonly string[] {
    return this.#names;
  }

  directory(brand: string): string {
    if (!isName(brand)) {
      throw new AssayError("bad_input", `“${brand}” can't be a brand's name.`, "Use letters, digits, - and _.");
    }
    return join(this.#workspace, "brands", brand);
  }

  has(brand: string): boolean {
    return this.#names.includes(brand);
  }

  async create(brand: string, settings: Omit<EntryBodies["brand_created"], "brand">): Promise<void> {
    this.directory(brand);
    if (this.has(brand)) throw new AssayError("conflict", `There is a brand ${brand} already.`, "Choose another name.");
    await this.#engine.call("brand.create", { path: this.#workspace, brand });
    this.#names = [...this.#names, brand].sort();
    await this.append(brand, "brand_created", { brand, ...settings }, `brand:${brand}`);
  }

  /** The state with every entry that the log holds now. */
  async refresh(brand: string): Promise<BrandState> {
    if (!this.has(brand)) {
      const known = this.#names.join(", ") || "none yet";
      throw new AssayError("not_found", `There is no brand ${brand} in this workspace.`, `Its brands: ${known}.`);
    }
    const held = await this.#hold(brand);
    held.refreshing ??= (this.#away ? this.#readAway(this.#away, brand, held) : this.#read(brand, held)).finally(() => {
      held.refreshing = undefined;
    });
    return held.refreshing;
  }

  /** The state as it was read last, without a look at the log. */
  async known(brand: string): Promise<BrandState> {
    return (await this.#hold(brand)).state;
  }

  async append<K extends EntryKind>(
    brand: string,
    kind: K,
    body: EntryBodies[K],
    taskKey: string,
    remove?: readonly string[],
  ): Promise<BrandState> {
    if (this.#away) return this.#queue(this.#away, brand, { kind, body });
    await this.#engine.call("log.append", { brandDir: this.directory(brand), kind, body, taskKey, remove });
    const held = await this.#hold(brand);
    await held.refreshing?.catch(() => {});
    return this.refresh(brand);
  }

  /** Entries of the shared log after a version, as they stand now. */
  async since(brand: string, version: number): Promise<readonly SharedEntry[]> {
    return readEntries(this.#engine, this.directory(brand), version + 1);
  }

  /** Appends once for its key, right after a version; false where another entry came in between. */
  async appendAfter(
    brand: string,
    version: number,
    entry: { kind: EntryKind; body: unknown; taskKey: string },
  ): Promise<boolean> {
    const input = { brandDir: this.directory(brand), ...entry, onlyAfter: version };
    return (await this.#engine.call("log.append", input)).version !== null;
  }

  /** Reads what this machine keeps anew at the next question. */
  forget(brand: string): void {
    if (this.#away) this.#held.delete(brand);
  }

  /** Appends only where the state that it was decided from still holds when it stands in the log; null where it doesn't any more. */
  async appendWhile<K extends EntryKind>(
    brand: string,
    entry: { readonly kind: K; readonly body: EntryBodies[K]; readonly taskKey: string },
    holds: (state: BrandState) => boolean,
  ): Promise<BrandState | null> {
    for (;;) {
      const state = await this.refresh(brand);
      if (!holds(state)) return null;
      if (await this.appendAfter(brand, state.version, entry)) return this.refresh(brand);
    }
  }

  #hold(brand: string): Promise<Held> {
    const known = this.#held.get(brand);
    if (known) return known;
    const holding = this.#recall(brand);
    this.#held.set(brand, holding);
    holding.catch(() => this.#held.delete(brand));
    return holding;
  }

  /** What this machine kept of a log, page by page. */
  async #recall(brand: string): Promise<Held> {
    const state = emptyState();
    if (this.#away) return { state, refreshing: undefined };
    for (;;) {
      const entries = await this.#cache.read(`${this.#cacheKey}/${brand}`, state.version + 1);
      for (const entry of entries) applyEntry(state, entry);
      if (entries.length === 0) return { state, refreshing: undefined };
    }
  }

  async #read(brand: string, held: Held): Promise<BrandState> {
    try {
      return await this.#readOn(brand, held);
    } catch (error) {
      if (!(error instanceof AssayError) || error.code !== "corrupt" || held.state.version === 0) throw error;
      return this.#readAnew(brand, held);
    }
  }

  /** A log that was brought back from an older copy doesn't go on where this machine left it: what it holds counts. */
  async #readAnew(brand: string, held: Held): Promise<BrandState> {
    const log = `${this.#cacheKey}/${brand}`;
    const entries = await readEntries(this.#engine, this.directory(brand), 1);
    if (entries.length === 0) throw isGone(this.directory(brand));
    const state = emptyState();
    for (const entry of entries) applyEntry(state, entry);
    await this.#cache.forget(log);
    await this.#cache.append(log, entries).catch(() => {});
    held.state = state;
    return state;
  }

  async #readOn(brand: string, held: Held): Promise<BrandState> {
    const brandDir = this.directory(brand);
    for (;;) {
      const { entries, has_more } = await this.#engine.call("log.read", { brandDir, from: held.state.version + 1 });
      for (const entry of entries) applyEntry(held.state, entry);
      if (entries.length > 0) await this.#cache.append(`${this.#cacheKey}/${brand}`, entries).catch(() => {});
      if (!has_more) return held.state;
    }
  }

  /** The log as this machine has it, with what waits on top; only snapshots that lie here. */
  async #readAway(desk: Desk, brand: string, held: Held): Promise<BrandState> {
    const { edits } = await desk.pending(brand);
    const waiting = edits.map(({ id }) => id).join(" ");
    if (held.waiting === waiting) return held.state;
    held.shared ??= await this.#entriesHere(desk, brand);
    const here = new Set((await desk.kept(brand)).flatMap((one) => (one.state === "whole" ? one.snapshot_id : [])));
    const state = emptyState();
    for (const entry of held.shared) applyEntry(state, entry);
    state.snapshots = state.snapshots.filter(({ snapshot_id }) => here.has(snapshot_id));
    for (const { kind, body, at } of edits) applyEntry(state, { version: state.version + 1, kind, body, at });
    Object.assign(held, { state, waiting });
    return state;
  }

  /** The copy of the log, and beyond it what this machine read or wrote since it was copied. */
  async #entriesHere(desk: Desk, brand: string): Promise<readonly StateEntry[]> {
    const found: StateEntry[] = await readEntries(this.#engine, desk.brandDir(brand), 1);
    for (;;) {
      const read = await this.#cache.read(`${this.#cacheKey}/${brand}`, found.length + 1);
      if (read.length === 0) return found;
      found.push(...read);
    }
  }

  async #queue(desk: Desk, brand: string, { kind, body }: { kind: EntryKind; body: unknown }): Promise<BrandState> {
    if (!mayWait(kind)) throw waitsForShare();
    const state = await this.refresh(brand);
    const base = (await this.#hold(brand)).shared?.at(-1)?.version ?? 0;
    for (const one of splitEdit(kind, body))
      if (changesSome(state, kind, one)) await desk.queue(brand, { kind, body: one, base });
    await (await this.#hold(brand)).refreshing?.catch(() => {});
    return this.refresh(brand);
  }
}

/** A log has a first entry always: where none is left, its directory was moved, or its disk isn't mounted any more. */
function isGone(brandDir: string): AssayError {
  return new AssayError(
    "unavailable",
    `${brandDir} isn't there any more, or is empty.`,
    "Mount its disk or move the folder back; or open the workspace where it lies now.",
    { silent: "share" },
  );
}

/** What can't be done now, and can't wait as a change either: it needs the share's files. */
export function waitsForShare(): AssayError {
  return new AssayError(
    "unavailable",
    "The shared directory doesn't answer, and this needs it.",
    "Do it again once the directory is back: what is kept on this machine can be read meanwhile.",
    { silent: "share" },
  );
}
