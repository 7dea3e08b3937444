import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Channel } from "../shared/api/channel.ts";
import type { Client } from "../shared/api/client.ts";
import { type AssayContract, contract } from "../shared/api/contract.ts";
import { createInProcess } from "../shared/api/in-process.ts";
import { type Handlers, serve } from "../shared/api/serve.ts";
import type { StartProcess } from "../shared/base/started-process.ts";
import type { BrandState } from "../shared/domain/brand-state.ts";
import { models, ownCatalogue, ownNames, snapshotTables, steps } from "../workers/catalogue.ts";
import { cacheHandlers } from "./api/cache.ts";
import { campaignHandlers } from "./api/campaigns.ts";
import { clusterHandlers } from "./api/cluster.ts";
import { type ApiContext, erasuresIn, findSnapshot, indexName, type Topic } from "./api/context.ts";
import { demoHandlers } from "./api/demo.ts";
import { disclosureHandlers } from "./api/disclosures.ts";
import { erasureHandlers } from "./api/erasure.ts";
import { experimentHandlers } from "./api/experiments.ts";
import { handOffHandlers } from "./api/hand-off.ts";
import { identityHandlers } from "./api/identity.ts";
import { modelHandlers } from "./api/models.ts";
import { watchNights } from "./api/night-watch.ts";
import { nightHandlers } from "./api/nights.ts";
import { offerHandlers } from "./api/offers.ts";
import { offlineHandlers } from "./api/offline.ts";
import { watchOpenRuns } from "./api/open-runs.ts";
import { openWorkspace } from "./api/open-workspace.ts";
import { ownModelHandlers, permitsOf } from "./api/own-models.ts";
import { plannedExportHandlers } from "./api/planned-exports.ts";
import { proofHandlers } from "./api/proof.ts";
import { askSnapshot, queryHandlers } from "./api/query.ts";
import { retentionHandlers } from "./api/retention.ts";
import { currentPrices } from "./api/run-estimate.ts";
import { runHandlers } from "./api/runs.ts";
import { segmentHandlers } from "./api/segments.ts";
import { settingHandlers } from "./api/settings.ts";
import { shareHandlers } from "./api/shares.ts";
import { sourceWorthHandlers } from "./api/source-worth.ts";
import { sourceHandlers } from "./api/sources.ts";
import { sqlHandlers } from "./api/sql.ts";
import { tournamentHandlers } from "./api/tournament.ts";
import { Uploads, type UploadTarget, uploadHandlers } from "./api/uploads.ts";
import { watchDesk } from "./api/watch-desk.ts";
import { workspaceHandlers } from "./api/workspace.ts";
import { Cluster } from "./schedule/cluster/cluster.ts";
import { BrokerFile, type KeyStore } from "./schedule/cluster/settings-file.ts";
import { type EngineProcess, startEngineProcess } from "./schedule/engine-client.ts";
import { type Engines, twoEngines } from "./schedule/engines.ts";
import { machineDefaults } from "./schedule/memory.ts";
import { Runs } from "./schedule/runs.ts";
import { lookAtShare } from "./schedule/share-watch.ts";
import { dataFolder } from "./store/data-folder.ts";
import { openStore, type Store } from "./store/store.ts";

export interface CoreOptions {
  /** Opened at once; throws where it is no workspace. */
  readonly workspace?: string | undefined;
  readonly dataFolder?: string;
  readonly now?: () => Date;
  /** The engine to use instead of a process of its own (tests). */
  readonly engine?: EngineProcess;
  /** How processes of its own come to be; Node's fork where nothing is said. */
  readonly startProcess?: StartProcess | undefined;
  readonly log?: (line: string) => void;
  /** Where secrets are kept; a file of this user alone where nothing is said. */
  readonly keyStore?: KeyStore | undefined;
  /** How often a run on the cluster compares share and queue, and how long it waits for a broker that is gone; milliseconds. */
  readonly cluster?: { readonly lookMs?: number; readonly patienceMs?: number };
  /** Keeps the search index of published people up to date (screens do; a command that ends would not wait for it). */
  readonly indexesPeople?: boolean;
  /** How many customers the demo retailer has; its usual size where nothing is said. */
  readonly demoCustomers?: number | undefined;
  /** Does the nightly jobs of the open workspace at their time; looked at so often, in milliseconds. */
  readonly nightsEveryMs?: number;
  /** Looks so often (milliseconds) whether the directory of what is kept on this machine answers. */
  readonly looksEveryMs?: number;
  /** A look at it that takes so long (milliseconds) is taken for a share that hangs. */
  readonly silentMs?: number;
}

