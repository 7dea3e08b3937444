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
import type { Engine } from "./engine-client.ts";

/** Entries of a brand's log that are kept on this machine, so that a start reads only what is new. */
export interface EntryCache {
  read(log: string): Promise<readonly StateEntry[]>;
  append(log: string, entries: readonly StateEntry[]): Promise<void>;
}

interface Held {
  state: BrandState;
  refreshing: Promise<BrandState> | undefined;
}

/** The brands of one workspace as their logs tell them; every change is an entry first. */
export class Brands {
  readonly #workspace: string;
  readonly #engine: Engine;
  readonly #cache: EntryCache;
  readonly #cacheKey: string;
  readonly #held = new Map<string, Held>();
  #names: string[];

  constructor(workspace: { path: string; id: string; brands: readonly string[] }, engine: Engine, cache: EntryCache) {
    this.#workspace = workspace.path;
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
    held.refreshing ??= this.#read(brand, held).finally(() => {
      held.refreshing = undefined;
    });
    return held.refreshing;
  }

  async append<K extends EntryKind>(
    brand: string,
    kind: K,
    body: EntryBodies[K],
    taskKey: string,
    remove?: readonly string[],
  ): Promise<BrandState> {
    await this.#engine.call("log.append", { brandDir: this.directory(brand), kind, body, taskKey, remove });
    const held = await this.#hold(brand);
    await held.refreshing?.catch(() => {});
    return this.refresh(brand);
  }

  async #hold(brand: string): Promise<Held> {
    const known = this.#held.get(brand);
    if (known) return known;
    const held: Held = { state: emptyState(), refreshing: undefined };
    this.#held.set(brand, held);
    for (const entry of await this.#cache.read(`${this.#cacheKey}/${brand}`)) applyEntry(held.state, entry);
    return held;
  }

  async #read(brand: string, held: Held): Promise<BrandState> {
    const brandDir = this.directory(brand);
    const { entries } = await this.#engine.call("log.read", { brandDir, from: held.state.version + 1 });
    for (const entry of entries) applyEntry(held.state, entry);
    if (entries.length > 0) await this.#cache.append(`${this.#cacheKey}/${brand}`, entries).catch(() => {});
    return held.state;
  }
}
