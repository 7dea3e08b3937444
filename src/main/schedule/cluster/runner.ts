import { createHash } from "node:crypto";
import { canonicalJson } from "../../../shared/base/canonical-json.ts";
import { AssayError, cancelled } from "../../../shared/base/errors.ts";
import type { ArtifactSummary, LogLine, TaskNode } from "../../../shared/domain/task.ts";
import type { JobEvent, Placement, Producer } from "../broker/producer.ts";
import { paidShare } from "../cost/run-cost.ts";
import type { Engine } from "../engine-client.ts";
import type { RunTask } from "../run-graph.ts";
import type { Place } from "../scheduler.ts";
import { setAside } from "../set-aside.ts";
import type { ToldRun } from "../shown-run.ts";
import { endedItsWorker, errorOf, wasLostTwice } from "./reasons.ts";
import { type Job, largestJob, openLines, type SealedJob, sealJob, sealRun, sizeOf } from "./sealed-job.ts";

type Outcome = ArtifactSummary & { readonly computed: boolean };

export interface ClusterRunnerOptions {
  readonly producer: Producer;
  readonly engine: Engine;
  readonly brandDir: string;
  readonly brand: string;
  readonly run: string;
  readonly key: Buffer;
  readonly code: string;
  /** Goes behind what somebody waits for. */
  readonly isNightly: boolean;
  /** How often the share and the queue are compared, in milliseconds. */
  readonly lookMs?: number | undefined;
  /** How long a run waits for a broker that is gone, in milliseconds. */
  readonly patienceMs?: number | undefined;
  /** How long it waits for an agent, in milliseconds; left out: for ever. */
  readonly agentPatienceMs?: number | undefined;
  /** The run was cancelled from elsewhere. */
  readonly onCancelled: () => void;
  readonly onNotice: (text: string) => void;
  /** What the run waits for, in words; null while it goes on. */
  readonly onWaiting: (what: string | null, slots: number) => void;
  /** Seconds of paid instances that were this run's since the last time, idle ones included. */
  readonly onPaid?: ((seconds: number) => void) | undefined;
}

interface Pending {
  readonly node: TaskNode;
  readonly job: SealedJob;
  readonly settle: (outcome: Outcome | null) => void;
  readonly fail: (error: unknown) => void;
  readonly onRows: (rows: number) => void;
  readonly onPlaced: (place: Place) => void;
  readonly onComputed: () => void;
  readonly onLine: (line: LogLine) => void;
  isAdded: boolean;
  isBeingAdded: boolean;
  /** The agent and the try that it is at; null while it waits. */
  place: string | null;
  /** How often another process held it. */
  held: number;
  /** An agent says that it is done. */
  isReported: boolean;
}

const confirmMilliseconds = 5;
const nightlyPriority = 1_000_000;

/** Has tasks done by agents: ready tasks go into the queue, and a task is done when its artifact lies on the share, whatever the
 *  broker says or forgets. */
export class ClusterRunner {
  readonly #options: ClusterRunnerOptions;
  readonly #pending = new Map<string, Pending>();
  readonly #confirming = new Set<string>();
  readonly #stopListening: () => void;
  readonly #timer: NodeJS.Timeout;
  #confirm: NodeJS.Timeout | undefined;
  #isLooking = false;
  #downSince: number | null = null;
  #isCancelled = false;
  #isWaiting = false;
  #cancelling: Promise<unknown> = Promise.resolve();
  #slots = 0;
  #lookedAt = performance.now();
  /** When the broker last answered. */
  #answeredAt = performance.now();
  #aloneSince: number | null = null;

