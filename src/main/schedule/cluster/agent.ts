import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { join } from "node:path";
import { AssayError, cancelled, toWire } from "../../../shared/base/errors.ts";
import { isName } from "../../../shared/base/ids.ts";
import type { Permit } from "../../../shared/domain/own-model.ts";
import type { StepDeclaration } from "../../../shared/domain/step.ts";
import type { LogLine, TaskNode, TaskProgress } from "../../../shared/domain/task.ts";
import { Attempt, type Consumer, type LockTimes, type TakenJob } from "../broker/consumer.ts";
import { openConsumers } from "../broker/labelled.ts";
import { type AgentRecord, beatMilliseconds } from "../broker/presence.ts";
import type { JobResult } from "../broker/producer.ts";
import type { Engine } from "../engine-client.ts";
import { queryBytes } from "../memory.ts";
import { type Permits, permitOf } from "../own-programs.ts";
import { roomFor } from "./admission.ts";
import type { BrokerConnection } from "./connection.ts";
import { endedItsWorker, isShareSilent, reasonOf, wasShortOfMemory } from "./reasons.ts";
import { clusterKey, codeVersion, openJob, sealLines, spaceOf } from "./sealed-job.ts";
import { type Seat, Seats } from "./seats.ts";
import { Turnstile } from "./turnstile.ts";

/** A line of the log: what happened, and plain facts without personal data. */
export type AgentLog = (event: string, facts?: Readonly<Record<string, unknown>>) => void;

export interface AgentOptions {
  readonly connection: BrokerConnection;
  readonly workspace: { readonly path: string; readonly workspace_id: string };
  readonly engine: Engine;
  readonly steps: ReadonlyMap<string, StepDeclaration>;
  readonly version: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly labels: readonly string[];
  /** Which programs of the retailer's own this machine's user allowed, by brand; left out: none. */
  readonly permits?: (brand: string) => Promise<Permits>;
  readonly instance?: string | null;
  readonly now: () => Date;
  readonly log: AgentLog;
  readonly times?: LockTimes | undefined;
  /** Ends itself when the broker was away for so long, in milliseconds. */
  readonly patienceMs?: number;
  readonly idleMs?: number | undefined;
  /** Instance seconds that all agents together may be paid for in a day (UTC); then it ends, and its instance with it. */
  readonly paidSecondsADay?: number | undefined;
}

interface Running {
  readonly key: string;
  readonly node: TaskNode;
  readonly brand: string;
  readonly run: string;
  readonly since: number;
  readonly worker: number;
  readonly stop: AbortController;
}

const tickMilliseconds = 1_000;
const shareLookMilliseconds = 5_000;
/** Most that one sign of life is paid for, in seconds: longer ones are of a machine that slept. */
const longestBeat = 60;
/** What the engine knows of a run goes when nothing of it came for so long. */
const runKeptMilliseconds = 30_000;
/** How long an agent that ends waits for its last claims to be let go of. */
const forgetMilliseconds = 3_000;
/** How long tasks have to finish once the budget is used up. */
const budgetMilliseconds = 10_000;

/** One machine's work for a workspace: takes jobs, has its engine make the artifacts, tells that it is there. */
export class Agent {
  readonly id = `${hostname()}-${process.pid}-${randomBytes(2).toString("hex")}`;
  /** Why it ended, once it has. */
  readonly ended: Promise<string>;
  readonly #options: AgentOptions;
  readonly #key: Buffer;
  readonly #running = new Map<string, Running>();
  readonly #turnstile = new Turnstile();
  readonly #startedAt: string;
  readonly #seats: Seats;
  /** When a run's last task ended here, by run, until the engine has been told to forget it. */
  readonly #runsUsed = new Map<string, number>();
  #consumer!: Consumer;
  #end!: (why: string) => void;
  #isDraining = false;
  #isShareSilent = false;
  #isPaused = false;
  #done = 0;
  #adopted = 0;
  #failed = 0;
  #rss = 0;
  #downSince: number | null = null;
  #busyAt = performance.now();
  #paidAt = performance.now();
  #timers: NodeJS.Timeout[] = [];

