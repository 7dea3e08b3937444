import { MessageChannel } from "node:worker_threads";
import { Piscina } from "piscina";
import { AssayError, cancelled, fromWire, type WireError } from "../shared/base/errors.ts";
import type { Permit } from "../shared/domain/own-model.ts";
import type { ArtifactSummary, LogLine, TaskNode } from "../shared/domain/task.ts";

/** What the pool needs of a task's options; the thread fills in the rest. */
export interface PooledOptions {
  readonly brandDir: string;
  readonly scratchRoot: string;
  readonly memoryBytes: number;
  readonly threads: number;
  readonly attempt: string;
  readonly signal: AbortSignal;
  readonly onRows?: (rows: number) => void;
  readonly onLine?: ((line: LogLine) => void) | undefined;
  readonly made?: unknown;
  readonly permit?: Permit | null | undefined;
}
type Outcome = ArtifactSummary & { readonly computed: boolean };
type Message = { rows: number } | { line: LogLine } | { outcome: Outcome } | { error: WireError };

export interface TaskPool {
  run(node: TaskNode, options: PooledOptions): Promise<Outcome>;
  readonly size: number;
  close(): Promise<void>;
}

/** Threads that each run one task at a time; a cancelled task stops its query and leaves its thread for the next. */
export function createPool(workers: number): TaskPool {
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));
  const piscina = new Piscina({
    filename: new URL(`./task-thread${extension}`, import.meta.url).href,
    minThreads: 0,
    maxThreads: workers,
    idleTimeout: 30_000,
    concurrentTasksPerWorker: 1,
  });
  /** How many tasks work at the moment, told to the threads. */
  const running = new Int32Array(new SharedArrayBuffer(4));
  async function run(node: TaskNode, { signal, onRows, onLine, ...options }: PooledOptions): Promise<Outcome> {
    if (signal.aborted) throw cancelled();
    const { port1, port2 } = new MessageChannel();
    const answered = new Promise<Outcome>((resolve, reject) => {
      port1.on("message", (message: Message) => {
        if ("rows" in message) onRows?.(message.rows);
        else if ("line" in message) onLine?.(message.line);
        else if ("outcome" in message) resolve(message.outcome);
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
