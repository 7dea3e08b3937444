import type { LogLine } from "../../shared/domain/task.ts";

/** A line of a task of a run, on the clock of the run. */
export interface RunLine {
  readonly key: string;
  readonly step: string;
  readonly scope: string;
  /** Milliseconds since the run began. */
  readonly at_ms: number;
  readonly text: string;
}

const mostOfTask = 400;
const mostOfRun = 40_000;

/** What the tasks of a run said, in the order in which it was heard; bounded, so that the longest run's fits in memory. */
export class RunLogs {
  readonly #lines: RunLine[] = [];
  readonly #counts = new Map<string, number>();
  readonly #listeners = new Set<(line: RunLine) => void>();

  add(task: { readonly key: string; readonly step: string; readonly scope: string }, line: LogLine): void {
    const { key, step, scope } = task;
    const before = this.#counts.get(key) ?? 0;
    if (before >= mostOfTask || this.#lines.length >= mostOfRun) return;
    this.#counts.set(key, before + 1);
    const added = { key, step, scope, at_ms: Math.max(0, Math.round(line.at_ms)), text: line.text };
    this.#lines.push(added);
    for (const listener of this.#listeners) listener(added);
  }

  /** Lines of one task, or of all. */
  lines(key?: string): readonly RunLine[] {
    return linesOf(this.#lines, key);
  }

  watch(listener: (line: RunLine) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** Lines of the task whose key begins so, or of all. */
export function linesOf(lines: readonly RunLine[], key?: string): readonly RunLine[] {
  return key === undefined ? lines : lines.filter((line) => line.key.startsWith(key));
}
