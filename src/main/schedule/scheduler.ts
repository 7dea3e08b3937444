import type { TaskGraph, TaskNode } from "../../shared/domain/task.ts";

export type NodeState = "waiting" | "running" | "reused" | "computed" | "failed" | "elsewhere";

export interface ScheduledTask {
  readonly node: TaskNode;
  state: NodeState;
  attempts: number;
  /** Not to be tried again before this moment of the run's own clock (milliseconds). */
  notBefore: number;
  rows: number;
  bytes: number;
  seconds: number;
  startedMs: number | null;
  endedMs: number | null;
  worker: number | null;
  /** The agent that has it, or had it; null where this machine does. */
  machine: string | null;
  /** Handed to a queue and not begun by anybody yet. */
  isQueued: boolean;
  error: string | null;
}

/** The state of a run: which tasks are there, which wait for whom. Pure; the caller brings the clock. */
export class Schedule {
  readonly tasks = new Map<string, ScheduledTask>();
  readonly #readers = new Map<string, string[]>();
  readonly #missing = new Map<string, Set<string>>();

  constructor(graph: TaskGraph, present: ReadonlyMap<string, { rows: number; bytes: number; seconds: number }>) {
    for (const node of graph.nodes) {
      const found = present.get(node.key);
      this.tasks.set(node.key, {
        node,
        state: found ? "reused" : "waiting",
        attempts: 0,
        notBefore: 0,
        rows: found?.rows ?? 0,
        bytes: found?.bytes ?? 0,
        seconds: found?.seconds ?? 0,
        startedMs: null,
        endedMs: null,
        worker: null,
        machine: null,
        isQueued: false,
        error: null,
      });
    }
    for (const node of graph.nodes) {
      const inputs = new Set(Object.values(node.inputs).flatMap((list) => list.map(({ key }) => key)));
      const missing = [...inputs].filter((key) => this.#isOpen(key));
      this.#missing.set(node.key, new Set(missing));
      for (const key of inputs) this.#readers.set(key, [...(this.#readers.get(key) ?? []), node.key]);
    }
  }

  #isOpen(key: string): boolean {
    const state = this.tasks.get(key)?.state;
    return state !== undefined && state !== "reused" && state !== "computed";
  }

  /** Tasks that can start now, in the order of the graph. */
  ready(nowMs: number): ScheduledTask[] {
    return [...this.tasks.values()].filter(
      (task) =>
        (task.state === "waiting" || task.state === "elsewhere") &&
        task.notBefore <= nowMs &&
        (this.#missing.get(task.node.key)?.size ?? 0) === 0,
    );
  }

  /** When the next postponed task may be tried, or null where none waits for the clock. */
  nextTry(): number | null {
    const times = [...this.tasks.values()]
      .filter(({ state }) => state === "elsewhere")
      .map(({ notBefore }) => notBefore);
    return times.length > 0 ? Math.min(...times) : null;
  }

  started(key: string, nowMs: number, worker: number): void {
    const task = this.#task(key);
    task.state = "running";
    task.attempts++;
    task.startedMs = nowMs;
    task.worker = worker;
  }

  /** Handed to a queue: it counts as given away, and as begun from the moment that somebody takes it. */
  queued(key: string): void {
    const task = this.#task(key);
    task.isQueued = true;
    task.worker = null;
  }

  placed(key: string, nowMs: number, place: { machine: string; worker: number }): void {
    const task = this.#task(key);
    Object.assign(task, place, { isQueued: false, startedMs: nowMs });
  }

  finished(
    key: string,
    nowMs: number,
    made: { rows: number; bytes: number; seconds: number; computed: boolean },
  ): void {
    const task = this.#task(key);
    Object.assign(task, { state: made.computed ? "computed" : "reused", rows: made.rows, bytes: made.bytes });
    task.isQueued = false;
    task.seconds = made.seconds;
    task.endedMs = nowMs;
    for (const reader of this.#readers.get(key) ?? []) this.#missing.get(reader)?.delete(key);
  }

  /** Another process holds it: look again a little later. */
  elsewhere(key: string, nowMs: number): void {
    const task = this.#task(key);
    task.state = "elsewhere";
    task.attempts--;
    task.worker = null;
    task.isQueued = false;
    task.notBefore = nowMs + 150;
  }

  /** An input's bytes were damaged and set aside: it is made again, and its reader after it. Returns false where it can't be. */
  damaged(reader: string, input: string): boolean {
    const task = this.tasks.get(input);
    const asking = this.#task(reader);
    if (!task || task.attempts > 2 || asking.attempts > 3) return false;
    if (task.state !== "running" && task.state !== "elsewhere") {
      task.state = "waiting";
      for (const other of this.#readers.get(input) ?? []) {
        if (this.#isOpen(other)) this.#missing.get(other)?.add(input);
      }
      this.#missing.get(input)?.clear();
      for (const key of new Set(Object.values(task.node.inputs).flatMap((list) => list.map((one) => one.key)))) {
        if (this.#isOpen(key)) this.#missing.get(input)?.add(key);
      }
    }
    asking.state = "waiting";
    this.#missing.get(reader)?.add(input);
    return true;
  }

  failed(key: string, nowMs: number, error: string): void {
    const task = this.#task(key);
    task.state = "failed";
    task.isQueued = false;
    task.endedMs = nowMs;
    task.error = error;
  }

  count(state: NodeState): number {
    let n = 0;
    for (const task of this.tasks.values()) if (task.state === state) n++;
    return n;
  }

  isDone(): boolean {
    return [...this.tasks.values()].every(({ state }) => state === "reused" || state === "computed");
  }

  #task(key: string): ScheduledTask {
    const task = this.tasks.get(key);
    if (!task) throw new RangeError(`no task ${key}`);
    return task;
  }
}
