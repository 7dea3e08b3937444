import type { TaskGraph, TaskNode, TaskUsage } from "../../shared/domain/task.ts";
import { LeastFirst } from "./least-first.ts";

export type NodeState = "waiting" | "running" | "reused" | "computed" | "failed" | "elsewhere";

/** An attempt that came to nothing: its worker or agent was lost, or was asked to end. */
export interface LostTry {
  readonly machine: string | null;
  readonly worker: number | null;
  readonly startedMs: number;
  readonly endedMs: number;
}

export interface ScheduledTask {
  readonly node: TaskNode;
  state: NodeState;
  attempts: number;
  /** Not to be tried again before this moment of the run's own clock (milliseconds). */
  notBefore: number;
  rows: number;
  bytes: number;
  seconds: number;
  usage: TaskUsage | null;
  startedMs: number | null;
  endedMs: number | null;
  worker: number | null;
  /** The agent that has it, or had it; null where this machine does. */
  machine: string | null;
  /** Handed to a queue and not begun by anybody yet. */
  isQueued: boolean;
  /** Its results may be read here and are being committed. */
  isMade: boolean;
  /** Whoever worked on it ended: it is tried again alone. */
  isSuspect: boolean;
  lost: LostTry[];
  error: string | null;
}

/** Where a task of a queue is worked on; no machine: this one. */
export interface Place {
  readonly machine: string | null;
  readonly worker: number;
  readonly wasLost?: boolean;
}

interface Known {
  readonly rows: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly usage?: TaskUsage | undefined;
}

/** The state of a run: which tasks are there, which wait for whom. Pure; the caller brings the clock. What it costs to keep doesn't
 *  grow with the number of tasks but for the logarithm. */
export class Schedule {
  readonly tasks = new Map<string, ScheduledTask>();
  readonly #readers = new Map<string, string[]>();
  readonly #missing = new Map<string, Set<string>>();
  readonly #position = new Map<string, number>();
  readonly #order: ScheduledTask[] = [];
  /** Positions of tasks that wait for nobody; some that have begun since are among them. */
  readonly #startable = new LeastFirst();
  readonly #postponed = new Set<ScheduledTask>();
  readonly #counts = new Map<NodeState, number>();

  constructor(graph: TaskGraph, present: ReadonlyMap<string, Known>) {
    for (const [position, node] of graph.nodes.entries()) {
      const found = present.get(node.key);
      const task = newTask(node, found);
      this.tasks.set(node.key, task);
      this.#order.push(task);
      this.#position.set(node.key, position);
      this.#count(task.state, 1);
    }
    for (const node of graph.nodes) {
      const inputs = inputsOf(node);
      this.#missing.set(node.key, new Set([...inputs].filter((key) => this.#isOpen(key))));
      for (const key of inputs) {
        const readers = this.#readers.get(key);
        if (readers) readers.push(node.key);
        else this.#readers.set(key, [node.key]);
      }
    }
    for (const task of this.tasks.values()) this.#offer(task);
  }

