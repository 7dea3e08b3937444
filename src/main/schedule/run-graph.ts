import { AssayError, cancelled, toWire } from "../../shared/base/errors.ts";
import type { ArtifactSummary, LogLine, TaskGraph, TaskNode } from "../../shared/domain/task.ts";
import { endedItsWorker, wasShortOfMemory } from "./cluster/reasons.ts";
import { type Place, Schedule } from "./scheduler.ts";

/** Places one task somewhere and answers with its artifact, or null where another process is at it. */
export type RunTask = (
  node: TaskNode,
  options: {
    signal: AbortSignal;
    onRows: (rows: number) => void;
    onPlaced?: (place: Place) => void;
    onLine?: (line: LogLine) => void;
    /** A worker of this machine took it up, where it was prepared ahead. */
    onBegun?: () => void;
    /** Its readers may begin; the answer comes when it is committed. */
    onMade?: () => void;
    /** Whoever computed it is free; its readers begin when it is committed. */
    onComputed?: () => void;
    /** Nothing else runs beside it: it may take all the memory. */
    isAlone?: boolean;
  },
) => Promise<(ArtifactSummary & { computed: boolean }) | null>;

export interface GraphRun {
  readonly graph: TaskGraph;
  readonly present: ReadonlyMap<string, ArtifactSummary>;
  readonly workers: number;
  /** So many more than there are workers are claimed and looked up while those work, and take a worker by `onBegun`. */
  readonly ahead?: number;
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
/** So many commits may go on beside what is computed. */
const mostCommits = 16;

/** Runs a graph to its end: ready tasks as workers come free, tasks that another process holds looked at again, damaged
 *  inputs made again, what ended its worker or had too little memory tried again alone. Throws the first failure once nothing that it doesn't concern is left running. */
export async function runGraph(run: GraphRun): Promise<Schedule> {
  const schedule = new Schedule(run.graph, run.present);
  run.onSchedule(schedule);
  const idle = Array.from({ length: run.workers }, (_, index) => run.workers - index);
  const ahead = run.ahead ?? 0;
  let [running, committing] = [0, 0];
  let isAlone = false;
  let failure: unknown;
  let hasNews = false;
  let wake = () => {};
  const tell = () => {
    hasNews = true;
    wake();
  };

  /** How many may be started now. */
  const room = () => (committing >= mostCommits ? 0 : run.workers + ahead - (running - committing));

  async function perform(node: TaskNode): Promise<void> {
    const { key } = node;
    const hasAll = isAlone || run.workers === 1;
    let worker = ahead > 0 ? undefined : idle.pop();
    let isCommitting = false;
    const leave = () => {
      if (worker !== undefined) idle.push(worker);
      worker = undefined;
    };
    schedule.started(key, run.now(), worker ?? 0);
    if (run.isQueue || ahead > 0) schedule.queued(key);
    run.onChange();
    try {
      const onRows = (rows: number) => {
        const task = schedule.tasks.get(key);
        if (task) task.rows = rows;
      };
      const onPlaced = (place: Place) => {
        schedule.placed(key, run.now(), place);
        run.onChange();
      };
      const onBegun = () => {
        if (ahead === 0 || worker !== undefined) return;
        worker = idle.pop();
        onPlaced({ machine: null, worker: worker ?? run.workers });
      };
      const onMade = () => {
        leave();
        committing++;
        isCommitting = true;
        schedule.made(key, run.now());
        run.onChange();
        tell();
      };
      const onComputed = () => schedule.computed(key, run.now());
      const onLine = (line: LogLine) => run.onLine?.(key, line);
      const told = { onRows, onPlaced, onLine, onBegun, onMade, onComputed };
      const outcome = await run.runTask(node, { signal: run.signal, ...told, isAlone });
      if (outcome) schedule.finished(key, run.now(), outcome);
      else schedule.elsewhere(key, run.now());
    } catch (error) {
      if (wasDamaged(error) && schedule.damaged(key, damagedKey(error))) return;
      if (run.signal.aborted && toWire(error).code === "cancelled") return schedule.stopped(key);
      const crashes = (schedule.tasks.get(key)?.lost.length ?? 0) + 1;
      const mayDoAlone = isCrash(error) ? crashes < mostCrashes : isShort(error) && !hasAll;
      if (mayDoAlone) return schedule.crashed(key, run.now());
      const told = isCrash(error) && run.setAside ? await run.setAside(node).catch(() => error) : error;
      schedule.failed(key, run.now(), textOf(told));
      failure ??= told;
    } finally {
      leave();
      if (isCommitting) committing--;
      running--;
      if (running === 0) isAlone = false;
      run.onChange();
      tell();
    }
  }

  const isHere = () => !run.isQueue && !run.signal.aborted;
  const isCrash = (error: unknown) => isHere() && endedItsWorker(error);
  const isShort = (error: unknown) => isHere() && wasShortOfMemory(error);

  function startReady(): void {
    if (isAlone) return;
    for (const { node, isSuspect } of schedule.ready(run.now(), Math.max(0, room()))) {
      if (isSuspect && running > 0) return; // once the others have ended
      running++;
      isAlone = isSuspect;
      void perform(node);
      if (isSuspect) return;
    }
  }

  /** Until a task has ended, the run is cancelled, or the time is over. */
  function changed(milliseconds: number | null): Promise<void> {
    if (hasNews) return Promise.resolve();
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
    hasNews = false;
    if (run.signal.aborted) failure ??= cancelled();
    if (failure === undefined) startReady();
    const next = failure === undefined && room() > 0 && !isAlone ? schedule.nextTry() : null;
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
