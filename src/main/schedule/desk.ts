import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { StateEntry } from "../../shared/domain/brand-state.ts";
import {
  applyPending,
  emptyPending,
  type Outcome,
  type PendingEdit,
  type PendingState,
  type Take,
} from "../../shared/domain/pending.ts";
import type { Engine } from "./engine-client.ts";
import { readEntries } from "./read-entries.ts";

interface About {
  readonly workspace_id: string;
  /** Under which names this workspace was opened. */
  readonly paths: readonly string[];
}

/** What this machine has of a workspace to work on without its share: copies of snapshots, and changes that wait. */
export class Desk {
  readonly workspaceId: string;
  readonly root: string;
  readonly #engine: Engine;
  readonly #pending = new Map<string, PendingState>();

  constructor({ dataFolder, workspaceId, engine }: { dataFolder: string; workspaceId: string; engine: Engine }) {
    this.workspaceId = workspaceId;
    this.root = join(dataFolder, "kept", workspaceId);
    this.#engine = engine;
  }

  brandDir(brand: string): string {
    return join(this.root, "brands", brand);
  }

  /** Brands of which something is kept or waits. */
  async brands(): Promise<string[]> {
    return (await namesIn(join(this.root, "brands"))).sort();
  }

  /** Brands that can be read without the share. */
  async readable(): Promise<string[]> {
    const found: string[] = [];
    for (const brand of await this.brands())
      if ((await this.kept(brand)).some(({ state }) => state === "whole")) found.push(brand);
    return found;
  }

  async kept(brand: string) {
    if ((await namesIn(join(this.brandDir(brand), "kept"))).length === 0) return [];
    return (await this.#engine.call("kept.list", { to: this.brandDir(brand) })).kept;
  }

  /** Remembers under which name the workspace is opened, so that it is found where its directory can't be read. */
  async remember(path: string): Promise<void> {
    const known = await readAbout(this.root);
    if (known?.paths.includes(path)) return;
    const about: About = { workspace_id: this.workspaceId, paths: [...(known?.paths ?? []), path] };
    await mkdir(this.root, { recursive: true, mode: 0o700 });
    const staged = join(this.root, `about.${randomUUID()}.part`);
    await writeFile(staged, JSON.stringify(about), { mode: 0o600, flush: true });
    await rename(staged, join(this.root, "about.json"));
  }

  /** What waits for the share, as the log of this machine tells it. */
  async pending(brand: string): Promise<PendingState> {
    const brandDir = this.#pendingDir(brand);
    const known = this.#pending.get(brand) ?? emptyPending();
    if (known.version === 0 && (await namesIn(join(brandDir, "log"))).length === 0) return known;
    for (const entry of await readEntries(this.#engine, brandDir, known.version + 1))
      if (entry.version > known.version) applyPending(known, entry as StateEntry);
    this.#pending.set(brand, known);
    return known;
  }

  queue(brand: string, edit: Omit<PendingEdit, "at" | "id">): Promise<void> {
    const id = randomUUID();
    return this.#append(brand, "edit", { id, ...edit }, id);
  }

  decide(brand: string, subject: string, { take, seen }: { take: Take; seen: number }): Promise<void> {
    return this.#append(brand, "edit_decided", { subject, take, seen }, `decided:${randomUUID()}`);
  }

  settle(brand: string, id: string, outcome: Outcome): Promise<void> {
    return this.#append(brand, "edit_settled", { id, outcome }, `settled:${id}`);
  }

  async #append(brand: string, kind: string, body: object, taskKey: string): Promise<void> {
    await mkdir(this.root, { recursive: true, mode: 0o700 });
    await this.#engine.call("log.append", { brandDir: this.#pendingDir(brand), kind, body, taskKey });
  }

  #pendingDir(brand: string): string {
    return join(this.brandDir(brand), "pending");
  }
}

/** The workspace that was last known at a path, where something of it is kept on this machine. */
export async function findKept(dataFolder: string, path: string): Promise<string | undefined> {
  for (const id of await namesIn(join(dataFolder, "kept"))) {
    const about = await readAbout(join(dataFolder, "kept", id));
    if (about?.workspace_id === id && about.paths.includes(path)) return id;
  }
  return undefined;
}

async function readAbout(root: string): Promise<About | undefined> {
  try {
    return JSON.parse(await readFile(join(root, "about.json"), "utf8")) as About;
  } catch {
    return undefined; // nothing is kept, or it is written anew with the next opening
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
