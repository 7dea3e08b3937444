import type { Channel } from "../../shared/api/channel.ts";
import { type Client, createClient } from "../../shared/api/client.ts";
import type { EngineContract } from "../../shared/api/engine.ts";
import { serveProcesses } from "../../shared/api/process-relay.ts";
import { AssayError } from "../../shared/base/errors.ts";
import type { StartedProcess, StartProcess } from "../../shared/base/started-process.ts";
import { forkProcess } from "../../workers/fork.ts";

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

/** Starts the engine in a process of its own and keeps one there: a dead or hung one is replaced, its calls fail. */
export function startEngineProcess(options: EngineProcessOptions = {}): EngineProcess {
  const { watchdogMs = 30_000, onRestart = () => {}, startProcess = forkProcess } = options;
  let current: { readonly child: StartedProcess; readonly client: Engine } | undefined;
  let closing = false;

  function spawn(): Engine {
    const child = startProcess("engine");
    const started = { child, client: createClient<EngineContract>(processChannel(child)) };
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

  const watchdog = setInterval(() => {
    const watched = current;
    if (!watched) return;
    const late = setTimeout(() => {
      if (current !== watched) return;
      onRestart("the shared directory did not respond");
      watched.child.kill();
    }, watchdogMs);
    watched.client.call("process.memory", {}).then(
      () => clearTimeout(late),
      () => clearTimeout(late),
    );
    late.unref();
  }, watchdogMs / 3);
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
      const ended = new Promise<void>((resolve) => ending.onEnd(() => resolve()));
      ending.end();
      const kill = setTimeout(() => ending.kill(), endMilliseconds);
      await ended;
      clearTimeout(kill);
    },
  };
}

function processChannel(child: StartedProcess): Channel {
  return {
    send: child.send,
    onMessage: child.onMessage,
    onClose: (listener) => child.onEnd(() => listener()),
    close: child.end,
  };
}
