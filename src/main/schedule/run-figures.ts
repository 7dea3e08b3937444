import type { Run } from "../../shared/api/contract/runs.ts";
import { secondsLeft, stepProgress } from "./progress.ts";
import type { Schedule, ScheduledTask } from "./scheduler.ts";

export interface FiguresAt {
  readonly tasks: ReadonlyMap<string, ScheduledTask>;
  readonly schedule: Schedule | undefined;
  /** Milliseconds since the run began. */
  readonly nowMs: number;
  readonly secondsBefore: ReadonlyMap<string, number>;
}

/** Writes what the tasks come to into the run's document. */
export function writeFigures(run: Run, { tasks, schedule, nowMs, secondsBefore }: FiguresAt): void {
  const counts = { total: 0, reused: 0, computed: 0, failed: 0, running: 0 };
  const usage = { core_seconds: 0, cpu_seconds: 0, read_bytes: 0, peak_task_bytes: 0 };
  let [rows, written] = [0, 0];
  for (const task of tasks.values()) {
    counts.total++;
    if (task.state === "reused" || task.state === "computed" || task.state === "failed") counts[task.state]++;
    if (isAtWork(task)) counts.running++;
    if (task.state === "computed" || task.state === "running") rows += task.rows;
    if (task.state !== "computed") continue;
    written += task.bytes;
    usage.core_seconds += task.seconds;
    usage.cpu_seconds += task.usage?.cpu_seconds ?? 0;
    usage.read_bytes += task.usage?.read_bytes ?? 0;
    usage.peak_task_bytes = Math.max(usage.peak_task_bytes, task.usage?.peak_bytes ?? 0);
  }
  run.tasks = counts;
  run.usage = usage;
  run.steps = stepProgress(tasks.values());
  run.seconds = nowMs / 1000;
  run.rows = rows;
  run.rows_per_second = run.seconds > 0.5 && rows > 0 ? Math.round(rows / run.seconds) : null;
  run.bytes_written = written;
  const left = schedule ? secondsLeft(schedule, run.workers, nowMs, secondsBefore) : null;
  run.seconds_left = run.state === "running" || run.state === "evaluating" ? left : null;
}

function isAtWork({ state, isQueued }: ScheduledTask): boolean {
  return state === "elsewhere" || (state === "running" && !isQueued);
}

const mostSamples = 240;

/** Memory of a run over its time: at most so many samples, evenly spaced, each the greatest of its stretch. */
export class MemoryLine {
  #samples: { at_ms: number; bytes: number }[] = [];
  #everyMs = 500;

  add(atMs: number, bytes: number): void {
    const last = this.#samples.at(-1);
    if (last && atMs - last.at_ms < this.#everyMs) {
      last.bytes = Math.max(last.bytes, bytes);
      return;
    }
    this.#samples.push({ at_ms: Math.round(atMs), bytes });
    if (this.#samples.length > mostSamples) this.#thin();
  }

  samples(): readonly { at_ms: number; bytes: number }[] {
    return this.#samples;
  }

  #thin(): void {
    this.#everyMs *= 2;
    this.#samples = this.#samples.flatMap((one, at, all) => {
      if (at % 2 === 1) return [];
      return [{ at_ms: one.at_ms, bytes: Math.max(one.bytes, all[at + 1]?.bytes ?? 0) }];
    });
  }
}
