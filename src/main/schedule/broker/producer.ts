import { Queue, QueueEvents } from "bullmq";
import type { BrokerConnection } from "../cluster/connection.ts";
import type { SealedJob } from "../cluster/sealed-job.ts";
import { cancelRun, isRunCancelled } from "./cancellations.ts";
import {
  type BrokerFacts,
  type BrokerNames,
  checkBroker,
  connect,
  keyPrefix,
  queueName,
  waitForAnswer,
} from "./link.ts";
import { readAgents, readPaid, type SeenAgent } from "./presence.ts";
import { tellRun, toldRun } from "./told-runs.ts";

export interface Placement {
  readonly agent: string;
  readonly host: string;
  readonly worker: number;
  readonly rows: number;
  /** It is computed and being committed. */
  readonly isMade: boolean;
  /** Rises with every try of the job. */
  readonly attempt: number;
  /** Sealed lines of the task's log since the placement before. */
  readonly log: string | null;
}
/** How a job ended, as its agent put it. */
export interface JobResult {
  readonly held: boolean;
  readonly computed: boolean;
  readonly rows: number;
  readonly bytes: number;
  readonly seconds: number;
  /** The last sealed lines of the task's log. */
  readonly log: string | null;
}
export type JobEvent =
  | { readonly key: string; readonly kind: "placed"; readonly placement: Placement }
  | { readonly key: string; readonly kind: "completed"; readonly result: JobResult | null }
  | { readonly key: string; readonly kind: "failed"; readonly reason: string };

export interface QueueCounts {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly failed: number;
}

/** The scheduler's side of the queue. While the broker is away its commands fail at once. */
export interface Producer {
  readonly facts: BrokerFacts;
  isUp(): boolean;
  onUp(listener: () => void): void;
  onEvent(listener: (event: JobEvent) => void): () => void;
  /** Adds a job under its key; one that waits or runs already stays, the more urgent of both; one that failed is replaced. */
  add(key: string, job: SealedJob, options: { readonly priority: number; readonly delayMs: number }): Promise<void>;
  /** Which of the keys the queue still has, and why those that failed did. */
  look(keys: readonly string[]): Promise<Map<string, { readonly failed: string | null }>>;
  /** Takes out of the queue what nobody has begun. */
  remove(keys: readonly string[]): Promise<void>;
  cancel(run: string): Promise<void>;
  isCancelled(run: string): Promise<boolean>;
  /** Leaves word of how a run stands, for whoever looks at it elsewhere. */
  tell(run: string, sealed: string): Promise<void>;
  /** The last word of a run that its scheduler left lately; null where there is none. */
  told(run: string): Promise<string | null>;
  counts(): Promise<QueueCounts>;
  agents(): Promise<SeenAgent[]>;
  /** Instance seconds of all agents on a day (UTC), those that have ended included. */
  paid(day: string): Promise<number>;
  close(): Promise<void>;
}

export interface ProducerOptions {
  readonly names: BrokerNames;
  /** How long the broker may take to answer at first. */
  readonly patienceMs?: number;
}

const answerMilliseconds = 5_000;

/** Connects to a broker and looks whether it is fit. Throws `unavailable`, `not_permitted`, `unsupported`. */
export async function openProducer(
  connection: BrokerConnection,
  { names, patienceMs = 5_000 }: ProducerOptions,
): Promise<Producer> {
  const redis = connect(connection, { fails: true });
  let facts: BrokerFacts;
  try {
    await waitForAnswer(redis, connection, patienceMs);
    facts = await checkBroker(redis, connection);
  } catch (error) {
    redis.disconnect();
    throw error;
  }
  const listening = connect(connection, { fails: false });
  const name = queueName(names);
  const queue = new Queue(name, { connection: redis, prefix: keyPrefix, skipVersionCheck: true });
  const events = new QueueEvents(name, { connection: listening, prefix: keyPrefix, skipVersionCheck: true });
  queue.on("error", () => {}); // what was missed is looked for
  events.on("error", () => {});
  const listeners = new Set<(event: JobEvent) => void>();
  const tell = (event: JobEvent) => {
    for (const listener of listeners) listener(event);
  };
  events.on("progress", ({ jobId, data }) => tell({ key: jobId, kind: "placed", placement: data as Placement }));
  events.on("completed", ({ jobId, returnvalue }) =>
    tell({ key: jobId, kind: "completed", result: resultOf(returnvalue) }),
  );
  events.on("failed", ({ jobId, failedReason }) => tell({ key: jobId, kind: "failed", reason: failedReason }));
  await within(answerMilliseconds, events.waitUntilReady());

  return {
    facts,
    isUp: () => redis.status === "ready",
    onUp: (listener) => redis.on("ready", listener),
    onEvent: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    add: async (key, job, { priority, delayMs }) => {
      const before = await within(answerMilliseconds, queue.getJob(key));
      if (before && (await before.isFailed())) await before.remove();
      else if (before && before.priority > priority) await before.changePriority({ priority }).catch(() => {}); // ended
      await within(
        answerMilliseconds,
        queue.add("task", job, {
          jobId: key,
          priority,
          delay: delayMs,
          attempts: 3,
          backoff: { type: "fixed", delay: 500 },
          removeOnComplete: true,
          removeOnFail: { age: 3_600 },
          stackTraceLimit: 0,
        }),
      );
    },
    look: async (keys) => {
      const found = await within(answerMilliseconds, Promise.all(keys.map((key) => queue.getJob(key))));
      const known = new Map<string, { failed: string | null }>();
      for (const [at, job] of found.entries()) {
        const key = keys[at];
        if (!job || key === undefined) continue;
        known.set(key, { failed: job.finishedOn ? (job.failedReason ?? "") : null });
      }
      return known;
    },
    remove: async (keys) => {
      await Promise.all(keys.map((key) => queue.remove(key).catch(() => 0)));
    },
    cancel: (run) => within(answerMilliseconds, cancelRun(redis, names.space, run)),
    isCancelled: (run) => within(answerMilliseconds, isRunCancelled(redis, names.space, run)),
    tell: (run, sealed) => within(answerMilliseconds, tellRun(redis, names.space, run, sealed)),
    told: (run) => within(answerMilliseconds, toldRun(redis, names.space, run)),
    counts: async () => {
      const found = await queue.getJobCounts("waiting", "prioritized", "active", "delayed", "failed");
      const of = (state: string) => found[state] ?? 0;
      return {
        waiting: of("waiting") + of("prioritized"),
        active: of("active"),
        delayed: of("delayed"),
        failed: of("failed"),
      };
    },
    agents: () => readAgents(redis, names.space),
    paid: (day) => within(answerMilliseconds, readPaid(redis, names.space, day)),
    close: async () => {
      listeners.clear();
      redis.disconnect();
      listening.disconnect();
      await within(1_000, Promise.allSettled([queue.close(), events.close()])).catch(() => {});
    },
  };
}

function resultOf(value: unknown): JobResult | null {
  return typeof value === "object" && value !== null && "held" in value ? (value as JobResult) : null;
}

/** A broker that stops answering must not stop a run: what takes too long is looked at again later. */
export function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("The broker does not answer.")), milliseconds);
    timer.unref();
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
