import type { TaskGraph, TaskNode } from "../../shared/domain/task.ts";
import { LeastFirst } from "./least-first.ts";

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

/** The state of a run: which tasks are there, which wait for whom. Pure; the caller brings the clock. What it does for a task doesn't grow
 *  with the number of all. */
export class Schedule {
  readonly tasks = new Map<string, ScheduledTask>();
  readonly #readers = new Map<string, string[]>();
  readonly #missing = new Map<string, Set<string>>();
  readonly #order: readonly string[];
  readonly #positions: ReadonlyMap<string, number>;
  /** Positions of waiting tasks that wait for nobody; some that have begun since are among them. */
  readonly #free = new LeastFirst();
  readonly #elsewhere = new Set<string>();
  #left = 0;

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
    this.#order = [...this.tasks.keys()];
    this.#positions = new Map(this.#order.map((key, position) => [key, position]));
    for (const { node, state } of this.tasks.values()) {
      if (state === "waiting") this.#left++;
      const missing = new Set<string>();
      for (const key of inputsOf(node)) {
        if (!this.tasks.has(key)) continue;
        if (this.#isOpen(key)) missing.add(key);
        const readers = this.#readers.get(key);
        if (readers) readers.push(node.key);
        else this.#readers.set(key, [node.key]);
      }
      this.#missing.set(node.key, missing);
      this.#offer(node.key);
    }
  }

  /** Takes it among those that can start, where it can. */
  #offer(key: string): void {
    if (this.#isFree(key)) this.#free.add(this.#positions.get(key) ?? 0);
  }

  #isFree(key: string): boolean {
    return this.tasks.get(key)?.state === "waiting" && (this.#missing.get(key)?.size ?? 0) === 0;
  }

  #settle(task: ScheduledTask, state: NodeState): void {
    this.#left += Number(isDone(task.state)) - Number(isDone(state));
    task.state = state;
    this.#elsewhere.delete(task.node.key);
    if (state === "elsewhere") this.#elsewhere.add(task.node.key);
  }

  #isOpen(key: string): boolean {
    const state = this.tasks.get(key)?.state;
    return state !== undefined && !isDone(state);
  }

  /** Tasks that can start now, in the order of the graph: at most so many. */
  ready(nowMs: number, most = Number.POSITIVE_INFINITY): ScheduledTask[] {
    if (most <= 0) return [];
    const found = [...this.#elsewhere]
      .filter((key) => this.#task(key).notBefore <= nowMs && (this.#missing.get(key)?.size ?? 0) === 0)
      .map((key) => this.#positions.get(key) ?? 0);
    const taken: number[] = [];
    for (let position = this.#free.take(); position !== undefined; position = this.#free.take()) {
      if (!this.#isFree(this.#order[position] ?? "")) continue;
      taken.push(position);
      if (taken.length >= most) break;
    }
    for (const position of taken) this.#free.add(position);
    const positions = [...found, ...taken].sort((a, b) => a - b).slice(0, most);
    return positions.map((position) => this.#task(this.#order[position] ?? ""));
  }

  /** When the next postponed task may be tried, or null where none waits for the clock. */
  nextTry(): number | null {
    let next: number | null = null;
    for (const key of this.#elsewhere) next = Math.min(next ?? Number.POSITIVE_INFINITY, this.#task(key).notBefore);
    return next;
  }

  started(key: string, nowMs: number, worker: number): void {
    const task = this.#task(key);
    this.#settle(task, "running");
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
    this.#settle(task, made.computed ? "computed" : "reused");
    Object.assign(task, { rows: made.rows, bytes: made.bytes });
    task.isQueued = false;
    task.seconds = made.seconds;
    task.endedMs = nowMs;
    for (const reader of this.#readers.get(key) ?? []) {
      this.#missing.get(reader)?.delete(key);
      this.#offer(reader);
    }
  }

  /** Another process holds it: look again a little later. */
  elsewhere(key: string, nowMs: number): void {
    const task = this.#task(key);
    this.#settle(task, "elsewhere");
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
      this.#settle(task, "waiting");
      for (const other of this.#readers.get(input) ?? []) {
        if (this.#isOpen(other)) this.#missing.get(other)?.add(input);
      }
      this.#missing.get(input)?.clear();
      for (const key of inputsOf(task.node)) if (this.#isOpen(key)) this.#missing.get(input)?.add(key);
      this.#offer(input);
    }
    this.#settle(asking, "waiting");
    this.#missing.get(reader)?.add(input);
    return true;
  }

  failed(key: string, nowMs: number, error: string): void {
    const task = this.#task(key);
    this.#settle(task, "failed");
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
    return this.#left === 0;
  }

  #task(key: string): ScheduledTask {
    const task = this.tasks.get(key);
    if (!task) throw new RangeError(`no task ${key}`);
    return task;
  }
}

function isDone(state: NodeState): boolean {
  return state === "reused" || state === "computed";
}

function inputsOf(node: TaskNode): Set<string> {
  const keys = new Set<string>();
  for (const list of Object.values(node.inputs)) for (const { key } of list) keys.add(key);
  return keys;
}
