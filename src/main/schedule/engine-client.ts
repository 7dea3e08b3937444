import type { Channel } from "../../shared/api/channel.ts";
import { type Client, createClient } from "../../shared/api/client.ts";
import type { EngineContract } from "../../shared/api/engine.ts";
import { serveProcesses } from "../../shared/api/process-relay.ts";
import { AssayError } from "../../shared/base/errors.ts";
import type { StartedProcess, StartProcess } from "../../shared/base/started-process.ts";
import { forkProcess } from "../../workers/fork.ts";
import { mainThreadSeconds } from "./main-thread.ts";

export type Engine = Client<EngineContract>;
export interface EngineProcess {
  readonly engine: Engine;
  close(): Promise<void>;
}
export interface EngineProcessOptions {
  readonly watchdogMs?: number;
  readonly onRestart?: (why: string) => void;
  /** Node's fork, but in the packaged desktop, where only Electron can start a process. */
  readonly startProcess?: StartProcess | undefined;
}

const endMilliseconds = 3_000;
/** A process that has not answered yet may still be starting, on a busy machine for a while. */
const startMilliseconds = 20_000;
/** Processor time in one wait that tells work, such as the digest of a big file on a busy machine, from waiting for a server. */
const busySeconds = 0.1;
const longestMilliseconds = 600_000;

interface Started {
  readonly child: StartedProcess;
  readonly client: Engine;
  hasAnswered: boolean;
  /** Why it was ended, where this side did it. */
  why?: AssayError;
}

function unanswered(milliseconds: number): AssayError {
  return new AssayError(
    "unavailable",
    `The shared directory has not answered for ${Math.round(milliseconds / 1000)} s.`,
    "Check that its server can be reached, then try again: what was finished is kept.",
    { silent: "share" },
  );
}

function ended(): AssayError {
  return new AssayError(
    "unavailable",
    "The engine ended while it worked on this.",
    "Try again: what was finished is kept.",
    { ended: true },
  );
}

/** Starts the engine in a process of its own and keeps one there: a dead or hung one is replaced, its calls fail. */
export function startEngineProcess(options: EngineProcessOptions = {}): EngineProcess {
  const { watchdogMs = 30_000, onRestart = () => {}, startProcess = forkProcess } = options;
  let current: Started | undefined;
  let closing = false;

  function spawn(): Engine {
    const child = startProcess("engine");
    const started: Started = {
      child,
      client: createClient<EngineContract>(processChannel(child, () => started.why ?? ended())),
      hasAnswered: false,
    };
    child.onMessage(() => {
      started.hasAnswered = true;
    });
    const stopServing = serveProcesses(child, startProcess);
    current = started;
    child.onEnd(() => {
      stopServing();
      if (current !== started) return;
      current = undefined;
      if (!closing) onRestart("the engine ended");
    });
    return started.client;
  }

  const client = () => {
    if (closing) throw new AssayError("unavailable", "The engine is closed.", "Start the program again.");
    return current?.client ?? spawn();
  };

  function watch(watched: Started): void {
    const allowed = watched.hasAnswered ? watchdogMs : Math.max(watchdogMs, startMilliseconds);
    const asked = performance.now();
    let late: ReturnType<typeof setTimeout>;
    const wait = (before: number | undefined) => {
      late = setTimeout(() => {
        if (current !== watched) return;
        const spent = mainThreadSeconds(watched.child.pid());
        const isBusy = before !== undefined && spent !== undefined && spent - before >= busySeconds;
        if (isBusy && performance.now() - asked < longestMilliseconds) return wait(spent);
        watched.why = unanswered(performance.now() - asked);
        onRestart("the shared directory did not respond");
        watched.child.kill();
      }, allowed);
      late.unref();
    };
    wait(mainThreadSeconds(watched.child.pid()));
    const heard = () => clearTimeout(late);
    watched.client.call("process.memory", {}).then(heard, heard);
  }
  const watchdog = setInterval(() => current && watch(current), watchdogMs / 3);
  watchdog.unref();

  const engine: Engine = {
    call: (name, input, callOptions) => client().call(name, input, callOptions),
    stream: (name, input, streamOptions) => client().stream(name, input, streamOptions),
    close: () => current?.client.close(),
  };
  return {
    engine,
    close: async () => {
      closing = true;
      clearInterval(watchdog);
      const ending = current?.child;
      if (!ending) return;
      const isOver = new Promise<void>((resolve) => ending.onEnd(() => resolve()));
      ending.end();
      const kill = setTimeout(() => ending.kill(), endMilliseconds);
      await isOver;
      clearTimeout(kill);
    },
  };
}

function processChannel(child: StartedProcess, why: () => AssayError): Channel {
  return {
    send: child.send,
    onMessage: child.onMessage,
    onClose: (listener) => child.onEnd(() => listener(why())),
    close: child.end,
  };
}
