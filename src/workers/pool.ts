import { MessageChannel } from "node:worker_threads";
import { Piscina } from "piscina";
import { AssayError, cancelled, fromWire, type WireError } from "../shared/base/errors.ts";
import type { Permit } from "../shared/domain/own-model.ts";
import type { LogLine, TaskNode } from "../shared/domain/task.ts";

/** What the pool needs of a task's options; the thread fills in the rest. */
export interface PooledOptions {
  readonly brandDir: string;
  readonly scratchRoot: string;
  readonly memoryBytes: number;
  readonly threads: number;
  readonly signal: AbortSignal;
  readonly onRows?: (rows: number) => void;
  readonly onLine?: ((line: LogLine) => void) | undefined;
  readonly known?: unknown;
  readonly permit?: Permit | null | undefined;
}
type Message<Made> = { rows: number } | { line: LogLine } | { made: Made } | { error: WireError };

export interface TaskPool<Made> {
  run(node: TaskNode, options: PooledOptions): Promise<Made>;
  readonly size: number;
  close(): Promise<void>;
}

const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));
const fileOf = (name: string) => new URL(`./${name}${extension}`, import.meta.url).href;

/** So many commits go on at a time. */
const shareThreads = 8;

/** Threads that wait for the share, so that neither the engine nor those that compute do. */
export function createShareThreads(): (name: string, input: object) => Promise<unknown> {
  const piscina = new Piscina({
    filename: fileOf("share-thread"),
    minThreads: 0,
    maxThreads: shareThreads,
    idleTimeout: 120_000,
    concurrentTasksPerWorker: 1,
  });
  return async (name, input) => {
    const answer = (await piscina.run({ name, input })) as { ok?: unknown; error?: WireError };
    if (answer.error) throw fromWire(answer.error);
    return answer.ok;
  };
}

/** Threads that each run one task at a time; a cancelled task stops its query and leaves its thread for the next. */
export function createPool<Made>(workers: number): TaskPool<Made> {
  const piscina = new Piscina({
    filename: fileOf("task-thread"),
    minThreads: 0,
    maxThreads: workers,
    idleTimeout: 30_000,
    concurrentTasksPerWorker: 1,
  });
  /** How many tasks work at the moment, told to the threads. */
  const running = new Int32Array(new SharedArrayBuffer(4));
  async function run(node: TaskNode, { signal, onRows, onLine, ...options }: PooledOptions): Promise<Made> {
    if (signal.aborted) throw cancelled();
    const { port1, port2 } = new MessageChannel();
    const answered = new Promise<Made>((resolve, reject) => {
      port1.on("message", (message: Message<Made>) => {
        if ("rows" in message) onRows?.(message.rows);
        else if ("line" in message) onLine?.(message.line);
        else if ("made" in message) resolve(message.made);
        else reject(fromWire(message.error));
      });
    });
    answered.catch(() => {});
    const stop = () => port1.postMessage("cancel");
    signal.addEventListener("abort", stop, { once: true });
    try {
      await piscina.run({ node, options: { ...options, running }, port: port2 }, { transferList: [port2] });
      return await answered;
    } catch (error) {
      if (error instanceof AssayError) throw signal.aborted ? cancelled() : error;
      const said = error instanceof Error ? error.message : String(error);
      throw new AssayError(
        "internal",
        `The worker of ${node.step} ended: ${said}`,
        "Run again; what was finished is kept.",
        { ended: true },
      );
    } finally {
      signal.removeEventListener("abort", stop);
      port1.close();
    }
  }
  return { run, size: workers, close: () => piscina.destroy() };
}
