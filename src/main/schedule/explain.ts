import type { TaskUsage } from "../../shared/domain/task.ts";
import type { LostTry, NodeState } from "./scheduler.ts";

/** What is kept of a task after its run. */
export interface KeptTask {
  readonly key: string;
  readonly step: string;
  readonly stage: string;
  readonly scope: string;
  readonly slot: string;
  readonly parts: Readonly<Record<string, string>>;
  /** Keys that it read, by input; not there in runs of earlier programs. */
  readonly inputs?: Readonly<Record<string, readonly string[]>>;
  readonly state: NodeState;
  readonly worker: number | null;
  readonly machine?: string | null;
  readonly startedMs: number | null;
  readonly endedMs: number | null;
  readonly rows: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly error: string | null;
  /** The rest isn't there in runs of earlier programs. */
  readonly usage?: TaskUsage | null;
  readonly attempts?: number;
  readonly lost?: readonly LostTry[];
}

export type Cause = "reused" | "first" | "code" | "params" | "data" | "upstream";
export interface Change {
  readonly part: string;
  readonly before: string | null;
  readonly now: string;
  readonly change: "same" | "changed" | "new";
}
export interface Explanation {
  readonly key: string;
  readonly step: string;
  readonly scope: string;
  readonly state: string;
  readonly cause: Cause;
  readonly sentence: string;
  readonly parts: Change[];
  /** Where the change began: the steps that changed of themselves, with what changed from what to what. */
  readonly roots: { step: string; scope: string; cause: Cause; parts: Change[] }[];
}

interface Looked {
  readonly task: KeptTask;
  readonly before: KeptTask | undefined;
  readonly parts: Change[];
  readonly cause: Cause;
}

/** Explains every task of a run (or one of them) against the latest earlier task in the same place, back to where a change began. */
export function explainRun(
  tasks: readonly KeptTask[],
  earlier: readonly KeptTask[],
  taskKey?: string,
): { tasks: Explanation[] } {
  const bySlot = new Map<string, KeptTask>();
  for (const task of earlier) if (!bySlot.has(task.slot)) bySlot.set(task.slot, task); // latest run first
  const all = new Map(tasks.map((task) => [task.key, look(task, bySlot.get(task.slot))]));
  const chosen = taskKey ? tasks.filter(({ key }) => key.startsWith(taskKey)) : tasks;
  return { tasks: chosen.flatMap(({ key }) => (all.has(key) ? explain(key, all) : [])) };
}

function look(task: KeptTask, before: KeptTask | undefined): Looked {
  const parts = Object.entries(task.parts).map(([part, now]): Change => {
    const was = before?.parts[part] ?? null;
    return { part, before: was, now, change: was === null ? "new" : was === now ? "same" : "changed" };
  });
  return { task, before, parts, cause: causeOf(task, before, changedIn(parts)) };
}

const changedIn = (parts: readonly Change[]) => parts.filter(({ change }) => change !== "same");
const isInput = ({ part }: Change) => part.startsWith("input ");
const isParam = (part: string) =>
  part.startsWith("param ") || ["params", "definition", "settings", "horizon", "seed", "buckets"].includes(part);

function causeOf(task: KeptTask, before: KeptTask | undefined, changed: readonly Change[]): Cause {
  const parts = changed.map(({ part }) => part);
  if (task.state === "reused") return "reused";
  if (!before || before.key === task.key) return "first";
  if (parts.includes("version")) return "code";
  if (parts.some((part) => part === "subject" || part === "date")) return "data";
  if (parts.some(isParam)) return "params";
  return "upstream";
}

function explain(key: string, all: ReadonlyMap<string, Looked>): Explanation {
  const { task, parts, cause } = all.get(key) as Looked;
  const roots = cause === "upstream" ? rootsOf(key, all) : [];
  return {
    key: task.key,
    step: task.step,
    scope: task.scope,
    state: task.state,
    cause,
    sentence: sentenceOf(all.get(key) as Looked, roots),
    parts,
    roots: roots.map((root) => ({
      step: root.task.step,
      scope: root.task.scope,
      cause: root.cause,
      parts: changedIn(root.parts).filter((part) => !isInput(part)),
    })),
  };
}

/** Follows changed inputs to the tasks whose own parts changed. */
function rootsOf(key: string, all: ReadonlyMap<string, Looked>): Looked[] {
  const found = new Map<string, Looked>();
  const seen = new Set<string>();
  const walk = (at: string) => {
    if (seen.has(at)) return;
    seen.add(at);
    const looked = all.get(at);
    if (!looked) return;
    const own = changedIn(looked.parts).filter((part) => !isInput(part));
    if (at !== key && looked.before && own.length > 0) {
      found.set(looked.task.step, looked);
      return;
    }
    const aliases = changedIn(looked.parts)
      .filter(isInput)
      .map(({ part }) => part.slice("input ".length));
    for (const alias of aliases) for (const input of looked.task.inputs?.[alias] ?? []) walk(input);
  };
  walk(key);
  return [...found.values()];
}

/** "prior_weight from 1 to 1.1": one part of a key as people read it. */
function told({ part, before, now }: Change): string {
  const name = part.replace(/^param /, "");
  return before === null ? `${name} ${now}` : `${name} from ${before} to ${now}`;
}

function sentenceOf({ task, parts, cause }: Looked, roots: readonly Looked[]): string {
  const changed = changedIn(parts);
  switch (cause) {
    case "reused":
      return "Reused: an artifact with this very key was there.";
    case "first":
      return "Computed: no earlier run on this machine made it, or its artifact was gone.";
    case "code":
      return `Computed: the step ${task.step} has a new version (${changed
        .filter(({ part }) => part === "version")
        .map(told)
        .join("")}).`;
    case "params":
      return `Computed: ${changed
        .filter((part) => !isInput(part))
        .map(told)
        .join(", ")}.`;
    case "data": {
      const day = changed.find(({ part }) => part === "date");
      return day && !changed.some(({ part }) => part === "subject")
        ? `Computed: it looks back from another day (${told(day)}).`
        : "Computed: deliveries were added, corrected or withdrawn.";
    }
    case "upstream":
      return `Computed: what it reads was made anew (${upstreamText(changed, roots)}).`;
  }
}

function upstreamText(changed: readonly Change[], roots: readonly Looked[]): string {
  const inputs = changed.filter(isInput).map(({ part }) => part.slice("input ".length));
  if (roots.length === 0) return inputs.join(", ");
  const texts = roots.slice(0, 3).map(({ task, parts, cause }) => {
    const own = changedIn(parts).filter((part) => !isInput(part));
    if (cause === "data" && own.some(({ part }) => part === "subject")) return `${task.step}: deliveries changed`;
    return `${task.step}: ${own.map(told).join(", ")}`;
  });
  return `${texts.join("; ")}${roots.length > 3 ? ` and ${roots.length - 3} more` : ""}`;
}
