import type { NodeState } from "./scheduler.ts";

/** What is kept of a task after its run. */
export interface KeptTask {
  readonly key: string;
  readonly step: string;
  readonly stage: string;
  readonly scope: string;
  readonly slot: string;
  readonly parts: Readonly<Record<string, string>>;
  readonly state: NodeState;
  readonly worker: number | null;
  readonly machine?: string | null;
  readonly startedMs: number | null;
  readonly endedMs: number | null;
  readonly rows: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly error: string | null;
}

export type Cause = "reused" | "first" | "code" | "params" | "data" | "upstream";
export interface Explanation {
  readonly key: string;
  readonly step: string;
  readonly scope: string;
  readonly state: string;
  readonly cause: Cause;
  readonly sentence: string;
  readonly parts: { part: string; before: string | null; now: string; change: "same" | "changed" | "new" }[];
}

/** Explains every task of a run (or one of them) against the latest earlier task in the same place. */
export function explainRun(
  tasks: readonly KeptTask[],
  earlier: readonly KeptTask[],
  taskKey?: string,
): { tasks: Explanation[] } {
  const bySlot = new Map<string, KeptTask>();
  for (const task of earlier) if (!bySlot.has(task.slot)) bySlot.set(task.slot, task); // latest run first
  const chosen = taskKey ? tasks.filter(({ key }) => key.startsWith(taskKey)) : tasks;
  return { tasks: chosen.map((task) => explain(task, bySlot.get(task.slot))) };
}

function explain(task: KeptTask, before: KeptTask | undefined): Explanation {
  const parts = Object.entries(task.parts).map(([part, now]) => {
    const was = before?.parts[part] ?? null;
    const change = was === null ? ("new" as const) : was === now ? ("same" as const) : ("changed" as const);
    return { part, before: was, now, change };
  });
  const changed = parts.filter(({ change }) => change !== "same").map(({ part }) => part);
  const cause = causeOf(task, before, changed);
  return {
    key: task.key,
    step: task.step,
    scope: task.scope,
    state: task.state,
    cause,
    sentence: sentenceOf(cause, task, changed),
    parts,
  };
}

function causeOf(task: KeptTask, before: KeptTask | undefined, changed: readonly string[]): Cause {
  if (task.state === "reused") return "reused";
  if (!before || before.key === task.key) return "first";
  if (changed.includes("version")) return "code";
  if (changed.some((part) => part === "subject" || part === "date")) return "data";
  if (changed.some((part) => ["params", "definition", "settings", "horizon", "seed", "buckets"].includes(part)))
    return "params";
  return "upstream";
}

function sentenceOf(cause: Cause, task: KeptTask, changed: readonly string[]): string {
  const inputs = changed.filter((part) => part.startsWith("input ")).map((part) => part.slice("input ".length));
  switch (cause) {
    case "reused":
      return "Reused: an artifact with this very key was there.";
    case "first":
      return "Computed: no earlier run on this machine made it, or its artifact was gone.";
    case "code":
      return `Computed: the step ${task.step} has a new version.`;
    case "params":
      return `Computed: ${changed.filter((part) => !part.startsWith("input ")).join(", ")} differ from the last run.`;
    case "data":
      return changed.includes("date") && !changed.includes("subject")
        ? "Computed: it looks back from another day."
        : "Computed: deliveries were added, corrected or withdrawn.";
    case "upstream":
      return `Computed: what it reads was made anew (${inputs.join(", ")}).`;
  }
}
