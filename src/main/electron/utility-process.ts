import { join } from "node:path";
import type { UtilityProcess, utilityProcess } from "electron";
import {
  disposableEnvironment,
  disposableHeap,
  engineEnvironment,
  type ProcessName,
  type StartedProcess,
  type StartProcess,
} from "../../shared/base/started-process.ts";

const files: Readonly<Record<ProcessName, string>> = { engine: "engine-process.js", disposable: "disposable-child.js" };

interface Options {
  readonly fork: (typeof utilityProcess)["fork"];
  /** Where the built workers lie. */
  readonly workersDir: string;
  readonly log: (line: string) => void;
}

/** Starts the program's processes by Electron: with the fuse RunAsNode off nothing else can. They lie beside the archive,
 *  where native modules find what they load. */
export function utilityProcesses({ fork, workersDir, log }: Options): StartProcess {
  const folder = workersDir.replace(/app\.asar(?=[\\/]|$)/, "app.asar.unpacked");
  return (name) => {
    const child = fork(join(folder, files[name]), [], {
      serviceName: `Assay ${name}`,
      stdio: name === "engine" ? "pipe" : "ignore",
      env: name === "engine" ? engineEnvironment(process.env) : disposableEnvironment(process.env),
      ...(name === "disposable" ? { execArgv: [`--max-old-space-size=${disposableHeap}`] } : {}),
    });
    for (const output of [child.stdout, child.stderr]) output?.on("data", (text) => log(String(text).trimEnd()));
    return started(child);
  };
}

function started(child: UtilityProcess): StartedProcess {
  const enders = new Set<(how: string) => void>();
  let how: string | undefined;
  child.on("exit", (code) => {
    how = `exit code ${code}`;
    for (const ender of [...enders]) ender(how);
  });
  return {
    pid: () => child.pid,
    send: (message) => {
      if (how === undefined) child.postMessage(message);
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
      child.kill();
    },
    kill: () => stop(child),
  };
}

/** Electron asks with SIGTERM, which a hung process doesn't hear. */
function stop(child: UtilityProcess): void {
  const { pid } = child;
  child.kill();
  if (pid === undefined || process.platform === "win32") return;
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // gone already
  }
}
