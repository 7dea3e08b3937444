import { randomUUID } from "node:crypto";
import type { Run, RunLine } from "../../shared/api/contract/runs.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { ActiveRun } from "./active-run.ts";
import type { Brands } from "./brands.ts";
import type { Cluster } from "./cluster/cluster.ts";
import type { Prices } from "./cost/prices.ts";
import type { Engine } from "./engine-client.ts";
import { explainRun, type KeptTask } from "./explain.ts";
import { keptTask, taskStates } from "./kept-task.ts";
import type { Permits } from "./own-programs.ts";
import { linesOf } from "./run-logs.ts";
import type { Catalogue, RunRequest } from "./run-request.ts";
import { type ShownRun, shownRun } from "./shown-run.ts";

/** Where ended runs are kept on this machine. */
export interface RunStore {
  saveRun(brand: string, run: Run, tasks: readonly KeptTask[], details: RunDetails): Promise<void>;
  listRuns(brand: string): Promise<readonly Run[]>;
  readTasks(brand: string, runId: string): Promise<readonly KeptTask[]>;
  readDetails(brand: string, runId: string): Promise<RunDetails | null>;
}

/** What is kept of a run beside its tasks. */
export interface RunDetails {
  readonly lines: readonly RunLine[];
  readonly memory: readonly { readonly at_ms: number; readonly bytes: number }[];
}

export interface RunsOptions {
  readonly engine: Engine;
  readonly cluster: Cluster;
  readonly store: RunStore;
  readonly catalogue: Catalogue;
  readonly permits: (brand: string) => Promise<Permits>;
  readonly prices: () => Promise<Prices | null>;
  readonly now: () => Date;
  readonly onChange: (brand: string, run: Run) => void;
}

/** The runs of this process and, through the store, those that ended before it. */
export class Runs {
  readonly #options: RunsOptions;
  readonly #active = new Map<string, ActiveRun>();
  readonly #watchers = new Map<string, Set<(run: Run) => void>>();
  readonly #requests = new Map<string, RunRequest>();

  constructor(options: RunsOptions) {
    this.#options = options;
  }

  get catalogue(): Catalogue {
    return this.#options.catalogue;
  }

  permits(brand: string): Promise<Permits> {
    return this.#options.permits(brand);
  }

