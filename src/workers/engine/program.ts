import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AssayError, cancelled } from "../../shared/base/errors.ts";

/** What of this machine's environment a program is given. */
const passedOn =
  /^(PATH|HOME|USER|LOGNAME|LANG|LC_\w+|SHELL|JAVA_HOME|SPARK_HOME|SPARK_LOCAL_IP|HADOOP_HOME|HADOOP_CONF_DIR|PYTHONPATH|PYTHONHOME|PYSPARK_\w*PYTHON|VIRTUAL_ENV|CONDA_PREFIX|R_HOME|R_LIBS\w*|LD_LIBRARY_PATH|SystemRoot|PATHEXT|USERPROFILE)$/;
const keptLines = 20;
const toldLines = 8;
const keptCharacters = 300;
const isWindows = process.platform === "win32";

export interface LaidOutTable {
  readonly name: string;
  readonly files: readonly string[];
}

/** Lays out what a program finds in its folder: its own files, each table as a folder of Parquet files that lie elsewhere, and an
 *  empty folder for what it writes. */
export function layOutProgram(
  folder: string,
  { files, tables }: { files: Readonly<Record<string, string>>; tables: readonly LaidOutTable[] },
): void {
  mkdirSync(join(folder, "output"), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  for (const { name, files: parts } of tables) {
    const place = join(folder, "inputs", name);
    mkdirSync(place, { recursive: true });
    for (const [at, path] of parts.entries()) link(path, join(place, `part-${String(at).padStart(5, "0")}.parquet`));
  }
}

function link(path: string, place: string): void {
  try {
    symlinkSync(path, place);
  } catch {
    copyFileSync(path, place); // a system that lets this user make no links
  }
}

/** The Parquet files of `output/scores.parquet`: one file, or a folder of them as Spark writes it. */
export function programOutput(folder: string): string[] {
  const path = join(folder, "output", "scores.parquet");
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return [];
  if (found.isFile()) return [path];
  const names = readdirSync(path).filter((name) => name.endsWith(".parquet") && !/^[._]/.test(name));
  return names.sort().map((name) => join(path, name));
}

export interface ProgramRun {
  /** What messages call it. */
  readonly name: string;
  readonly command: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
  /** Told each line of its output. */
  readonly onLine?: (line: string) => void;
}

/** Runs a program in a process group of its own until it ends well. The whole group is killed when its time is over, on cancel, when
 *  the program ends and leaves others behind, and with this process. Throws condition_failed with its last lines. */
export async function runProgram(run: ProgramRun): Promise<void> {
  const { name, command, signal, timeoutSeconds } = run;
  if (signal.aborted) throw cancelled();
  const lines: string[] = [];
  let complaint: string | undefined; // what was printed before is often written out only at the end, after it
  const child = start(run);
  collect(child.stdout, lines, run.onLine);
  collect(child.stderr, lines, (line) => {
    complaint = line.slice(0, keptCharacters);
    run.onLine?.(line);
  });
  const { promise, resolve } = Promise.withResolvers<{ why: "ended" | "timeout" | "cancel" | Error; how: string }>();
  const timer = setTimeout(() => resolve({ why: "timeout", how: "" }), timeoutSeconds * 1000);
  const stop = () => resolve({ why: "cancel", how: "" });
  signal.addEventListener("abort", stop, { once: true });
  child.once("exit", () => killGroup(child)); // what it left behind would hold its output open
  child.once("error", (error) => resolve({ why: error, how: "" }));
  child.once("close", (code, killedBy) =>
    resolve({ why: "ended", how: killedBy ?? (code === 0 ? "" : `exit code ${code}`) }),
  );
  const { why, how } = await promise;
  clearTimeout(timer);
  signal.removeEventListener("abort", stop);
  killGroup(child);
  if (why === "cancel") throw cancelled();
  const hint =
    lines.length > 0 ? `Its last lines:\n${lines.slice(-toldLines).join("\n")}` : "It wrote nothing to its output.";
  const failed = (message: string, said = hint) =>
    new AssayError("condition_failed", message, said, { model: name, lines });
  if (why === "timeout") throw failed(`The program of ${name} did not end within ${timeoutSeconds} s.`);
  if (why instanceof Error) throw notStarted(name, command[0] ?? "", why);
  if (how === "exit code 127") throw notStarted(name, command[0] ?? "", new Error(lines.at(-1) ?? "it isn't there"));
  if (how !== "")
    throw failed(`The program of ${name} ended with ${how}: ${complaint ?? lines.at(-1) ?? "it wrote nothing"}`);
}

function notStarted(name: string, program: string, cause: Error): AssayError {
  return new AssayError(
    "condition_failed",
    `The program of ${name} can't be started: ${program} (${cause.message}).`,
    "Install it on this machine, or say where it lies: `assay models allow NAME --program PATH`.",
    { model: name },
  );
}

/** Ends the group when the pipe on descriptor 3 closes: with the process that holds its other end. */
const lifeline =
  '{ read -r _ <&3; kill -9 0; } >/dev/null 2>&1 & watch=$!; "$@" 3<&- </dev/null; code=$?; kill $watch 2>/dev/null; exit $code';

function start({ command, folder, environment }: ProgramRun): ChildProcess {
  const [program = "", ...words] = command;
  const env = { ...passedEnvironment(), ...environment };
  if (isWindows)
    return spawn(program, words, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"], windowsHide: true });
  return spawn("/bin/sh", ["-c", lifeline, "assay-program", program, ...words], {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    detached: true,
  });
}

function passedEnvironment(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => passedOn.test(name)));
}

function collect(stream: NodeJS.ReadableStream | null, lines: string[], onLine?: (line: string) => void): void {
  let open = "";
  const keep = (line: string) => {
    if (line.trim() === "") return;
    onLine?.(line);
    lines.push(line.length > keptCharacters ? `${line.slice(0, keptCharacters)}…` : line);
    if (lines.length > keptLines) lines.shift();
  };
  stream?.setEncoding("utf8");
  stream?.on("data", (text: string) => {
    const parts = (open + text).split(/\r?\n/);
    open = (parts.pop() ?? "").slice(-10_000);
    for (const line of parts) keep(line);
  });
  stream?.on("end", () => keep(open));
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (isWindows) spawn("taskkill", ["/pid", String(child.pid), "/T", "/F"], { stdio: "ignore" });
    else process.kill(-child.pid, "SIGKILL");
  } catch {
    // the group has ended
  }
}
