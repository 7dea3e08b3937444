import type { MessagePort } from "node:worker_threads";
import { toWire } from "../shared/base/errors.ts";
import type { TaskNode } from "../shared/domain/task.ts";
import { runTask, type TaskOptions } from "./run-task.ts";

export interface ThreadTask {
  readonly node: TaskNode;
  readonly options: Omit<TaskOptions, "signal" | "onRows" | "onLine">;
  readonly port: MessagePort;
}

/** One task in this thread; cancelled by a message on its port, which its queries are interrupted by. */
export default async function taskThread({ node, options, port }: ThreadTask): Promise<void> {
  const cancel = new AbortController();
  port.on("message", (message) => {
    if (message === "cancel") cancel.abort();
  });
  const { running } = options;
  if (running) Atomics.add(running, 0, 1);
  try {
    const made = await runTask(node, {
      ...options,
      signal: cancel.signal,
      onRows: (rows) => port.postMessage({ rows }),
      onLine: (line) => port.postMessage({ line }),
    });
    port.postMessage({ made });
  } catch (error) {
    port.postMessage({ error: toWire(error) });
  } finally {
    if (running) Atomics.sub(running, 0, 1);
    port.close();
  }
}
