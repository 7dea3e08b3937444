import type { TaskProgress } from "../../shared/domain/task.ts";
import type { Engine } from "./engine-client.ts";
import { queryBytes } from "./memory.ts";
import { type Permits, permitOf } from "./own-programs.ts";
import type { RunTask } from "./run-graph.ts";

export interface RunsHere {
  readonly brandDir: string;
  readonly attempt: string;
  readonly workers: number;
  readonly memoryBytes: number;
  readonly isInline: boolean;
  /** What was made may be read here before it is committed. */
  readonly keeps: boolean;
}

/** Has the tasks of a run done by this machine's engine. */
export function runHere(engine: Engine, run: RunsHere, permits: Permits): RunTask {
  const { brandDir, attempt, workers, memoryBytes, isInline, keeps } = run;
  return async (node, { signal, onRows, onLine, onBegun, onMade, isAlone = false }) => {
    const input = {
      ...{ brandDir, node, workers, attempt, keeps: keeps ? ("all" as const) : undefined, inline: isInline },
      memoryBytes: queryBytes(memoryBytes, isAlone ? 1 : workers),
      permit: permitOf(node, permits),
    };
    const onProgress = (told: TaskProgress) => {
      if ("rows" in told) onRows(told.rows);
      else if ("line" in told) onLine?.(told.line);
      else if (told.phase === "begun") onBegun?.();
      else onMade?.();
    };
    const { outcome } = await engine.stream("tasks.run", input, { signal, onProgress });
    return outcome;
  };
}
