import type { Run, RunRequest as WireRequest } from "../../shared/api/contract/runs.ts";
import type { ActiveRun } from "../schedule/active-run.ts";
import { parseBytes, workersWithin } from "../schedule/memory.ts";
import type { RunRequest } from "../schedule/run-request.ts";
import { type ApiContext, requireWritable } from "./context.ts";

/** What tasks on this machine may take together. */
export interface Room {
  readonly workers: number;
  readonly memoryBytes: number;
}

/** The workers and the memory that somebody asked for, where left out this machine's. Throws `bad_input` on too little. */
export function roomOf(ctx: ApiContext, asked: Pick<WireRequest, "workers" | "memory"> = {}): Room {
  const memoryBytes = asked.memory ? parseBytes(asked.memory) : ctx.defaults.memoryBytes;
  const workers = workersWithin(asked.workers ?? ctx.defaults.workers, memoryBytes, asked.memory !== undefined);
  return { workers, memoryBytes };
}

export function launch(
  ctx: ApiContext,
  request: WireRequest & Pick<RunRequest, "judge" | "is_variant" | "due_at">,
): ActiveRun {
  const { brands } = requireWritable(ctx);
  const run = ctx.runs.start(brands, { ...request, ...roomOf(ctx, request) });
  run.finished.then(
    () => {
      ctx.tell("snapshots");
      ctx.indexPeople(request.brand);
    },
    () => {},
  );
  return run;
}

/** Follows a run to its end; the caller's cancel reaches it only where `owns` says so. */
export async function follow(
  ctx: ApiContext,
  run: ActiveRun,
  options: { signal: AbortSignal; progress: (run: Run) => void; owns: boolean },
): Promise<Run> {
  const stop = ctx.runs.watch(run.id, (document) => options.progress(document));
  const cancel = () => run.cancel();
  if (options.owns) {
    if (options.signal.aborted) run.cancel();
    options.signal.addEventListener("abort", cancel, { once: true });
  }
  options.progress(run.document);
  try {
    if (options.owns) return await run.finished;
    return await Promise.race([
      run.finished,
      new Promise<Run>((resolve) =>
        options.signal.addEventListener("abort", () => resolve(run.document), { once: true }),
      ),
    ]);
  } finally {
    stop();
    options.signal.removeEventListener("abort", cancel);
  }
}