  constructor(options: ClusterRunnerOptions) {
    this.#options = options;
    const { producer, lookMs = 3_000 } = options;
    this.#stopListening = producer.onEvent((event) => this.#hear(event));
    producer.onUp(() => void this.#look());
    this.#timer = setInterval(() => void this.#look(), lookMs);
    void this.#lookAtAgents();
  }

  readonly runTask: RunTask = async (node, { signal, onRows, ...heard }) => {
    const { onPlaced = () => {}, onComputed = () => {}, onLine = () => {} } = heard;
    if (signal.aborted) throw cancelled();
    const job = await this.#seal(node);
    return new Promise<Outcome | null>((resolve, reject) => {
      const stop = () => this.#cancel(node.key);
      const end = () => {
        signal.removeEventListener("abort", stop);
        this.#pending.delete(node.key);
      };
      const pending: Pending = {
        ...{
          node,
          job,
          onRows,
          onPlaced,
          onComputed,
          onLine,
          isAdded: false,
          isBeingAdded: false,
          place: null,
          held: 0,
          isReported: false,
        },
        settle: (outcome) => {
          end();
          resolve(outcome);
        },
        fail: (error) => {
          end();
          reject(error);
        },
      };
      this.#pending.set(node.key, pending);
      signal.addEventListener("abort", stop, { once: true });
      if (signal.aborted) stop();
      else void this.#add(pending, 0);
    });
  };

  /** Tells whoever looks at the run elsewhere how it stands; a broker that is away hears the next time. */
  async tell(told: ToldRun): Promise<void> {
    const { producer, run, key } = this.#options;
    if (producer.isUp()) await producer.tell(run, sealRun(told, key)).catch(() => {});
  }

  /** Takes out of the queue what no agent has begun: the run can't use it any more. */
  async withdraw(): Promise<void> {
    const waiting = [...this.#pending.values()].filter(({ place }) => place === null);
    await this.#options.producer.remove(waiting.map(({ node }) => node.key)).catch(() => {});
    for (const { settle } of waiting) settle(null);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    clearTimeout(this.#confirm);
    this.#stopListening();
    await this.#cancelling;
    await this.#options.producer.close();
  }

  async #seal(node: TaskNode): Promise<SealedJob> {
    const { brand, run, key, engine, brandDir } = this.#options;
    const whole: Job = { brand, run, key: node.key, task: { node } };
    const sealed = sealJob(whole, key);
    if (sizeOf(sealed) <= largestJob) return sealed;
    const kept = createHash("sha256")
      .update(canonicalJson(node as never))
      .digest("hex");
    await engine.call("tasks.keep", { brandDir, node, kept });
    return sealJob({ ...whole, task: { kept } }, key);
  }

  async #add(pending: Pending, delayMs: number): Promise<void> {
    const { producer, isNightly } = this.#options;
    const priority = Math.min(900_000, this.#pending.size) + (isNightly ? nightlyPriority : 1);
    pending.place = null;
    pending.isBeingAdded = true;
    try {
      await producer.add(pending.node.key, pending.job, { priority, delayMs });
      pending.isAdded = true;
      if (this.#isCancelled) await producer.remove([pending.node.key]);
    } catch {
      pending.isAdded = false; // added when the broker answers again
    } finally {
      pending.isBeingAdded = false;
    }
  }

  #cancel(key: string): void {
    const { producer, run } = this.#options;
    if (!this.#isCancelled) {
      this.#isCancelled = true;
      const work = [producer.cancel(run), producer.remove([...this.#pending.keys()])];
      this.#cancelling = Promise.allSettled(work);
    }
    this.#pending.get(key)?.fail(cancelled());
  }

  #hear(event: JobEvent): void {
    const pending = this.#pending.get(event.key);
    if (!pending) return;
    if (this.#isWaiting) this.#wait(null);
    if (event.kind === "placed") {
      this.#place(pending, event.placement);
    } else if (event.kind === "failed") {
      void this.#failed(pending, event.reason);
    } else if (event.result?.held) {
      void this.#add(pending, Math.min(3_000, 250 * 2 ** pending.held++));
    } else {
      this.#log(pending, event.result?.log);
      pending.isReported = true;
      this.#confirming.add(event.key);
      this.#confirm ??= setTimeout(() => {
        this.#confirm = undefined;
        void this.#confirmAll();
      }, confirmMilliseconds);
    }
  }

  #place(pending: Pending, { agent, worker, attempt, rows, isMade, log }: Placement): void {
    const place = `${agent} ${attempt}`;
    if (pending.place !== place) pending.onPlaced({ machine: agent, worker, wasLost: pending.place !== null });
    pending.place = place;
    pending.onRows(rows);
    if (isMade) pending.onComputed();
    this.#log(pending, log);
  }

  #log(pending: Pending, sealed: string | null | undefined): void {
    for (const line of openLines(sealed, this.#options.key)) pending.onLine(line);
  }

  /** Looks on the share for what agents say they made. */
  async #confirmAll(): Promise<void> {
    const keys = [...this.#confirming];
    this.#confirming.clear();
    await this.#settlePresent(keys).catch(() => {}); // looked at again
  }

  async #settlePresent(keys: readonly string[]): Promise<void> {
    const { engine, brandDir, run } = this.#options;
    if (keys.length === 0) return;
    const { found } = await engine.call("artifacts.find", { brandDir, keys });
    for (const { attempt, ...summary } of found) {
      this.#pending.get(summary.key)?.settle({ ...summary, computed: attempt === run });
    }
  }

  async #failed(pending: Pending, reason: string): Promise<void> {
    const { key } = pending.node;
    const error = errorOf(reason);
    if (this.#isCancelled) return pending.fail(cancelled());
    if (error.code === "cancelled") {
      await this.#lookForCancel();
      return this.#add(pending, 100); // another run's, which was cancelled
    }
    const isLost = wasLostTwice(reason);
    if (!isLost && !endedItsWorker(error)) {
      pending.fail(error);
      return this.withdraw();
    }
    await this.#settlePresent([key]).catch(() => {});
    if (!this.#pending.has(key)) return;
    const why = isLost ? "two agents vanished while they worked on it" : "three workers ended while they worked on it";
    const { engine, brandDir, run } = this.#options;
    pending.fail(await setAside(engine, { brandDir, node: pending.node, run, why }));
    await this.withdraw();
  }

  /** Compares the share with the queue: settles what is done, adds what the queue has lost. */
  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      await this.#settlePresent([...this.#pending.keys()]).catch(() => {});
      if (this.#options.producer.isUp()) {
        await this.#lookForCancel();
        await this.#lookAtQueue();
        await this.#lookAtAgents();
        this.#answeredAt = performance.now();
      } else this.#waitForBroker();
    } catch {
      // the broker is away; the next look will tell
    } finally {
      this.#isLooking = false;
    }
  }

  async #lookForCancel(): Promise<void> {
    const { producer, run, onCancelled } = this.#options;
    if (!this.#isCancelled && (await producer.isCancelled(run).catch(() => false))) onCancelled();
  }

  #wait(what: string | null): void {
    this.#isWaiting = what !== null;
    this.#options.onWaiting(what, this.#slots);
  }

