import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

const cli = join(import.meta.dirname, "../../src/main/entries/cli.ts");

export interface StartedCommand {
  readonly child: ChildProcess;
  /** What it printed by the time it ended. */
  readonly answer: Promise<string>;
  /** Lines of its log so far. */
  readonly log: string[];
}

/** A command of the program as a process of its own, in a group that can be killed whole. */
export function startCommand(words: readonly string[], data: string): StartedCommand {
  const child = spawn(process.execPath, [cli, ...words], {
    env: { ...process.env, XDG_DATA_HOME: data },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let text = "";
  const log: string[] = [];
  child.stdout.on("data", (part: Buffer) => (text += part.toString()));
  child.stderr.on("data", (part: Buffer) => log.push(...part.toString().split("\n").filter(Boolean)));
  const answer = new Promise<string>((resolve) => child.once("close", () => resolve(text)));
  return { child, answer, log };
}

/** An agent with locks that run out soon; resolves once it has said that it is there. */
export async function startAgentCommand(
  workspace: string,
  redis: string,
  data: string,
  lockSeconds = 2,
): Promise<StartedCommand> {
  const flags = ["--redis", redis, "--cores", "1", "--lock-seconds", String(lockSeconds)];
  const started = startCommand(["agent", "--workspace", workspace, ...flags], data);
  while (!started.log.some((line) => line.includes("agent_started"))) {
    if (started.child.exitCode !== null) throw new Error(started.log.join("\n"));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return started;
}

export function killGroup({ child }: StartedCommand, signal: NodeJS.Signals = "SIGKILL"): void {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, signal);
}

/** Waits until some of these agents have done so many tasks. */
export async function untilDone(agents: readonly StartedCommand[], tasks: number): Promise<void> {
  const done = () => agents.flatMap(({ log }) => log.filter((line) => line.includes('"task_done"'))).length;
  while (done() < tasks) await new Promise((resolve) => setTimeout(resolve, 50));
}
