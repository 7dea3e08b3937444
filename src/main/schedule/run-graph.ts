import { AssayError, cancelled } from "../../shared/base/errors.ts";
import type { ArtifactSummary, LogLine, TaskGraph, TaskNode } from "../../shared/domain/task.ts";
import { endedItsWorker } from "./cluster/reasons.ts";
import { type Place, Schedule } from "./scheduler.ts";

/** Places one task somewhere and answers with its artifact, or null where another process is at it. */
export type RunTask = (
  node: TaskNode,
  options: {
    signal: AbortSignal;
    onRows: (rows: number) => void;
    onPlaced?: (place: Place) => void;
    onLine?: (line: LogLine) => void;
    /** Nothing else runs beside it: it may take all the memory. */
    isAlone?: boolean;
  },
) => Promise<(ArtifactSummary & { computed: boolean }) | null>;

export interface GraphRun {
  readonly graph: TaskGraph;
  readonly present: ReadonlyMap<string, ArtifactSummary>;
  readonly workers: number;
  readonly runTask: RunTask;
  readonly signal: AbortSignal;
  /** Tasks wait in a queue until `onPlaced` tells who took them. */
  readonly isQueue?: boolean;
  /** Milliseconds since the run began. */
  readonly now: () => number;
  readonly onSchedule: (schedule: Schedule) => void;
  readonly onChange: () => void;
  readonly onLine?: (key: string, line: LogLine) => void;
  /** What to fail with where a task ended its worker so often that it isn't tried again. */
  readonly setAside?: (node: TaskNode) => Promise<Error>;
}

/** A task that ends its worker so often is not tried again. */
const mostCrashes = 3;

/** Runs a graph to its end: ready tasks as workers come free, tasks that another process holds looked at again, damaged
 *  inputs made again, what ended its worker tried again alone. Throws the first failure once nothing that it doesn't concern is left running. */
export async function runGraph(run: GraphRun): Promise<Schedule> {
  const schedule = new Schedule(run.graph, run.present);
  run.onSchedule(schedule);
  const idle = Array.from({ length: run.workers }, (_, index) => run.workers - index);
  let running = 0;
  let isAlone = false;
  let failure: unknown;
  let wake = () => {};

  async function perform(node: TaskNode, worker: number): Promise<void> {
    schedule.started(node.key, run.now(), worker);
    if (run.isQueue) schedule.queued(node.key);
    run.onChange();
    try {
      const onRows = (rows: number) => {
        const task = schedule.tasks.get(node.key);
        if (task) task.rows = rows;
      };
      const onPlaced = (place: Place) => {
        schedule.placed(node.key, run.now(), place);
        run.onChange();
      };
      const onLine = (line: LogLine) => run.onLine?.(node.key, line);
      const outcome = await run.runTask(node, { signal: run.signal, onRows, onPlaced, onLine, isAlone });
      if (outcome) schedule.finished(node.key, run.now(), outcome);
      else schedule.elsewhere(node.key, run.now());
    } catch (error) {
      if (wasDamaged(error) && schedule.damaged(node.key, damagedKey(error))) return;
      const crashes = (schedule.tasks.get(node.key)?.lost.length ?? 0) + 1;
      if (isCrash(error) && crashes < mostCrashes) return schedule.crashed(node.key, run.now());
      const told = isCrash(error) && run.setAside ? await run.setAside(node).catch(() => error) : error;
      schedule.failed(node.key, run.now(), textOf(told));
      failure ??= told;
    } finally {
      idle.push(worker);
      running--;
      if (running === 0) isAlone = false;
      run.onChange();
      wake();
    }
  }

  const isCrash = (error: unknown) => !run.isQueue && !run.signal.aborted && endedItsWorker(error);

  function startReady(): void {
    if (isAlone) return;
    for (const { node, isSuspect } of schedule.ready(run.now(), idle.length)) {
      if (isSuspect && running > 0) return; // once the others have ended
      const worker = idle.pop();
      if (worker === undefined) return;
      running++;
      isAlone = isSuspect;
      void perform(node, worker);
      if (isSuspect) return;
    }
  }

  /** Until a task has ended, the run is cancelled, or the time is over. */
  function changed(milliseconds: number | null): Promise<void> {
    return new Promise((resolve) => {
      const timer = milliseconds === null ? undefined : setTimeout(() => wake(), milliseconds);
      wake = () => {
        clearTimeout(timer);
        run.signal.removeEventListener("abort", wake);
        wake = () => {};
        resolve();
      };
      if (failure === undefined) run.signal.addEventListener("abort", wake, { once: true });
    });
  }

  for (;;) {
    if (run.signal.aborted) failure ??= cancelled();
    if (failure === undefined) startReady();
    const next = failure === undefined && idle.length > 0 && !isAlone ? schedule.nextTry() : null;
    if (running === 0) {
      if (failure !== undefined) throw failure;
      if (schedule.isDone()) return schedule;
      if (next === null)
        throw new AssayError("internal", "The run has no task that can start.", "Report this with its log.");
    }
    await changed(next === null ? null : Math.max(5, next - run.now()));
  }
}

/** What a task's failure says, with the last lines of a program where it ran one. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const lines = error instanceof AssayError && Array.isArray(error.details.lines) ? error.details.lines : [];
  return [error.message, ...lines].join("\n");
}

function wasDamaged(error: unknown): error is AssayError {
  return error instanceof AssayError && error.code === "corrupt" && typeof error.details.key === "string";
}

function damagedKey(error: AssayError): string {
  return String(error.details.key);
}
