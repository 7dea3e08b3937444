import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import {
  disposableEnvironment,
  disposableHeap,
  engineEnvironment,
  type ProcessName,
  type StartedProcess,
} from "../shared/base/started-process.ts";

const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));
const files: Readonly<Record<ProcessName, string>> = { engine: "engine-process", disposable: "disposable-child" };

/** Starts one of the program's processes with Node's fork: everywhere but in the packaged desktop. */
export function forkProcess(name: ProcessName): StartedProcess {
  const entry = fileURLToPath(new URL(`./${files[name]}${extension}`, import.meta.url));
  return started(
    name === "engine"
      ? fork(entry, [], {
          serialization: "advanced",
          stdio: ["ignore", 2, 2, "ipc"],
          env: engineEnvironment(process.env),
        })
      : fork(entry, [], {
          serialization: "json",
          stdio: ["ignore", "ignore", "ignore", "ipc"],
          execArgv: [`--max-old-space-size=${disposableHeap}`],
          env: disposableEnvironment(process.env),
        }),
  );
}

function started(child: ChildProcess): StartedProcess {
  const enders = new Set<(how: string) => void>();
  let how: string | undefined;
  const tell = (said: string) => {
    if (how !== undefined) return;
    how = said;
    for (const ender of [...enders]) ender(said);
  };
  child.on("error", (error) => tell(error.message));
  child.on("exit", (code, signal) => tell(signal ?? `exit code ${code}`));
  return {
    pid: () => child.pid,
    send: (message) => {
      if (!child.connected) return;
      child.send(message as object, (error) => {
        if (error && name(error) !== "ERR_IPC_CHANNEL_CLOSED") tell(error.message);
      });
    },
    onMessage: (listener) => {
      child.on("message", listener);
      return () => child.off("message", listener);
    },
    onEnd: (listener) => {
      if (how === undefined) enders.add(listener);
      else queueMicrotask(() => listener(how ?? ""));
      return () => enders.delete(listener);
    },
    end: () => {
      if (child.connected) child.disconnect();
    },
    kill: () => {
      child.kill("SIGKILL");
    },
  };
}

function name(error: NodeJS.ErrnoException): string {
  return error.code ?? "";
}
