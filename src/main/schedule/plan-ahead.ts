/** What of a task its place ahead rests on. */
export interface AheadTask {
  readonly key: string;
  readonly state: string;
  readonly machine: string | null;
  readonly worker: number | null;
  readonly startedMs: number | null;
  readonly endedMs: number | null;
  /** What it may take; null where nothing is known of it. */
  readonly expectedSeconds: number | null;
  readonly inputs: readonly string[];
}

export interface PlacedAhead {
  readonly machine: string | null;
  readonly worker: number;
  readonly from_ms: number;
  readonly to_ms: number;
}

/** What is further away changes before anybody looks at it. */
const mostAhead = 2_000;

/** Where and when tasks that nobody has begun may be done: each, in the order of the graph, by the worker that is free first, once what it
 *  reads may be there. A guess for the eye; nothing is scheduled by it. */
export function planAhead(
  tasks: readonly AheadTask[],
  { nowMs, workers }: { readonly nowMs: number; readonly workers: readonly Pick<PlacedAhead, "machine" | "worker">[] },
): Map<string, PlacedAhead> {
  const placed = new Map<string, PlacedAhead>();
  const ends = new Map<string, number>();
  const free = workers.map((worker) => ({ ...worker, at: nowMs }));
  for (const task of tasks) {
    if (task.state !== "running" || task.startedMs === null) continue;
    const end = task.endedMs ?? Math.max(nowMs, task.startedMs + (task.expectedSeconds ?? 0) * 1_000);
    ends.set(task.key, Math.max(nowMs, end));
    const own = free.find(({ machine, worker }) => machine === task.machine && worker === task.worker);
    if (own) own.at = Math.max(own.at, end);
  }
  for (const { key, state, expectedSeconds, inputs } of tasks) {
    if (state !== "waiting" || expectedSeconds === null) continue;
    let first = free[0];
    for (const one of free) if (first && one.at < first.at) first = one;
    if (!first || placed.size >= mostAhead) break;
    const from = Math.max(first.at, ...inputs.map((input) => ends.get(input) ?? nowMs));
    first.at = from + expectedSeconds * 1_000;
    ends.set(key, first.at);
    placed.set(key, { machine: first.machine, worker: first.worker, from_ms: from, to_ms: first.at });
  }
  return placed;
}

/** The workers that tasks may be given to: this machine's, or those of agents that are at work, else those that were. */
export function workersOf(
  tasks: readonly Pick<AheadTask, "state" | "machine" | "worker">[],
  { isCluster, workers }: { readonly isCluster: boolean; readonly workers: number },
): Pick<PlacedAhead, "machine" | "worker">[] {
  if (!isCluster) return Array.from({ length: workers }, (_, at) => ({ machine: null, worker: at + 1 }));
  const named = (some: typeof tasks) => {
    const seen = some.flatMap(({ machine, worker }) =>
      machine === null || worker === null ? [] : [{ machine, worker }],
    );
    return [...new Map(seen.map((one) => [`${one.machine} ${one.worker}`, one])).values()];
  };
  const atWork = named(tasks.filter(({ state }) => state === "running"));
  return atWork.length > 0 ? atWork : named(tasks);
}
