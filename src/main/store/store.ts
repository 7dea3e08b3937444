import { join } from "node:path";
import type { StateEntry } from "../../shared/domain/brand-state.ts";
import type { IndexedPerson } from "./people.ts";
import { StoreLink } from "./store-link.ts";

export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

/** What the store reads of a run's document; the rest comes back as it was given. */
export interface KeptRun {
  readonly run_id: string;
  readonly requested_at: string;
  readonly state: string;
}

export interface IndexBuild {
  /** Adds people, the most valuable first; the index before goes on answering. */
  add(people: readonly IndexedPerson[]): Promise<void>;
  /** Puts the new index in the old one's place. */
  finish(): Promise<void>;
}

/** What this machine keeps beside the share: all of it can be made again but for settings and the list of workspaces. */
export interface Store {
  readonly entries: {
    read(log: string, from: number): Promise<readonly StateEntry[]>;
    append(log: string, entries: readonly StateEntry[]): Promise<void>;
    forget(log: string): Promise<void>;
  };
  /** `details` are what few ask for: they are read by themselves. */
  saveRun(brand: string, run: KeptRun, tasks: readonly { readonly key: string }[], details?: object): Promise<void>;
  listRuns<R extends KeptRun>(brand: string): Promise<readonly R[]>;
  readTasks<T extends { readonly key: string }>(brand: string, runId: string): Promise<readonly T[]>;
  readDetails<D extends object>(brand: string, runId: string): Promise<D | null>;
  settings(): Promise<Record<string, JsonValue>>;
  setSetting(name: string, value: JsonValue): Promise<void>;
  recentWorkspaces(): Promise<{ path: string; opened_at: string }[]>;
  rememberWorkspace(path: string, openedAt: string): Promise<void>;
  /** The snapshot whose people can be searched, or null. */
  indexedSnapshot(scope: string): Promise<string | null>;
  /** Forgets a brand's people so that no byte of them stays. */
  forgetPeople(scope: string): Promise<void>;
  beginIndex(scope: string, snapshotId: string): Promise<IndexBuild>;
  searchPeople(scope: string, text: string, limit: number): Promise<IndexedPerson[]>;
  /** What unchanged files were recognised as, by path. */
  recognised<D extends object>(files: readonly StampedFile[]): Promise<ReadonlyMap<string, D>>;
  rememberRecognised(files: readonly (StampedFile & { readonly document: object })[]): Promise<void>;
  close(): Promise<void>;
}

/** A file and what changes with it. */
export interface StampedFile {
  readonly path: string;
  readonly stamp: string;
}

const addedAtOnce = 2_000;

/** Opens the store in a user's data folder; made where there is none. Throws `unsupported` where a newer Assay wrote it. */
export async function openStore(dataFolder: string): Promise<Store> {
  const link = new StoreLink(join(dataFolder, "assay.db"));
  await link.ask("recentWorkspaces");

  const text = (value: unknown) => JSON.stringify(value);
  return {
    entries: {
      read: async (log, from) =>
        (await link.ask("readEntries", log, from)).map((document) => JSON.parse(document) as StateEntry),
      append: (log, entries) =>
        link.ask(
          "appendEntries",
          log,
          entries.map((entry) => ({ version: entry.version, document: text(entry) })),
        ),
      forget: (log) => link.ask("forgetEntries", log),
    },
    saveRun: (brand, run, tasks, details = {}) => {
      const { run_id, requested_at, state } = run;
      return link.ask(
        "saveRun",
        { run_id, brand, requested_at, state, document: text(run) },
        tasks.map((task) => ({ key: task.key, document: text(task) })),
        text(details),
      );
    },
    listRuns: async (brand) => (await link.ask("listRuns", brand)).map((document) => JSON.parse(document)),
    readTasks: async (brand, runId) =>
      (await link.ask("readTasks", brand, runId)).map((document) => JSON.parse(document)),
    readDetails: async (brand, runId) => JSON.parse((await link.ask("readDetails", brand, runId)) ?? "null"),
    settings: async () =>
      Object.fromEntries((await link.ask("settings")).map(({ name, value }) => [name, JSON.parse(value)])),
    setSetting: (name, value) => link.ask("setSetting", name, text(value)),
    recentWorkspaces: () => link.ask("recentWorkspaces"),
    rememberWorkspace: (path, openedAt) => link.ask("rememberWorkspace", path, openedAt),
    indexedSnapshot: (scope) => link.ask("indexedSnapshot", scope),
    forgetPeople: (scope) => link.ask("forgetPeople", scope),
    beginIndex: (scope, snapshotId) => buildIndex(link, scope, snapshotId),
    searchPeople: (scope, typed, limit) => link.ask("searchPeople", scope, typed, limit),
    recognised: async (files) =>
      new Map((await link.ask("recognisedFiles", files)).map(({ path, document }) => [path, JSON.parse(document)])),
    rememberRecognised: (files) =>
      link.ask(
        "rememberRecognised",
        files.map(({ path, stamp, document }) => ({ path, stamp, document: text(document) })),
      ),
    close: () => link.close(),
  };
}

async function buildIndex(link: StoreLink, scope: string, snapshotId: string): Promise<IndexBuild> {
  const number = await link.ask("beginIndex", scope, snapshotId, process.pid);
  return {
    add: async (people) => {
      for (let from = 0; from < people.length; from += addedAtOnce)
        await link.ask("addPeople", number, people.slice(from, from + addedAtOnce));
    },
    finish: async () => {
      for (let isFirst = true; await link.ask("mergeIndex", number, isFirst); isFirst = false);
      await link.ask("finishIndex", scope, number);
    },
  };
}