  /** Starts a run; the same brand's runs go on beside each other and share what they make. */
  start(brands: Brands, request: RunRequest): ActiveRun {
    const { engine, cluster, store, catalogue, permits, prices, now } = this.#options;
    const run = new ActiveRun(request, {
      engine,
      cluster,
      brands,
      catalogue,
      permits,
      prices,
      now,
      newId: () => randomUUID(),
      secondsBefore: async (brand) => secondsBySteps((await this.history(brand)).flat()),
      keep: (ended) => {
        const details = { lines: ended.logs.lines(), memory: ended.memory.samples() };
        return store.saveRun(ended.brand, ended.document, ended.tasks().map(keptTask), details);
      },
      onChange: (brand, document) => {
        for (const watcher of this.#watchers.get(document.run_id) ?? []) watcher(document);
        this.#options.onChange(brand, document);
      },
    });
    this.#active.set(run.id, run);
    this.#requests.set(run.id, request);
    run.finished.catch(() => {}).finally(() => this.#active.delete(run.id));
    return run;
  }

  active(runId: string): ActiveRun | undefined {
    return this.#active.get(runId);
  }

  requestOf(runId: string): RunRequest | undefined {
    return this.#requests.get(runId);
  }

  watch(runId: string, listener: (run: Run) => void): () => void {
    const watchers = this.#watchers.get(runId) ?? new Set();
    watchers.add(listener);
    this.#watchers.set(runId, watchers);
    return () => {
      watchers.delete(listener);
      if (watchers.size === 0) this.#watchers.delete(runId);
    };
  }

  async list(brand: string): Promise<Run[]> {
    const active = [...this.#active.values()].filter((run) => run.brand === brand).map(({ document }) => document);
    const ids = new Set(active.map(({ run_id }) => run_id));
    const kept = (await this.#options.store.listRuns(brand)).filter(({ run_id }) => !ids.has(run_id));
    return [...active, ...kept].sort((a, b) => (a.requested_at < b.requested_at ? 1 : -1));
  }

  async show(brand: string, runId: string): Promise<ShownRun> {
    const active = this.#active.get(runId);
    if (active) return shownRun(active);
    const run = await this.#find(brand, runId);
    const { store } = this.#options;
    const [tasks, details] = [await store.readTasks(brand, run.run_id), await store.readDetails(brand, run.run_id)];
    return { run, ...taskStates(tasks), memory: [...(details?.memory ?? [])] };
  }

  /** What a run's tasks said so far, or one of them; `hear` is told what they say from then on, while it goes on. */
  async log(
    brand: string,
    { runId, taskKey, hear }: { runId: string; taskKey?: string | undefined; hear: (lines: RunLine[]) => void },
  ): Promise<{ ended: Promise<unknown>; stop: () => void }> {
    const run = await this.#find(brand, runId);
    const active = this.#active.get(run.run_id);
    const isAsked = ({ key }: RunLine) => taskKey === undefined || key.startsWith(taskKey);
    if (!active) {
      const details = await this.#options.store.readDetails(brand, run.run_id);
      hear(linesOf(details?.lines ?? [], taskKey).map((line) => ({ ...line })));
      return { ended: Promise.resolve(), stop: () => {} };
    }
    hear(active.logs.lines(taskKey).map((line) => ({ ...line })));
    const stop = active.logs.watch((line) => isAsked(line) && hear([{ ...line }]));
    return { ended: active.finished.catch(() => {}), stop };
  }

  cancel(runId: string): void {
    const run = [...this.#active.values()].find(({ id }) => id.startsWith(runId));
    if (!run)
      throw new AssayError("not_found", `No run ${runId} is going on in this process.`, "See `assay runs list`.");
    run.cancel();
  }

  /** Why each task of a run was reused or computed, against the run before it. */
  async explain(brand: string, runId: string, taskKey?: string) {
    const run = await this.#find(brand, runId);
    const active = this.#active.get(run.run_id);
    const tasks = active ? active.tasks().map(keptTask) : await this.#options.store.readTasks(brand, run.run_id);
    const earlier = (await this.list(brand)).filter((one) => one.requested_at < run.requested_at);
    const before: KeptTask[] = [];
    for (const one of earlier.slice(0, 5)) before.push(...(await this.#options.store.readTasks(brand, one.run_id)));
    return explainRun(tasks, before, taskKey);
  }

  /** A run with its tasks, what each read, and why each was made. */
  async inspect(brand: string, runId: string) {
    const run = await this.#find(brand, runId);
    const active = this.#active.get(run.run_id);
    const tasks = active ? active.tasks().map(keptTask) : await this.#options.store.readTasks(brand, run.run_id);
    return { run, tasks, explained: (await this.explain(brand, run.run_id)).tasks };
  }

  /** Cancels what runs and waits for it. */
  async close(): Promise<void> {
    for (const run of this.#active.values()) run.cancel();
    await Promise.allSettled([...this.#active.values()].map(({ finished }) => finished));
  }

  async #find(brand: string, runId: string): Promise<Run> {
    const found = (await this.list(brand)).find(({ run_id }) => run_id.startsWith(runId));
    if (!found)
      throw new AssayError("not_found", `${brand} has no run ${runId} on this machine.`, "See `assay runs list`.");
    return found;
  }

  /** Tasks of the last runs of this machine, the latest run first. */
  async history(brand: string): Promise<(readonly KeptTask[])[]> {
    const kept: (readonly KeptTask[])[] = [];
    for (const run of (await this.#options.store.listRuns(brand)).slice(0, 5)) {
      kept.push(await this.#options.store.readTasks(brand, run.run_id));
    }
    return kept;
  }
}

function secondsBySteps(tasks: readonly KeptTask[]): Map<string, number> {
  const seconds = new Map<string, number>();
  for (const task of tasks) {
    if (task.state === "computed" && !seconds.has(task.step)) seconds.set(task.step, task.seconds);
  }
  return seconds;
}
