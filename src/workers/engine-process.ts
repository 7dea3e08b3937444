import type { Channel } from "../shared/api/channel.ts";
import { createPool, type TaskPool } from "./pool.ts";
import { serveEngine } from "./service/service.ts";

// The engine: all I/O of the shared directory, the sessions and the pool of task threads. It ends with its parent.

let pool: TaskPool | undefined;

const channel: Channel = {
  send: (message) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => {});
  },
  onMessage: (listener) => {
    process.on("message", listener);
    return () => process.off("message", listener);
  },
  onClose: (listener) => {
    process.once("disconnect", listener);
    return () => process.off("disconnect", listener);
  },
  close: () => process.disconnect(),
};

serveEngine(channel, (node, options, workers) => {
  if (pool && pool.size < workers) {
    void pool.close();
    pool = undefined;
  }
  pool ??= createPool(workers);
  return pool.run(node, options);
});

process.once("disconnect", () => process.exit(0));
// The terminal sends its signals to the whole group: the parent decides what they mean.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => process.exit(0));
