import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { openProducer, type Producer } from "../../src/main/schedule/broker/producer.ts";
import { parseBroker } from "../../src/main/schedule/cluster/connection.ts";
import { ClusterRunner } from "../../src/main/schedule/cluster/runner.ts";
import { clusterKey, codeVersion, spaceOf } from "../../src/main/schedule/cluster/sealed-job.ts";
import { runGraph } from "../../src/main/schedule/run-graph.ts";
import type { Schedule } from "../../src/main/schedule/scheduler.ts";
import type { TaskNode } from "../../src/shared/domain/task.ts";
import { stepOf, taskNode } from "./tasks.ts";
import { type Act, toyEngine } from "./toy-engine.ts";

export const toySpace = spaceOf("toy-workspace");
export const toyNames = { space: toySpace, code: codeVersion("1", new Map([["toy", stepOf("toy")]])) };

/** A task of the toy step; keys are as long as real ones. */
export function toyTask(name: string, act: Act = "sleep:1", reads: readonly string[] = [], more = {}): TaskNode {
  return taskNode(toyKey(name), reads.map(toyKey), { step: "toy", params: { act } as never, ...more });
}
export function toyKey(name: string): string {
  return name.padEnd(64, "z");
}

export interface ToyAgent {
  readonly child: ChildProcess;
  readonly lines: string[];
  /** Waits for a line of its log that says this. */
  says(event: string): Promise<void>;
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

export async function startToyAgent(root: string, url: string, ...options: (number | string)[]): Promise<ToyAgent> {
  const entry = join(import.meta.dirname, "agent-process.ts");
  const child = spawn(process.execPath, [entry, root, url, ...options.map(String)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: string[] = [];
  const waiting = new Map<string, () => void>();
  child.stdout.on("data", (part: Buffer) => {
    for (const line of part.toString().split("\n").filter(Boolean)) {
      lines.push(line);
      for (const [event, found] of waiting) if (line.includes(`"${event}"`)) found();
    }
  });
  const says = (event: string) =>
    new Promise<void>((resolve) => {
      if (lines.some((line) => line.includes(`"${event}"`))) resolve();
      else waiting.set(event, resolve);
    });
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.once("exit", (code, signal) => resolve(signal ?? code)),
  );
  await says("ready");
  return { child, lines, says, ended };
}

export interface ToyRun {
  readonly schedule: Promise<Schedule>;
  readonly notices: string[];
  readonly waits: (string | null)[];
  /** What tasks said, as it was heard. */
  readonly lines: string[];
  readonly producer: Producer;
  readonly run: string;
  cancel(): void;
  /** Waits until a task is at an agent. */
  placed(name: string): Promise<void>;
}

/** Runs tasks on the toy agents as a scheduler would. */
export async function runToys(
  root: string,
  url: string,
  nodes: readonly TaskNode[],
  options: { key?: Buffer; patienceMs?: number; label?: string } = {},
): Promise<ToyRun> {
  const { key = clusterKey("toy-workspace"), patienceMs = 60_000, label } = options;
  const producer = await openProducer(parseBroker(url), { names: { ...toyNames, label } });
  const run = randomUUID();
  const notices: string[] = [];
  const waits: (string | null)[] = [];
  const lines: string[] = [];
  const stop = new AbortController();
  const runner = new ClusterRunner({
    ...{ producer, engine: toyEngine(root), brandDir: join(root, "brands", "toy"), brand: "toy", run, key, patienceMs },
    ...{ code: toyNames.code, isNightly: false, lookMs: 300 },
    onNotice: (text) => notices.push(text),
    onWaiting: (what) => waits.push(what),
    onCancelled: () => stop.abort(),
  });
  const places = new Map<string, PromiseWithResolvers<void>>();
  const placeOf = (key: string) => {
    const found = places.get(key) ?? Promise.withResolvers<void>();
    places.set(key, found);
    return found;
  };
  const schedule = runGraph({
    ...{ graph: { nodes }, present: new Map(), workers: 50, isQueue: true, signal: stop.signal },
    now: () => performance.now(),
    onSchedule: () => {},
    onChange: () => {},
    onLine: (_, { text }) => lines.push(text),
    runTask: (node, options) =>
      runner.runTask(node, {
        ...options,
        onPlaced: (place) => {
          options.onPlaced?.(place);
          placeOf(node.key).resolve();
        },
      }),
  }).finally(() => runner.close());
  schedule.catch(() => {});
  return {
    ...{ schedule, notices, waits, lines, producer, run },
    cancel: () => stop.abort(),
    placed: (name) => placeOf(toyKey(name)).promise,
  };
}
