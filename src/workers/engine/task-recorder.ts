import { getHeapStatistics } from "node:v8";
import type { LogLine, TaskUsage } from "../../shared/domain/task.ts";
import { bytesText } from "./bytes-text.ts";
import type { StatementWatch } from "./duckdb.ts";

/** How many tasks work in this process at the moment; shared by its threads. */
export type Running = Int32Array<SharedArrayBuffer>;

const mostLines = 200;
const longestLine = 240;
/** Statements that took less are not worth a line, in seconds. */
const slowStatement = 0.25;
const lookMs = 100;

/** Takes out what could tell a person: addresses, telephone and card numbers. */
export function withoutPeople(text: string): string {
  return text
    .replaceAll(/[^\s@"'<>(),;:=]+@[^\s@"'<>(),;:=]+/g, "<address>")
    .replaceAll(/(?<![\w.])(?!\d{4}-\d\d-\d\d)\+?\d(?:[ ()/.-]?\d){8,}(?![\w.])/g, "<number>");
}

/** What a task took and did, noted while it works. */
export class TaskRecorder implements StatementWatch {
  readonly #began = performance.now();
  readonly #ownCpu = threadCpuSeconds();
  readonly #hear: (line: LogLine) => void;
  readonly #running: Running | undefined;
  readonly #read = new Map<string, number>();
  #statementCpu = 0;
  #peak = 0;
  #lines = 0;
  #memory: (() => Promise<number>) | undefined;
  #looking: NodeJS.Timeout | undefined;
  #look: Promise<void> | undefined;

  constructor(hear: (line: LogLine) => void, running?: Running) {
    this.#hear = hear;
    this.#running = running;
  }

  say(text: string): void {
    if (this.#lines >= mostLines) return;
    const isLast = ++this.#lines === mostLines;
    const cleaned = withoutPeople(isLast ? "further lines are left out" : text.replaceAll(/\s+/g, " ").trim());
    const cut = cleaned.length > longestLine ? `${cleaned.slice(0, longestLine - 1)}…` : cleaned;
    this.#hear({ at_ms: Math.round(performance.now() - this.#began), text: cut });
  }

  reads(what: string, files: readonly { readonly path: string; readonly bytes: number }[]): void {
    const isNew = files.filter(({ path }) => !this.#read.has(path));
    for (const { path, bytes } of isNew) this.#read.set(path, bytes);
    if (isNew.length === 0) return;
    const size = isNew.reduce((sum, { bytes }) => sum + bytes, 0);
    this.say(`reads ${what}: ${isNew.length} ${isNew.length === 1 ? "file" : "files"}, ${bytesText(size)}`);
  }

  wrote(name: string, rows: number, bytes: number): void {
    this.say(`wrote ${name}: ${rows} ${rows === 1 ? "row" : "rows"}, ${bytesText(bytes)}`);
    this.#lookAtHeap(0);
  }

  /** Looks at the memory of a session while it is open. */
  watch(memory: () => Promise<number>): void {
    this.#memory = memory;
    this.#looking = setInterval(() => void this.look(), lookMs);
    this.#looking.unref();
  }

  /** Takes part in the peak what is held at this moment. */
  async look(): Promise<void> {
    this.#lookAtHeap(0);
    const memory = this.#memory;
    if (!memory) return;
    this.#look ??= memory()
      .then(
        (held) => this.#lookAtHeap(held),
        () => {},
      )
      .finally(() => {
        this.#look = undefined;
      });
    await this.#look;
  }

  /** Looks no more; the session may be closed once it has answered. */
  async unwatch(): Promise<void> {
    clearInterval(this.#looking);
    this.#memory = undefined;
    await this.#look;
  }

  statement(sql: string): () => void {
    const besideThread = () => processCpuSeconds() - threadCpuSeconds();
    const [from, before] = [performance.now(), besideThread()];
    return () => {
      const seconds = (performance.now() - from) / 1000;
      const beside = Math.max(1, this.#running ? Atomics.load(this.#running, 0) : 1);
      this.#statementCpu += Math.min(seconds, Math.max(0, besideThread() - before) / beside);
      if (seconds >= slowStatement) this.say(`a ${wordOf(sql)} took ${seconds.toFixed(1)} s`);
    };
  }

  usage(): TaskUsage {
    this.#lookAtHeap(0);
    const own = threadCpuSeconds() - this.#ownCpu;
    return {
      cpu_seconds: Math.round((own + this.#statementCpu) * 1000) / 1000,
      peak_bytes: Math.round(this.#peak),
      read_bytes: [...this.#read.values()].reduce((sum, bytes) => sum + bytes, 0),
    };
  }

  #lookAtHeap(beside: number): void {
    const { used_heap_size, external_memory } = getHeapStatistics();
    this.#peak = Math.max(this.#peak, used_heap_size + external_memory + beside);
  }
}

function wordOf(sql: string): string {
  const word = /^\s*(SELECT|WITH|COPY|CREATE|INSERT|UPDATE|DELETE|DESCRIBE)\b/i.exec(sql)?.[1]?.toUpperCase();
  return word === undefined || word === "WITH" ? "SELECT" : word;
}

function processCpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function threadCpuSeconds(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e6;
}
