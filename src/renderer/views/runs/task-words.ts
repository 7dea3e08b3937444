import type { TaskState } from "../../../shared/api/contract/runs.ts";
import type { Tone } from "../../components/State.tsx";
import { day, integer, seconds, share } from "../../format/format.ts";

const states: Readonly<Record<TaskState["state"], readonly [Tone, string]>> = {
  waiting: ["muted", "Waiting"],
  running: ["plain", "Running"],
  elsewhere: ["plain", "Another run makes it"],
  reused: ["muted", "Reused"],
  computed: ["good", "Computed"],
  failed: ["bad", "Failed"],
};

export function taskStanding({ state }: Pick<TaskState, "state">): { tone: Tone; said: string } {
  const [tone, said] = states[state];
  return { tone, said };
}

/** What of the brand it covers: a bucket or delivery, and the day that it looks back from. */
export function taskCover({ scope, as_of }: Pick<TaskState, "scope" | "as_of">): string {
  return [scope === "brand" ? "" : scope, as_of === null ? "" : day(as_of)].filter(Boolean).join(", ");
}

/** The worker of this machine or the core of an agent. */
export function taskPlace({ worker, machine }: Pick<TaskState, "worker" | "machine">): string {
  if (worker === null) return machine ?? "nowhere yet";
  return machine === null ? `Worker ${worker}` : `${machine}, core ${worker}`;
}

/** By what tasks are put in order. */
export const taskMeasures = {
  seconds: "Wall time",
  cpu_seconds: "Processor time",
  peak_bytes: "Memory",
  read_bytes: "Read",
  bytes: "Written",
} as const;
export type TaskMeasure = keyof typeof taskMeasures;

/** Failed tasks, then computed ones, the greatest of a measure first; equal ones by name. */
export function heaviest(tasks: readonly TaskState[], by: TaskMeasure, most: number): TaskState[] {
  const made = tasks.filter(({ state }) => state === "computed" || state === "failed");
  return made
    .sort(
      (a, b) =>
        Number(b.state === "failed") - Number(a.state === "failed") ||
        (b[by] ?? 0) - (a[by] ?? 0) ||
        a.step.localeCompare(b.step, "en") ||
        a.scope.localeCompare(b.scope, "en"),
    )
    .slice(0, most);
}

/** How much of the computed tasks' time the longest ones are: what to look at first. */
export function heaviestFinding(tasks: readonly TaskState[]): string {
  const took = tasks.flatMap(({ state, seconds: own }) => (state === "computed" ? [own] : [])).sort((a, b) => b - a);
  const all = took.reduce((sum, one) => sum + one, 0);
  if (took.length < 2 || all === 0) return "What its tasks took";
  const few = Math.max(1, Math.ceil(took.length / 20));
  const part = took.slice(0, few).reduce((sum, one) => sum + one, 0) / all;
  const who = few === 1 ? "One task" : `${integer(few)} of ${integer(took.length)} tasks`;
  return `${who} took ${share(part, 0)} of the time`;
}

/** What the critical path says of the run. */
export function criticalFinding(criticalSeconds: number, runSeconds: number, isGoing: boolean): string {
  if (criticalSeconds <= 0) return "";
  const said = `The longest chain of tasks took ${seconds(criticalSeconds)}`;
  if (isGoing) return `${said} so far`;
  return criticalSeconds > 0.9 * runSeconds
    ? `${said}: more workers would not make the run quicker`
    : `${said}: no number of workers makes the run quicker than that`;
}
