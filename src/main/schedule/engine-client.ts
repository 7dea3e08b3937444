import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Channel } from "../../shared/api/channel.ts";
import { type Client, createClient } from "../../shared/api/client.ts";
import type { EngineContract } from "../../shared/api/engine.ts";
import { AssayError } from "../../shared/base/errors.ts";

export type Engine = Client<EngineContract>;
export interface EngineProcess {
  readonly engine: Engine;
  close(): Promise<void>;
}

/** Starts the engine in a process of its own and keeps one there: a dead or hung one is replaced, its calls fail. */
export function startEngineProcess(
  options: { readonly watchdogMs?: number; readonly onRestart?: (why: string) => void } = {},
): EngineProcess {
  const { watchdogMs = 30_000, onRestart = () => {} } = options;
  let child: ChildProcess | undefined;
  let client: Engine | undefined;
  let closing = false;

  function spawn(): Engine {
    const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));
    const entry = fileURLToPath(new URL(`../../workers/engine-process${extension}`, import.meta.url));
    const started = fork(entry, [], {
      serialization: "advanced",
      stdio: ["ignore", 2, 2, "ipc"],
      env: { ...process.env, UV_THREADPOOL_SIZE: "16" },
    });
    child = started;
    client = createClient<EngineContract>(processChannel(started));
    started.once("exit", () => {
      if (child !== started) return;
      child = undefined;
      client = undefined;
      if (!closing) onRestart("the engine ended");
    });
    return client;
  }

  const current = () => {
    if (closing) throw new AssayError("unavailable", "The engine is closed.", "Start the program again.");
    return client ?? spawn();
  };

  const watchdog = setInterval(() => {
    const watched = child;
    if (!watched || !client) return;
    const late = setTimeout(() => {
      if (child !== watched) return;
      onRestart("the shared directory did not respond");
      watched.kill("SIGKILL");
    }, watchdogMs);
    client.call("process.memory", {}).then(
      () => clearTimeout(late),
      () => clearTimeout(late),
    );
    late.unref();
  }, watchdogMs / 3);
  watchdog.unref();

  const engine: Engine = {
    call: (name, input, callOptions) => current().call(name, input, callOptions),
    stream: (name, input, streamOptions) => current().stream(name, input, streamOptions),
    close: () => client?.close(),
  };
  return {
    engine,
    close: async () => {
      closing = true;
      clearInterval(watchdog);
      const ending = child;
      if (!ending || ending.exitCode !== null) return;
      const ended = new Promise<void>((resolve) => ending.once("exit", () => resolve()));
      ending.disconnect();
      const kill = setTimeout(() => ending.kill("SIGKILL"), 3_000);
      await ended;
      clearTimeout(kill);
    },
  };
}

function processChannel(child: ChildProcess): Channel {
  return {
    send: (message) => {
      if (child.connected) child.send(message as object, () => {});
    },
    onMessage: (listener) => {
      child.on("message", listener);
      return () => child.off("message", listener);
    },
    onClose: (listener) => {
      child.once("exit", listener);
      return () => child.off("exit", listener);
    },
    close: () => {
      if (child.connected) child.disconnect();
    },
  };
}
