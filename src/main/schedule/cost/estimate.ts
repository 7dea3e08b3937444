import type { TaskNode } from "../../../shared/domain/task.ts";
import { criticalPath } from "../critical-path.ts";
import type { KeptTask } from "../explain.ts";

/** What a run may take, before it begins. */
export interface TaskEstimate {
  readonly tasks: { readonly total: number; readonly reused: number; readonly computed: number };
  /** Seconds of one core; the limits hold four runs of five. */
  readonly core_seconds: number;
  readonly core_seconds_low: number;
  readonly core_seconds_high: number;
  /** Of the longest chain of tasks that have to be made. */
  readonly critical_seconds: number;
  readonly read_bytes: number;
  readonly written_bytes: number;
  /** Share of the tasks to be made whose step was computed before. */
  readonly known_share: number;
}

/** An earlier run's tasks. */
export type History = readonly (readonly KeptTask[])[];

interface Past {
  readonly seconds: number;
  readonly rows: number;
  readonly read: number;
  readonly written: number;
}

/** Fewer runs than these say little of how they differ: the spread of one run about the next is taken as e to this power. */
const unknownSpread = 0.35;
const leastSpread = 0.1;
const limit = 1.2816; // 80 % of a normal distribution

/** What the tasks that aren't there will take: as the same place in an earlier run did, else as its step's middle one; a step never
 *  computed as the middle of all. Times and bytes grow with `growth`, the deliveries' rows now against then. */
export function estimateRun(
  nodes: readonly TaskNode[],
  present: ReadonlySet<string>,
  { history, growth }: { readonly history: History; readonly growth: number },
): TaskEstimate {
  const bySlot = new Map<string, Past>();
  const bySteps = new Map<string, Past[]>();
  for (const task of history.flat()) {
    if (task.state !== "computed") continue;
    const past = pastOf(task);
    if (!bySlot.has(task.slot)) bySlot.set(task.slot, past); // the latest run first
    put(bySteps, task.step, past);
  }
  const middles = new Map([...bySteps].map(([step, all]) => [step, middleOf(all)]));
  const anyStep = middleOf([...middles.values()]);
  const expected = new Map<string, Past>();
  let known = 0;
  for (const node of nodes) {
    if (present.has(node.key)) continue;
    const step = middles.get(node.step);
    if (step) known++;
    expected.set(node.key, bySlot.get(node.slot) ?? step ?? anyStep);
  }
  const sum = (of: (past: Past) => number) => growth * [...expected.values()].reduce((all, past) => all + of(past), 0);
  const seconds = sum((past) => past.seconds);
  const spread = spreadOf(history);
  const path = criticalPath(
    nodes.map(({ key, inputs }) => ({
      ...{ key, isComputed: expected.has(key), seconds: growth * (expected.get(key)?.seconds ?? 0) },
      inputs: Object.values(inputs).flatMap((list) => list.map((one) => one.key)),
    })),
  );
  return {
    tasks: { total: nodes.length, reused: nodes.length - expected.size, computed: expected.size },
    core_seconds: seconds,
    core_seconds_low: seconds * Math.exp(-limit * spread),
    core_seconds_high: seconds * Math.exp(limit * spread),
    critical_seconds: path.seconds,
    read_bytes: Math.round(sum((past) => past.read)),
    written_bytes: Math.round(sum((past) => past.written)),
    known_share: expected.size === 0 ? 1 : known / expected.size,
  };
}

function pastOf({ seconds, rows, bytes, usage }: KeptTask): Past {
  return { seconds, rows, read: usage?.read_bytes ?? 0, written: bytes };
}

function put(groups: Map<string, Past[]>, step: string, past: Past): void {
  const found = groups.get(step);
  if (found) found.push(past);
  else groups.set(step, [past]);
}

function middleOf(all: readonly Past[]): Past {
  const middle = (of: (past: Past) => number) => {
    const ordered = all.map(of).sort((a, b) => a - b);
    return ordered[Math.floor(ordered.length / 2)] ?? 0;
  };
  return {
    seconds: middle((past) => past.seconds),
    rows: middle((past) => past.rows),
    read: middle((past) => past.read),
    written: middle((past) => past.written),
  };
}

/** How far whole runs lie apart on the same tasks: the standard deviation of the logarithm of each run's seconds against the middle of all
 *  on the steps that it computed. */
function spreadOf(history: History): number {
  const computed = history.map((tasks) => tasks.filter(({ state, seconds }) => state === "computed" && seconds > 0));
  const all = new Map<string, Past[]>();
  for (const task of computed.flat()) put(all, task.step, pastOf(task));
  const middles = new Map([...all].map(([step, past]) => [step, middleOf(past).seconds]));
  const ratios = computed.flatMap((tasks) => {
    const took = tasks.reduce((sum, { seconds }) => sum + seconds, 0);
    const usual = tasks.reduce((sum, { step }) => sum + (middles.get(step) ?? 0), 0);
    return took > 0 && usual > 0 ? [Math.log(took / usual)] : [];
  });
  if (ratios.length < 3) return unknownSpread;
  const mean = ratios.reduce((sum, one) => sum + one, 0) / ratios.length;
  const variance = ratios.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (ratios.length - 1);
  return Math.max(leastSpread, Math.sqrt(variance));
}

/** Seconds that a run takes on so many cores: never less than its longest chain. */
export function wallSeconds({ core_seconds, critical_seconds }: TaskEstimate, cores: number): number {
  return Math.max(critical_seconds, core_seconds / Math.max(1, cores));
}