  #waitForBroker(): void {
    const { patienceMs = 15 * 60_000 } = this.#options;
    this.#downSince ??= this.#answeredAt;
    const seconds = Math.round((performance.now() - this.#downSince) / 1000);
    this.#wait(`The broker has not answered for ${seconds} s; what was begun goes on`);
    if (performance.now() - this.#downSince < patienceMs) return;
    const gone = new AssayError(
      "unavailable",
      `The broker has not answered for ${seconds} s.`,
      "Resume the run when it does, or resume it on this machine alone: what was finished is kept.",
    );
    for (const { fail } of [...this.#pending.values()]) fail(gone);
  }

  async #lookAtQueue(): Promise<void> {
    const { producer, onNotice } = this.#options;
    const asked = [...this.#pending.values()].filter(({ isBeingAdded }) => !isBeingAdded);
    const known = await producer.look(asked.map(({ node }) => node.key));
    const missing = asked.filter(({ node }) => this.#pending.has(node.key) && !known.has(node.key));
    await this.#settlePresent(missing.map(({ node }) => node.key)); // done between the two looks
    const lost = missing.filter(({ node }) => this.#pending.has(node.key));
    const forgotten = lost.filter(({ isAdded, isReported }) => isAdded && !isReported).length;
    if (this.#downSince !== null && forgotten > 0) {
      const seconds = Math.round((performance.now() - this.#downSince) / 1000);
      onNotice(`The broker was away for ${seconds} s and had forgotten ${forgotten} tasks: they were queued again.`);
    }
    this.#downSince = null;
    for (const pending of lost) {
      pending.isReported = false;
      await this.#add(pending, 0);
    }
    for (const pending of asked) {
      const failed = known.get(pending.node.key)?.failed;
      if (typeof failed === "string" && this.#pending.has(pending.node.key)) await this.#failed(pending, failed);
    }
  }

  async #lookAtAgents(): Promise<void> {
    const { producer, code, run, onPaid } = this.#options;
    const agents = await producer.agents();
    const now = performance.now();
    onPaid?.(((now - this.#lookedAt) / 1000) * paidShare(agents, run));
    this.#lookedAt = now;
    const fit = agents.filter((agent) => agent.code === code && agent.state !== "draining");
    this.#slots = fit.reduce((sum, { cores }) => sum + cores, 0);
    const others = agents.length - fit.length;
    const beside = others > 0 ? ` (${others} of another version or about to end)` : "";
    this.#wait(fit.length === 0 ? `No agent is there to work on it${beside}` : null);
    this.#aloneSince = fit.length > 0 ? null : (this.#aloneSince ?? now);
    this.#loseAgents(now);
  }

  /** Nobody looks at a night while it waits for agents that don't come. */
  #loseAgents(now: number): void {
    const { agentPatienceMs = Number.POSITIVE_INFINITY } = this.#options;
    const alone = now - (this.#aloneSince ?? now);
    if (alone < agentPatienceMs) return;
    const gone = new AssayError(
      "unavailable",
      `No agent has been there for ${Math.round(alone / 1000)} s.`,
      "Start agents, or do it again on this machine with --runner pool: what was finished is kept.",
    );
    const waiting = [...this.#pending.values()];
    void this.#options.producer.remove(waiting.map(({ node }) => node.key)).catch(() => {});
    for (const { fail } of waiting) fail(gone);
  }
}