  #isOpen(key: string): boolean {
    const state = this.tasks.get(key)?.state;
    return state !== undefined && state !== "reused" && state !== "computed";
  }

  #count(state: NodeState, change: number): void {
    this.#counts.set(state, (this.#counts.get(state) ?? 0) + change);
  }

  #become(task: ScheduledTask, state: NodeState): void {
    this.#count(task.state, -1);
    this.#count(state, 1);
    task.state = state;
    if (state === "elsewhere") this.#postponed.add(task);
    else this.#postponed.delete(task);
  }

  #isStartable(task: ScheduledTask): boolean {
    return task.state === "waiting" && this.#missing.get(task.node.key)?.size === 0;
  }

  #offer(task: ScheduledTask): void {
    if (this.#isStartable(task)) this.#startable.add(this.#position.get(task.node.key) ?? 0);
  }

  /** Tasks that can start now, in the order of the graph; no more than asked for. */
  ready(nowMs: number, most = Number.POSITIVE_INFINITY): ScheduledTask[] {
    const found: ScheduledTask[] = [];
    for (const task of this.#postponed) {
      if (task.notBefore <= nowMs && this.#missing.get(task.node.key)?.size === 0) found.push(task);
    }
    const put: ScheduledTask[] = [];
    while (put.length < most) {
      const position = this.#startable.take();
      if (position === undefined) break;
      const task = this.#order[position];
      if (task && this.#isStartable(task) && put.at(-1) !== task) put.push(task); // one that was offered twice stands beside itself
    }
    for (const task of put) this.#offer(task);
    const all = [...found, ...put.filter(({ notBefore }) => notBefore <= nowMs)];
    const at = ({ node }: ScheduledTask) => this.#position.get(node.key) ?? 0;
    return all.sort((a, b) => at(a) - at(b)).slice(0, most);
  }

  /** When the next postponed task may be tried, or null where none waits for the clock. */
  nextTry(): number | null {
    let next: number | null = null;
    for (const { notBefore } of this.#postponed) next = Math.min(next ?? notBefore, notBefore);
    return next;
  }

  started(key: string, nowMs: number, worker: number): void {
    const task = this.#task(key);
    this.#become(task, "running");
    task.attempts++;
    task.startedMs = nowMs;
    task.endedMs = null;
    task.worker = worker;
    task.machine = null;
  }

  /** Handed to a queue: it counts as given away, and as begun from the moment that somebody takes it. */
  queued(key: string): void {
    const task = this.#task(key);
    task.isQueued = true;
    task.worker = null;
  }

  /** Somebody took it out of the queue; not for the first time where the one before was lost with it. */
  placed(key: string, nowMs: number, { machine, worker, wasLost = false }: Place): void {
    const task = this.#task(key);
    if (wasLost) {
      this.#lose(task, nowMs);
      task.attempts++;
    }
    Object.assign(task, { machine, worker, isQueued: false, startedMs: nowMs, endedMs: null });
  }

  finished(key: string, nowMs: number, made: Known & { computed: boolean }): void {
    const task = this.#task(key);
    this.#become(task, made.computed ? "computed" : "reused");
    Object.assign(task, { rows: made.rows, bytes: made.bytes, usage: made.usage ?? null });
    task.endedMs ??= nowMs;
    Object.assign(task, { isQueued: false, isSuspect: false, isMade: false });
    task.seconds = made.seconds;
    this.#letReadersGo(key);
  }

  /** Its worker is free and its readers may begin here; it is committed meanwhile, and before them. */
  made(key: string, nowMs: number): void {
    const task = this.#task(key);
    task.isMade = true;
    task.endedMs = nowMs;
    this.#letReadersGo(key);
  }

  /** Its worker is free; it is committed meanwhile, and its readers wait for that. */
  computed(key: string, nowMs: number): void {
    this.#task(key).endedMs ??= nowMs;
  }

  #letReadersGo(key: string): void {
    for (const reader of this.#readers.get(key) ?? []) {
      const missing = this.#missing.get(reader);
      if (missing?.delete(key) && missing.size === 0) this.#offer(this.#task(reader));
    }
  }

  /** What was made came to nothing: whoever reads it waits for it again. */
  #unmake(task: ScheduledTask): void {
    if (!task.isMade) return;
    task.isMade = false;
    task.endedMs = null;
    this.#holdReaders(task.node.key);
  }

  #holdReaders(key: string): void {
    for (const reader of this.#readers.get(key) ?? []) if (this.#isOpen(reader)) this.#missing.get(reader)?.add(key);
  }

  /** Another process holds it: look again a little later. */
  elsewhere(key: string, nowMs: number): void {
    const task = this.#task(key);
    this.#unmake(task);
    this.#become(task, "elsewhere");
    task.attempts--;
    task.worker = null;
    task.isQueued = false;
    task.notBefore = nowMs + 150;
  }

  /** Its worker ended with it: it waits again, to be tried alone. */
  crashed(key: string, nowMs: number): void {
    const task = this.#task(key);
    this.#unmake(task);
    this.#lose(task, nowMs);
    this.#become(task, "waiting");
    Object.assign(task, { isSuspect: true, isQueued: false, worker: null, startedMs: null });
    this.#offer(task);
  }

  #lose({ machine, worker, startedMs, lost }: ScheduledTask, nowMs: number): void {
    if (startedMs !== null) lost.push({ machine, worker, startedMs, endedMs: nowMs });
  }

  /** An input's bytes were damaged and set aside: it is made again, and its reader after it. Returns false where it can't be. */
  damaged(reader: string, input: string): boolean {
    const task = this.tasks.get(input);
    const asking = this.#task(reader);
    if (!task || task.attempts > 2 || asking.attempts > 3) return false;
    if (task.state !== "running" && task.state !== "elsewhere") {
      this.#become(task, "waiting");
      this.#holdReaders(input);
      const missing = this.#missing.get(input);
      missing?.clear();
      for (const key of inputsOf(task.node)) if (this.#isOpen(key)) missing?.add(key);
      this.#offer(task);
    }
    this.#unmake(asking);
    this.#become(asking, "waiting");
    asking.isQueued = false;
    this.#missing.get(reader)?.add(input);
    return true;
  }

  failed(key: string, nowMs: number, error: string): void {
    const task = this.#task(key);
    this.#become(task, "failed");
    task.isQueued = false;
    task.endedMs = nowMs;
    task.error = error;
  }

  /** It was stopped with the run, and nothing is wrong with it. */
  stopped(key: string): void {
    const task = this.#task(key);
    this.#unmake(task);
    this.#become(task, "waiting");
    Object.assign(task, { isQueued: false, worker: null, startedMs: null });
  }

  count(state: NodeState): number {
    return this.#counts.get(state) ?? 0;
  }

  isDone(): boolean {
    return this.count("reused") + this.count("computed") === this.tasks.size;
  }

  #task(key: string): ScheduledTask {
    const task = this.tasks.get(key);
    if (!task) throw new RangeError(`no task ${key}`);
    return task;
  }
}

function newTask(node: TaskNode, found: Known | undefined): ScheduledTask {
  return {
    node,
    state: found ? "reused" : "waiting",
    attempts: 0,
    notBefore: 0,
    rows: found?.rows ?? 0,
    bytes: found?.bytes ?? 0,
    seconds: found?.seconds ?? 0,
    usage: found?.usage ?? null,
    startedMs: null,
    endedMs: null,
    worker: null,
    machine: null,
    isQueued: false,
    isMade: false,
    isSuspect: false,
    lost: [],
    error: null,
  };
}

function inputsOf({ inputs }: TaskNode): Set<string> {
  const keys = new Set<string>();
  for (const list of Object.values(inputs)) for (const { key } of list) keys.add(key);
  return keys;
}
