import type { TaskNode } from "../../shared/domain/task.ts";
import type { Engine } from "./engine-client.ts";
import { queryBytes } from "./memory.ts";
import { type Permits, permitOf } from "./own-programs.ts";
import { runGraph } from "./run-graph.ts";

export interface NodesRequest {
  readonly brandDir: string;
  readonly nodes: ReadonlyMap<string, TaskNode>;
  /** What its attempts are called. */
  readonly name: string;
  readonly permits: Permits;
  readonly workers: number;
  readonly memoryBytes: number;
  readonly signal: AbortSignal;
  /** Keys whose artifacts stand, told at the beginning and after each task. */
  readonly onProgress: (ended: ReadonlySet<string>) => void;
}

/** Makes what a graph beside any run lacks, on this machine; what is found is kept from being collected. Returns how many tasks
 *  made something, and the seconds that all took. */
export async function runNodes(engine: Engine, request: NodesRequest): Promise<{ computed: number; seconds: number }> {
  const { brandDir, nodes, name, permits, workers, signal } = request;
  const { found } = await engine.call("artifacts.find", { brandDir, keys: [...nodes.keys()], keeps: true });
  const began = performance.now();
  const ended = new Set(found.map(({ key }) => key));
  let computed = 0;
  request.onProgress(ended);
  await runGraph({
    graph: { nodes: [...nodes.values()] },
    present: new Map(found.map((one) => [one.key, one])),
    ...{ workers, signal },
    now: () => performance.now() - began,
    onSchedule: () => {},
    onChange: () => {},
    runTask: async (node, options) => {
      const attempt = `${name}-${node.key.slice(0, 12)}`;
      const memoryBytes = queryBytes(request.memoryBytes, workers);
      const input = { brandDir, node, memoryBytes, workers, inline: false, attempt, permit: permitOf(node, permits) };
      const { outcome } = await engine.stream("tasks.run", input, { signal: options.signal });
      if (outcome?.computed) computed++;
      ended.add(node.key);
      request.onProgress(ended);
      return outcome;
    },
  });
  return { computed, seconds: (performance.now() - began) / 1000 };
}