  constructor(options: AgentOptions) {
    this.#options = options;
    this.#key = clusterKey(options.workspace.workspace_id);
    this.#startedAt = options.now().toISOString();
    this.#seats = new Seats(options.cores, () => this.#consumer.setConcurrency(this.#most()));
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  get isUp(): boolean {
    return this.#consumer?.isUp() ?? false;
  }
  get isShareAnswering(): boolean {
    return !this.#isShareSilent;
  }
  get runningTasks(): number {
    return this.#running.size;
  }

  /** Throws `unavailable`, `not_permitted` or `unsupported` where the broker isn't there or unfit. */
  async start(): Promise<void> {
    const { connection, workspace, version, steps, cores, labels, times, log } = this.#options;
    const code = codeVersion(version, steps);
    const queues = {
      names: { space: spaceOf(workspace.workspace_id), code },
      agent: this.id,
      concurrency: cores,
      times,
      perform: (job: TakenJob) => this.#perform(job),
      onCancelledRun: (run: string) => this.#cancelRun(run),
    };
    this.#consumer = await openConsumers(connection, queues, labels);
    log("agent_started", { agent: this.id, cores, memory_bytes: this.#options.memoryBytes, code, labels });
    this.#timers = [
      setInterval(() => this.#tick(), tickMilliseconds),
      setInterval(() => void this.#beat(), beatMilliseconds),
    ];
    await this.#beat();
  }

  /** Takes nothing new, finishes what ends in time, gives the rest back, ends. */
  async drain(why: string, milliseconds = 90_000): Promise<void> {
    if (this.#isDraining) return;
    this.#isDraining = true;
    this.#options.log("draining", { why, running: this.#running.size });
    await this.#consumer.pause();
    void this.#beat();
    await this.#untilIdle(milliseconds);
    for (const { stop } of this.#running.values()) stop.abort();
    await this.#untilIdle(10_000);
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.race([this.#forgetRuns(Number.POSITIVE_INFINITY), pause(forgetMilliseconds)]);
    await this.#consumer.close(this.id);
    this.#options.log("agent_ended", { why, done: this.#done, adopted: this.#adopted, failed: this.#failed });
    this.#end(why);
  }

  async #untilIdle(milliseconds: number): Promise<void> {
    const until = performance.now() + milliseconds;
    while (this.#running.size > 0 && performance.now() < until) await pause(50);
  }

  async #perform(taken: TakenJob): Promise<JobResult> {
    const leave = await this.#turnstile.enter(taken.wasLost);
    const seat = this.#seats.take();
    try {
      return await this.#make(taken, seat);
    } catch (error) {
      throw this.#verdict(taken, error);
    } finally {
      const run = this.#running.get(taken.key)?.run;
      this.#running.delete(taken.key);
      this.#busyAt = performance.now();
      if (run !== undefined) this.#runsUsed.set(run, this.#busyAt);
      leave();
      seat.leave();
    }
  }

  async #make(taken: TakenJob, { worker, made }: Seat): Promise<JobResult> {
    const { engine, workspace, cores, memoryBytes, log } = this.#options;
    const job = openJob(taken.data, this.#key);
    if (!isName(job.brand) || job.key !== taken.key) throw new AssayError("bad_input", "A job names no brand.", "");
    if (await this.#consumer.isCancelled(job.run).catch(() => false)) throw cancelled();
    const brandDir = join(workspace.path, "brands", job.brand);
    const node =
      "node" in job.task ? job.task.node : (await engine.call("tasks.kept", { brandDir, kept: job.task.kept })).node;
    this.#checkStep(node, job.key);
    const { step, scope } = node;
    const stop = new AbortController();
    const since = performance.now();
    this.#running.set(taken.key, { key: job.key, node, brand: job.brand, run: job.run, since, worker, stop });
    const lines: LogLine[] = [];
    let [rows, isMade] = [0, false];
    const place = { agent: this.id, host: hostname(), worker, attempt: taken.attempt };
    const sealedLines = () => sealLines(lines.splice(0), this.#key);
    const placement = () => ({ ...place, rows, isMade, log: sealedLines() });
    taken.placed(placement);
    const input = {
      ...{ brandDir, node, workers: cores, inline: false, attempt: job.run, keeps: "uncommitted" as const },
      memoryBytes: queryBytes(memoryBytes, taken.wasLost ? 1 : cores), // alone it may take all
      permit: await this.#permitOf(node, job.brand),
    };
    const options = {
      signal: stop.signal,
      onProgress: (told: TaskProgress) => {
        if ("phase" in told) {
          if (told.phase !== "made") return;
          isMade = true;
          made();
        } else if ("line" in told) lines.push(told.line);
        else rows = told.rows;
        taken.placed(placement);
      },
    };
    const { outcome } = await engine.stream("tasks.run", input, options).catch(async (error: unknown) => {
      await taken.lastPlaced(placement);
      throw error;
    });
    const seconds = (performance.now() - since) / 1000;
    if (!outcome) return { held: true, computed: false, rows: 0, bytes: 0, seconds, log: null };
    this.#done++;
    if (!outcome.computed) this.#adopted++;
    const task = { step, scope, brand: job.brand, task: job.key.slice(0, 12), seconds, rows: outcome.rows };
    log("task_done", { ...task, computed: outcome.computed });
    return {
      held: false,
      computed: outcome.computed,
      rows: outcome.rows,
      bytes: outcome.bytes,
      seconds: outcome.seconds,
      log: sealedLines(),
    };
  }

  async #permitOf(node: TaskNode, brand: string): Promise<Permit | undefined> {
    const { permits } = this.#options;
    return node.parts.definition === undefined || !permits ? undefined : permitOf(node, await permits(brand));
  }

  #checkStep(node: TaskNode, key: string): void {
    const step = this.#options.steps.get(node.step);
    if (node.key === key && node.parts.definition !== undefined) return; // it carries what its step is made from
    if (node.key !== key || !step || (node.parts.version ?? String(step.version)) !== String(step.version)) {
      throw new AssayError("unsupported", `This agent has no step ${node.step} of that version.`, "Update the agent.");
    }
  }

  #verdict(taken: TakenJob, error: unknown): Attempt {
    const { code, message } = toWire(error);
    const known = this.#running.get(taken.key);
    const facts = { task: taken.key.slice(0, 12), step: known?.node.step, code, message };
    if (this.#isDraining && known?.stop.signal.aborted) return new Attempt("back", message);
    if (isShareSilent(error)) {
      this.#loseShare();
      return new Attempt("back", message);
    }
    if (code !== "cancelled") {
      this.#failed++;
      this.#options.log("task_failed", facts);
    }
    const mayDoAlone = wasShortOfMemory(error) && !taken.wasLost && this.#options.cores > 1;
    return new Attempt(endedItsWorker(error) || mayDoAlone ? "again" : "failed", reasonOf(error));
  }

  #cancelRun(run: string): void {
    for (const running of this.#running.values()) if (running.run === run) running.stop.abort();
  }

  /** Takes no job until the share answers again. */
  #loseShare(): void {
    if (this.#isShareSilent) return;
    this.#isShareSilent = true;
    const { engine, workspace, log } = this.#options;
    log("share_silent");
    const look = () =>
      engine.call("workspace.open", { path: workspace.path }).then(
        () => {
          this.#isShareSilent = false;
          log("share_answers");
        },
        () => void setTimeout(look, shareLookMilliseconds),
      );
    void look();
  }

  #tick(): void {
    const { log, patienceMs = 15 * 60_000, idleMs } = this.#options;
    const now = performance.now();
    if (this.#isDraining) return;
    if (this.#isShareSilent !== this.#isPaused) {
      this.#isPaused = this.#isShareSilent;
      void (this.#isPaused ? this.#consumer.pause() : this.#consumer.resume()).catch(() => {});
    }
    this.#consumer.setConcurrency(this.#most());
    void this.#forgetRuns(now);
    if (this.#consumer.isUp()) {
      if (this.#downSince !== null) log("broker_answers", { seconds: (now - this.#downSince) / 1000 });
      this.#downSince = null;
    } else {
      if (this.#downSince === null) log("broker_away");
      this.#downSince ??= now;
      if (now - this.#downSince > patienceMs) void this.drain("no broker");
    }
    if (this.#running.size > 0) this.#busyAt = now;
    else if (idleMs !== undefined && now - this.#busyAt > idleMs) void this.drain("idle");
  }

  #room(): number {
    const { cores, memoryBytes } = this.#options;
    return roomFor({ cores, memoryBytes, running: this.#seats.computing });
  }

  /** Tasks that it holds at a time, those included that are only being committed. */
  #most(): number {
    return this.#seats.most(this.#room());
  }

  async #forgetRuns(now: number): Promise<void> {
    const atWork = new Set([...this.#running.values()].map(({ run }) => run));
    const over = [...this.#runsUsed].filter(([run, at]) => !atWork.has(run) && now - at >= runKeptMilliseconds);
    for (const [run] of over) this.#runsUsed.delete(run);
    const { engine } = this.#options;
    await Promise.allSettled(over.map(([attempt]) => engine.call("tasks.forget", { attempt })));
  }

  async #beat(): Promise<void> {
    const { engine, memoryBytes } = this.#options;
    // not waited for: an engine that hangs must not make the agent look dead
    void engine
      .call("process.memory", {})
      .then(({ rss_bytes }) => {
        this.#rss = rss_bytes;
      })
      .catch(() => {});
    await this.#pay().catch(() => {});
    for (const { run, stop } of this.#running.values()) {
      if (await this.#consumer.isCancelled(run).catch(() => false)) stop.abort();
    }
    if (this.#rss > memoryBytes * 1.5 + 1e9) this.#options.log("memory_high", { rss_bytes: this.#rss });
  }

  /** Tells that it is there and what its instance is paid for since the last time; ends where the day's budget is used up. */
  async #pay(): Promise<void> {
    const { instance = null, now, paidSecondsADay } = this.#options;
    const day = now().toISOString().slice(0, 10);
    const at = performance.now();
    const seconds = Math.min(longestBeat, (at - this.#paidAt) / 1000);
    await this.#consumer.announce(this.#record(), instance === null ? undefined : { day, seconds });
    this.#paidAt = at;
    if (instance === null || paidSecondsADay === undefined || this.#isDraining) return;
    const paid = await this.#consumer.paid(day);
    if (paid < paidSecondsADay) return;
    this.#options.log("budget_used_up", { paid_seconds: Math.round(paid), budget_seconds: paidSecondsADay });
    void this.drain("budget", budgetMilliseconds);
  }

  #record(): AgentRecord {
    const { cores, memoryBytes, labels, version, steps, instance = null } = this.#options;
    const now = performance.now();
    const { computing } = this.#seats;
    const room = this.#room();
    const isFull = computing > 0 && computing >= room && room < cores;
    const state = this.#isDraining ? "draining" : isFull ? "full" : this.#running.size > 0 ? "working" : "idle";
    return {
      agent: this.id,
      host: hostname(),
      pid: process.pid,
      cores,
      memory_bytes: memoryBytes,
      rss_bytes: this.#rss,
      labels: [...labels],
      version,
      code: codeVersion(version, steps),
      started_at: this.#startedAt,
      state,
      tasks: [...this.#running.values()].map(({ node, brand, run, since }) => ({
        ...{ key: node.key, step: node.step, scope: node.scope, brand, run },
        seconds: Math.round((now - since) / 100) / 10,
      })),
      done: this.#done,
      adopted: this.#adopted,
      failed: this.#failed,
      instance,
    };
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
