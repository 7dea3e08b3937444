import { expect, test } from "vitest";
import { forkProcess } from "../../workers/fork.ts";
import { runConsole } from "../../workers/query/console.ts";
import type { StartedProcess, StartProcess } from "../base/started-process.ts";
import { channelPair } from "./in-process.ts";
import { relayedProcesses, serveProcesses } from "./process-relay.ts";

function relay(start: StartProcess) {
  const [engine, main] = channelPair();
  return { start: relayedProcesses(engine), stop: serveProcesses(main, start), engine };
}
const settled = () => new Promise((resolve) => setTimeout(resolve, 2));

test("a statement runs in a real process that another process started, and is stopped through it", async () => {
  const running = new Set<StartedProcess>();
  const { start } = relay((name) => {
    const child = forkProcess(name);
    running.add(child);
    child.onEnd(() => running.delete(child));
    return child;
  });
  const ask = (sql: string, more = {}) => runConsole({ sql, tables: {}, startProcess: start, ...more });
  expect(await ask("SELECT 6 * 7 AS answer")).toMatchObject({ rows: [{ answer: 42 }], row_count: 1 });
  await expect(ask("SELEC 1")).rejects.toMatchObject({ code: "bad_input" });
  const endless = "SELECT sum(a.i * b.i) FROM range(10000000) a(i), range(10000000) b(i)";
  await expect(ask(endless, { timeoutMs: 700 })).rejects.toMatchObject({ code: "unavailable" });
  await expect.poll(() => running.size).toBe(0);
});

function fake() {
  const log: unknown[] = [];
  let end: (how: string) => void = () => {};
  const start: StartProcess = () => ({
    pid: () => undefined,
    send: (message) => log.push(message),
    onMessage: () => () => {},
    onEnd: (listener) => {
      end = listener;
      return () => {};
    },
    end: () => {},
    kill: () => log.push("killed"),
  });
  return { start, log, end: (how: string) => end(how) };
}

test("only disposable processes are started for another", async () => {
  const { start, log } = fake();
  const { start: ask } = relay(start);
  const ended: string[] = [];
  const child = ask("engine");
  child.onEnd((how) => ended.push(how));
  child.send({ secret: 1 });
  await settled();
  expect({ ended, log }).toEqual({ ended: ["not permitted"], log: [] });
});

test("what still runs is killed when the one that asked is gone", async () => {
  const { start, log, end } = fake();
  const { start: ask, stop } = relay(start);
  const first = ask("disposable");
  const ended: string[] = [];
  first.onEnd((how) => ended.push(how));
  await settled();
  end("exit code 1");
  await settled();
  ask("disposable").send({ sql: "SELECT 1" });
  await settled();
  stop();
  expect({ ended, log }).toEqual({ ended: ["exit code 1"], log: [{ sql: "SELECT 1" }, "killed"] });
});