/** The whole product behind one contract; screens, command line and tests only talk to this. */
export interface Core {
  readonly version: string;
  readonly client: Client<AssayContract>;
  /** Serves the contract on a channel until it closes; returns how to stop earlier. */
  attach(channel: Channel): () => void;
  /** Folders that a download may come from. */
  downloadRoots(): string[];
  /** Where a file of an upload that was begun is written. Throws not_found, bad_input. */
  uploadTarget(upload: string, path: string): UploadTarget;
  close(): Promise<void>;
}

export function programVersion(): string {
  const file = new URL("../../package.json", import.meta.url);
  const { version } = JSON.parse(readFileSync(file, "utf8")) as { version: string };
  return version;
}

/** What this machine's user allowed of the retailers' own programs, for an agent: it has no core. */
export async function openPermits() {
  const store = await openStore(dataFolder());
  return {
    of: (workspaceId: string, brand: string) => permitsOf(store, `${workspaceId}/${brand}`),
    close: () => store.close(),
  };
}

export async function createCore(options: CoreOptions = {}): Promise<Core> {
  const { now = () => new Date(), log = () => {} } = options;
  const folder = options.dataFolder ?? dataFolder();
  const engineProcess =
    options.engine ??
    startEngineProcess({
      startProcess: options.startProcess,
      onRestart: (why) => log(`engine started again: ${why}`),
    });
  const store = await openStore(folder);
  const engines = twoEngines({
    shared: engineProcess,
    startAway: () => options.engine ?? startEngineProcess({ startProcess: options.startProcess }),
    keptRoot: () => (context.workspace?.away ? context.workspace.desk.root : undefined),
  });
  const context: ApiContext = createContext({
    engines,
    store,
    folder,
    now,
    log,
    options,
    indexesPeople: options.indexesPeople === true,
  });
  const handlers: Handlers<AssayContract, ApiContext> = {
    ...workspaceHandlers,
    ...settingHandlers,
    ...sourceHandlers,
    ...runHandlers,
    ...nightHandlers,
    ...clusterHandlers,
    ...plannedExportHandlers,
    ...queryHandlers,
    ...segmentHandlers,
    ...campaignHandlers,
    ...offerHandlers,
    ...modelHandlers(models, ownModels),
    ...ownModelHandlers(ownModels, ownNames),
    ...sqlHandlers,
    ...handOffHandlers,
    ...proofHandlers,
    ...disclosureHandlers,
    ...erasureHandlers,
    ...shareHandlers,
    ...identityHandlers,
    ...uploadHandlers,
    ...demoHandlers,
    ...experimentHandlers,
    ...tournamentHandlers(models),
    ...sourceWorthHandlers(models),
    ...cacheHandlers,
    ...retentionHandlers,
    ...offlineHandlers,
  };
  const stopNights = options.nightsEveryMs ? watchNights(context, { everyMs: options.nightsEveryMs, log }) : undefined;
  const stopLooking = options.looksEveryMs
    ? watchDesk(context, { everyMs: options.looksEveryMs, silentMs: options.silentMs })
    : undefined;
  const stopTaking = options.nightsEveryMs
    ? watchOpenRuns(context, { everyMs: options.nightsEveryMs, log })
    : undefined;
  async function close(): Promise<void> {
    await stopNights?.();
    await stopTaking?.();
    await stopLooking?.();
    await context.runs.close();
    await context.cluster.close();
    await engines.close();
    await store.close();
  }
  if (options.workspace !== undefined) {
    try {
      await openWorkspace(context, options.workspace);
    } catch (error) {
      await close();
      throw error;
    }
  }
  return {
    version: context.version,
    client: createInProcess(contract, handlers, context),
    attach: (channel) => serve(contract, handlers, channel, context),
    downloadRoots: () => {
      const { workspace } = context;
      return workspace ? workspace.brands.names.map((brand) => join(workspace.brands.directory(brand), "exports")) : [];
    },
    uploadTarget: (upload, path) => context.uploads.target(upload, path),
    close,
  };
}

