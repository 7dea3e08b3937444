/** What of a task its place on the critical path rests on. */
export interface PathTask {
  readonly key: string;
  readonly seconds: number;
  /** Made in this run: what was there took no time of it. */
  readonly isComputed: boolean;
  readonly inputs: readonly string[];
}

/** Keys of the chain of tasks that takes longest, each reading the one before it: no number of workers makes the run quicker than their
 *  seconds together. Inputs stand before their readers. */
export function criticalPath(tasks: readonly PathTask[]): { keys: string[]; seconds: number } {
  const ends = new Map<string, { seconds: number; before: string | null }>();
  let last: string | null = null;
  for (const { key, seconds, isComputed, inputs } of tasks) {
    let before: string | null = null;
    for (const input of inputs) {
      const found = ends.get(input);
      if (found && found.seconds > (before === null ? 0 : (ends.get(before)?.seconds ?? 0))) before = input;
    }
    const from = before === null ? 0 : (ends.get(before)?.seconds ?? 0);
    ends.set(key, { seconds: from + (isComputed ? seconds : 0), before });
    if (last === null || (ends.get(key)?.seconds ?? 0) > (ends.get(last)?.seconds ?? 0)) last = key;
  }
  const made = new Set(tasks.flatMap(({ key, isComputed }) => (isComputed ? [key] : [])));
  const keys: string[] = [];
  for (let at = last; at !== null; at = ends.get(at)?.before ?? null) if (made.has(at)) keys.unshift(at);
  return { keys, seconds: last === null ? 0 : (ends.get(last)?.seconds ?? 0) };
}
