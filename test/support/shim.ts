import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Compiles the library that is laid under a process's calls; undefined where there is no compiler or no Linux. */
export function compileShim(): string | undefined {
  if (process.platform !== "linux") return undefined;
  const library = join(mkdtempSync(join(tmpdir(), "shim-")), "shim.so");
  const source = join(import.meta.dirname, "shim.c");
  const compiled = spawnSync(process.env.CC ?? "gcc", ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"]);
  return compiled.status === 0 ? library : undefined;
}

export type ShimOperation = "open" | "write" | "fsync" | "link" | "unlink" | "mkdir" | "read";

export interface ShimFault {
  readonly operation: ShimOperation;
  /** KILL, KILL!, STOP, SHORT, ZERO, an errno by name, or `E!` and an errno by name. */
  readonly action: string;
  readonly at: number;
}

export interface CommitProcess {
  readonly brandDir: string;
  readonly scratch: string;
  readonly attempt: string;
  readonly content?: string;
  readonly key?: string;
  readonly library?: string | undefined;
  readonly fault?: ShimFault;
  readonly trace?: string;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What it acknowledged. */
  readonly answer: { id: string; version: number; adopted: boolean } | undefined;
  readonly said: string;
}

/** Runs one commit in a process of its own. */
export function startCommit(commit: CommitProcess): { pid: number; kill(): void; ended: Promise<Ended> } {
  const { brandDir, scratch, attempt, content = "rows", key = "", library, fault, trace } = commit;
  const program = fileURLToPath(new URL("./commit-process.ts", import.meta.url));
  const child = spawn(process.execPath, [program, brandDir, scratch, attempt, content, key], {
    env: {
      ...process.env,
      ...(library ? { LD_PRELOAD: library, FAULT_DIR: brandDir } : {}),
      ...(fault ? { FAULT: `${fault.operation}:${numbered(fault.action)}:${fault.at}` } : {}),
      ...(trace ? { FAULT_TRACE: trace } : {}),
    },
  });
  let [out, err] = ["", ""];
  child.stdout.on("data", (text) => {
    out += text;
  });
  child.stderr.on("data", (text) => {
    err += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      resolve({ code, signal, answer: code === 0 ? (JSON.parse(out) as Ended["answer"]) : undefined, said: err });
    });
  });
  return { pid: child.pid ?? 0, kill: () => void child.kill("SIGKILL"), ended };
}

function numbered(action: string): string {
  const name = action.replace("E!", "");
  const number = constants.errno[name as keyof typeof constants.errno];
  return number === undefined ? action : action.replace(name, String(number));
}
