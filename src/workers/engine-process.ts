import { relayedProcesses } from "../shared/api/process-relay.ts";
import { forkProcess } from "./fork.ts";
import { createPool, createShareThreads, type TaskPool } from "./pool.ts";
import type { MadeTask } from "./run-task.ts";
import { isUtilityProcess, parentChannel } from "./service/parent.ts";
import { serveEngine } from "./service/service.ts";
import { shareBy } from "./service/share-work.ts";

// The engine: all I/O of the shared directory, the sessions and the pool of task threads. It ends with its parent.

let pool: TaskPool<MadeTask> | undefined;

const channel = parentChannel();

serveEngine(channel, {
  places: {
    compute: (node, options, workers) => {
      if (pool && pool.size < workers) {
        void pool.close();
        pool = undefined;
      }
      pool ??= createPool(workers);
      return pool.run(node, options);
    },
    share: shareBy(createShareThreads()),
  },
  startProcess: isUtilityProcess() ? relayedProcesses(channel) : forkProcess,
});

channel.onClose(() => process.exit(0));
// The terminal sends its signals to the whole group: the parent decides what they mean.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => process.exit(0));
