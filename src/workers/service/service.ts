import type { Channel } from "../../shared/api/channel.ts";
import { type Client, createClient } from "../../shared/api/client.ts";
import { type EngineContract, engineContract } from "../../shared/api/engine.ts";
import { channelPair } from "../../shared/api/in-process.ts";
import { type Handlers, serve } from "../../shared/api/serve.ts";
import type { StartProcess } from "../../shared/base/started-process.ts";
import { forkProcess } from "../fork.ts";
import { runTask } from "../run-task.ts";
import { cacheHandlers } from "./cache-handlers.ts";
import { type ServiceContext, scratchFolder, type TaskPlaces } from "./context.ts";
import { erasureHandlers } from "./erasure-handlers.ts";
import { exportHandlers } from "./export-handlers.ts";
import { keptHandlers } from "./kept-handlers.ts";
import { modelHandlers } from "./model-handlers.ts";
import { nightHandlers } from "./night-handlers.ts";
import { queryHandlers } from "./query-handlers.ts";
import { runHandlers } from "./run-handlers.ts";
import { shareHandlers } from "./share-handlers.ts";
import { shareHere } from "./share-work.ts";
import { snapshotHandlers } from "./snapshot-handlers.ts";
import { sourceHandlers } from "./source-handlers.ts";
import { storeHandlers } from "./store-handlers.ts";
import { taskHandlers } from "./task-handlers.ts";
import { upkeepHandlers } from "./upkeep-handlers.ts";

const handlers: Handlers<EngineContract, ServiceContext> = {
  ...storeHandlers,
  ...taskHandlers,
  ...runHandlers,
  ...sourceHandlers,
  ...snapshotHandlers,
  ...nightHandlers,
  ...cacheHandlers,
  ...queryHandlers,
  ...modelHandlers,
  ...exportHandlers,
  ...erasureHandlers,
  ...shareHandlers,
  ...upkeepHandlers,
  ...keptHandlers,
};

const here: TaskPlaces = { compute: (node, options) => runTask(node, options), share: shareHere };

/** Serves the engine's contract on a channel; tasks go to `places`, else they run in this thread. */
export function serveEngine(
  channel: Channel,
  { places = here, startProcess = forkProcess }: { places?: TaskPlaces; startProcess?: StartProcess } = {},
): () => void {
  const scratchRoot = scratchFolder();
  return serve(engineContract, handlers, channel, { places, here, startProcess, scratchRoot });
}

/** The engine in this very process: for tests and the inline runner. */
export function inlineEngine(): { engine: Client<EngineContract>; close(): Promise<void> } {
  const [here, there] = channelPair();
  const stop = serveEngine(there);
  return { engine: createClient<EngineContract>(here), close: async () => stop() };
}
