import { AssayError, cancelled } from "../../shared/base/errors.ts";
import type { ArtifactSummary, TaskGraph, TaskNode } from "../../shared/domain/task.ts";
import { Schedule } from "./scheduler.ts";

/** Places one task somewhere and answers with its artifact, or null where another process is at it. */
export type RunTask = (
  node: TaskNode,
  options: {
    signal: AbortSignal;
    onRows: (rows: number) => void;
    onPlaced?: (place: { machine: string; worker: number }) => void;
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
}

/** Runs a graph to its end: ready tasks as workers come free, tasks that another process holds looked at again, damaged
 *  inputs made again. Throws the first failure once nothing that it doesn't concern is left running. */
export async function runGraph(run: GraphRun): Promise<Schedule> {
  const schedule = new Schedule(run.graph, run.present);
  run.onSchedule(schedule);
  const idle = Array.from({ length: run.workers }, (_, index) => run.workers - index);
  let running = 0;
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
      const onPlaced = (place: { machine: string; worker: number }) => {
        schedule.placed(node.key, run.now(), place);
        run.onChange();
      };
      const outcome = await run.runTask(node, { signal: run.signal, onRows, onPlaced });
      if (outcome) schedule.finished(node.key, run.now(), outcome);
      else schedule.elsewhere(node.key, run.now());
    } catch (error) {
      if (!(wasDamaged(error) && schedule.damaged(node.key, damagedKey(error)))) {
        schedule.failed(node.key, run.now(), textOf(error));
        failure ??= error;
      }
    } finally {
      idle.push(worker);
      running--;
      run.onChange();
      wake();
    }
  }

  for (;;) {
    if (run.signal.aborted) failure ??= cancelled();
    const oneEnded = new Promise<void>((resolve) => {
      wake = resolve;
    });
    if (failure === undefined) {
      for (const { node } of schedule.ready(run.now(), idle.length)) {
        running++;
        void perform(node, idle.pop() ?? 1);
      }
    }
    if (running === 0) {
      if (failure !== undefined) throw failure;
      if (schedule.isDone()) return schedule;
      const next = schedule.nextTry();
      if (next === null)
        throw new AssayError("internal", "The run has no task that can start.", "Report this with its log.");
      await pause(Math.max(5, next - run.now()), run.signal);
    } else {
      const next = failure === undefined && idle.length > 0 ? schedule.nextTry() : null;
      const itsTime = next === null ? [] : [pause(Math.max(5, next - run.now()), run.signal)];
      await Promise.race([oneEnded, ...itsTime]);
    }
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const stop = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", stop, { once: true });
  });
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