function ownModels(state: BrandState) {
  return ownCatalogue([...state.models.values()].map(({ definition }) => definition)).models;
}

interface Parts {
  readonly engines: Engines;
  readonly store: Store;
  readonly folder: string;
  readonly now: () => Date;
  readonly log: (line: string) => void;
  readonly indexesPeople: boolean;
  readonly options: CoreOptions;
}

function createContext({ engines, store, folder, now, log, indexesPeople, options }: Parts): ApiContext {
  const { startProcess } = options;
  const listeners = new Set<(topic: Topic) => void>();
  const indexing = new Set<string>();
  const tell = (topic: Topic) => {
    for (const listener of listeners) listener(topic);
  };
  // brands of two workspaces may share a name
  const scopeOf = (brand: string) => `${context.workspace?.workspace_id}/${brand}`;
  const brokerFile = new BrokerFile(folder, options.keyStore);
  const cluster = new Cluster({
    ...{ engine: engines.engine, steps, version: programVersion(), ...options.cluster },
    settings: () => brokerFile.read(),
  });
  const runs = new Runs({
    engine: engines.engine,
    cluster,
    store: {
      saveRun: (brand, run, tasks, details) => store.saveRun(scopeOf(brand), run, tasks, details),
      listRuns: (brand) => store.listRuns(scopeOf(brand)),
      readTasks: (brand, runId) => store.readTasks(scopeOf(brand), runId),
      readDetails: (brand, runId) => store.readDetails(scopeOf(brand), runId),
    },
    catalogue: { steps, models, snapshotTables, own: ownCatalogue },
    permits: (brand) => permitsOf(store, scopeOf(brand)),
    prices: () => currentPrices(context),
    now,
    onChange: () => tell("runs"),
  });
  const context: ApiContext = {
    version: programVersion(),
    engine: engines.current,
    engines,
    startProcess,
    lookAtShare: (path) => lookAtShare({ startProcess, path, silentMs: options.silentMs }),
    log,
    store,
    runs,
    cluster,
    brokerFile,
    dataFolder: folder,
    demoCustomers: options.demoCustomers,
    uploads: new Uploads(folder),
    defaults: machineDefaults(),
    now,
    workspace: null,
    tell,
    onTell: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    indexPeople: (brand, again = false) => {
      const scope = scopeOf(brand);
      if (!indexesPeople || indexing.has(scope)) return;
      indexing.add(scope);
      buildIndex(context, brand, scope, again)
        .catch((error: unknown) => log(`search index of ${brand}: ${error instanceof Error ? error.message : error}`))
        .finally(() => indexing.delete(scope));
    },
  };
  return context;
}

const peoplePage = 20_000;

/** Copies the published people into the local search index, page by page, most valuable first. */
async function buildIndex(context: ApiContext, brand: string, scope: string, again: boolean): Promise<void> {
  const found = await findSnapshot(context, brand);
  const name = indexName(found);
  const indexed = await context.store.indexedSnapshot(scope);
  if (!again && indexed === name) return;
  if (indexed !== null && erasuresIn(indexed) !== erasuresIn(name)) await context.store.forgetPeople(scope);
  const build = await context.store.beginIndex(scope, name);
  for (let offset = 0; ; offset += peoplePage) {
    const page = (await askSnapshot(
      context,
      found,
      "people.page",
      { offset, limit: peoplePage },
      new AbortController().signal,
    )) as {
      people: {
        customer_id: string;
        name: string | null;
        email: string | null;
        phone: string | null;
        place: string | null;
      }[];
    };
    await build.add(page.people);
    if (page.people.length < peoplePage) break;
  }
  await build.finish();
  context.tell("snapshots");
}
