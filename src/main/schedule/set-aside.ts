import { AssayError } from "../../shared/base/errors.ts";
import type { TaskNode } from "../../shared/domain/task.ts";
import type { Engine } from "./engine-client.ts";

/** Keeps what a task was asked that ended whoever worked on it; gives the error that the run fails with. */
export async function setAside(
  engine: Engine,
  asked: { readonly brandDir: string; readonly node: TaskNode; readonly run: string; readonly why: string },
): Promise<AssayError> {
  const { node, why } = asked;
  const kept = await engine.call("tasks.quarantine", asked).catch(() => ({ path: null }));
  const place = kept.path ? `What it was asked lies in ${kept.path}. ` : "";
  return new AssayError(
    "condition_failed",
    `${node.title} (${node.step}, ${node.scope}) is set aside: ${why}.`,
    `${place}Give it more memory or mend the step, then resume the run.`,
    { task: node.key, step: node.step, quarantine: kept.path },
  );
}
