import { DelayedError, UnrecoverableError, Worker } from "bullmq";
import type { BrokerConnection } from "../cluster/connection.ts";
import { isRunCancelled, onCancelledRun } from "./cancellations.ts";
import { type BrokerNames, checkBroker, connect, keyPrefix, queueName, waitForAnswer } from "./link.ts";
import { type AgentRecord, announce, type PaidTime, readPaid, withdraw } from "./presence.ts";
import type { JobResult, Placement } from "./producer.ts";

export interface TakenJob {
  readonly key: string;
  readonly data: unknown;
  /** It was begun before and not brought to an end. */
  readonly wasLost: boolean;
  readonly attempt: number;
  /** Tells where it is and how far, now or a moment later; what is told is asked for then. */
  placed(placement: () => Placement): void;
  /** Tells it at once and waits for a moment. */
  lastPlaced(placement: () => Placement): Promise<void>;
}
/** What becomes of a job that did not succeed: tried again, given back untouched, or failed for good. */
export class Attempt extends Error {
  readonly verdict: "again" | "back" | "failed";
  constructor(verdict: "again" | "back" | "failed", reason: string) {
    super(reason);
    this.verdict = verdict;
  }
}

/** How long a broken agent's jobs stay locked, and how often that is looked at, in milliseconds. */
export interface LockTimes {
  readonly lockMs: number;
  readonly stalledMs: number;
}
export const defaultLockTimes: LockTimes = { lockMs: 60_000, stalledMs: 15_000 };

export interface ConsumerOptions {
  readonly names: BrokerNames;
  readonly agent: string;
  readonly concurrency: number;
  readonly times?: LockTimes | undefined;
  readonly patienceMs?: number;
  /** Throws an `Attempt` where the job doesn't succeed. */
  readonly perform: (job: TakenJob) => Promise<JobResult>;
  readonly onCancelledRun: (run: string) => void;
}

/** The agent's side of the queue: takes jobs while it isn't paused, renews their locks. */
export interface Consumer {
  isUp(): boolean;
  setConcurrency(tasks: number): void;
  pause(): Promise<void>;
  resume(): Promise<void>;
  isCancelled(run: string): Promise<boolean>;
  announce(record: AgentRecord, paid?: PaidTime): Promise<void>;
  /** Instance seconds of all agents on a day. */
  paid(day: string): Promise<number>;
  /** Begun jobs have to be at their end. */
  close(agent: string): Promise<void>;
}

export async function openConsumer(connection: BrokerConnection, options: ConsumerOptions): Promise<Consumer> {
  const { names, times = defaultLockTimes, patienceMs = 5_000 } = options;
  const redis = connect(connection, { fails: false });
  try {
    await waitForAnswer(redis, connection, patienceMs);
    await checkBroker(redis, connection);
  } catch (error) {
    redis.disconnect();
    throw error;
  }
  const telling = connect(connection, { fails: true });
  const hearing = connect(connection, { fails: false });
  await onCancelledRun(hearing, names.space, options.onCancelledRun);
  const worker = new Worker(
    queueName(names),
    async (job, token) => {
      const teller = new Teller((placement) => job.updateProgress({ ...placement }));
      try {
        return await options.perform({
          key: job.id ?? "",
          data: job.data,
          wasLost: job.attemptsStarted > 1 || job.stalledCounter > 0,
          attempt: job.attemptsStarted + job.stalledCounter,
          placed: (placement) => teller.soon(placement),
          lastPlaced: (placement) => Promise.race([teller.now(placement), pause(1_000)]),
        });
      } catch (error) {
        if (!(error instanceof Attempt)) throw error;
        if (error.verdict === "again") throw error;
        if (error.verdict === "failed") throw new UnrecoverableError(error.message);
        await job.moveToDelayed(Date.now() + 100, token);
        throw new DelayedError();
      } finally {
        teller.end();
      }
    },
    {
      connection: redis,
      prefix: keyPrefix,
      name: options.agent,
      concurrency: options.concurrency,
      lockDuration: times.lockMs,
      stalledInterval: times.stalledMs,
      maxStalledCount: 1,
      runRetryDelay: 1_000,
      drainDelay: 2,
      skipVersionCheck: true,
    },
  );
  worker.on("error", () => {}); // the broker was away; the share knows what is done

  return {
    isUp: () => telling.status === "ready" && redis.status === "ready",
    setConcurrency: (tasks) => {
      const before = worker.concurrency;
      worker.concurrency = Math.max(1, tasks);
      if (worker.concurrency > before) wake(worker);
    },
    pause: () => worker.pause(true),
    resume: async () => {
      if (worker.isPaused()) await worker.resume();
    },
    isCancelled: (run) => isRunCancelled(telling, names.space, run),
    announce: (record, paid) => announce(telling, names.space, record, paid),
    paid: (day) => readPaid(telling, names.space, day),
    close: async (agent) => {
      await Promise.race([withdraw(telling, names.space, agent).catch(() => {}), pause(1_000)]);
      await Promise.race([worker.close(), pause(3_000)]);
      for (const one of [redis, telling, hearing]) one.disconnect();
    },
  };
}

/** The worker looks at its concurrency again only when one of its jobs has ended: an answer without a job is one that has. */
function wake(worker: Worker): void {
  const { mainLoopQueue } = worker as unknown as { mainLoopQueue?: { add(job: Promise<undefined>): void } | null };
  mainLoopQueue?.add(Promise.resolve(undefined));
}

const tellMilliseconds = 500;

/** Tells placements at most twice a second, the latest one always. */
class Teller {
  readonly #tell: (placement: Placement) => Promise<void>;
  #last = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(tell: (placement: Placement) => Promise<void>) {
    this.#tell = tell;
  }

  soon(placement: () => Placement): void {
    if (this.#timer) return;
    const wait = this.#last + tellMilliseconds - performance.now();
    if (wait <= 0) return void this.now(placement);
    this.#timer = setTimeout(() => void this.now(placement), wait);
    this.#timer.unref();
  }

  async now(placement: () => Placement): Promise<void> {
    this.end();
    this.#last = performance.now();
    await this.#tell(placement()).catch(() => {}); // the share tells that it is done
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}
