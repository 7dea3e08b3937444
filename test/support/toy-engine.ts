import { randomUUID } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine } from "../../src/main/schedule/engine-client.ts";
import { AssayError, cancelled } from "../../src/shared/base/errors.ts";
import type { LogLine, TaskNode } from "../../src/shared/domain/task.ts";
import { claimTask } from "../../src/workers/engine/claims.ts";

/** What a toy task does before its artifact stands: `sleep:ms`, `make:ms:ms` (computes, then commits for a while), `fail`, `end` (its
 *  engine ends), `kill` (its whole agent is killed). */
export type Act = `sleep:${number}` | `make:${number}:${number}` | "fail" | "end" | "kill";

interface Asked {
  readonly node: TaskNode;
  readonly attempt: string;
  readonly permit?: object;
}

interface StreamOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (told: { line: LogLine } | { phase: "made" }) => void;
}

/** An engine whose artifacts are small files, with the real claims: quick to start, so that whole agents can be killed. */
export function toyEngine(root: string): Engine {
  const brandDir = join(root, "brands", "toy");
  for (const name of ["made", "begun", "claims", "tmp", "kept"]) mkdirSync(join(brandDir, name), { recursive: true });
  const madePath = (key: string) => join(brandDir, "made", key);
  const find = (key: string) => {
    if (!existsSync(madePath(key))) return [];
    const { attempt } = JSON.parse(readFileSync(madePath(key), "utf8")) as { attempt: string };
    return [{ key, rows: 1, bytes: 1, seconds: 0, attempt }];
  };
  const calls: Record<string, (input: never) => unknown> = {
    "artifacts.find": ({ keys }: { keys: string[] }) => ({ found: keys.flatMap(find), damaged: [] }),
    "process.memory": () => ({ rss_bytes: 1, peak_rss_bytes: 1 }),
    "workspace.open": () => ({ path: root }),
    "tasks.keep": ({ node, kept }: { node: TaskNode; kept: string }) =>
      writeFileSync(join(brandDir, "kept", kept), JSON.stringify(node)),
    "tasks.kept": ({ kept }: { kept: string }) => ({
      node: JSON.parse(readFileSync(join(brandDir, "kept", kept), "utf8")) as TaskNode,
    }),
    "tasks.quarantine": ({ node }: { node: TaskNode }) => {
      writeFileSync(join(brandDir, "quarantine.json"), JSON.stringify(node));
      return { path: "quarantine.json" };
    },
  };
  async function runTask({ node, attempt, permit }: Asked, { signal, onProgress }: StreamOptions) {
    if (existsSync(madePath(node.key))) return { ...find(node.key)[0], computed: false };
    const claim = claimTask(brandDir, node.key, { heartbeatMs: 200, staleMs: 1_500 });
    if (!claim.held) return null;
    try {
      writeFileSync(join(brandDir, "begun", `${node.key}.${process.pid}.${randomUUID()}`), "");
      const asked = String(node.params["act"] ?? "sleep:1") as Act;
      await act(asked, signal);
      const [what, , commitMs] = asked.split(":");
      if (what === "make") onProgress?.({ phase: "made" });
      if (what === "make") await act(`sleep:${Number(commitMs)}`, signal);
      const staged = join(brandDir, "tmp", randomUUID());
      writeFileSync(staged, JSON.stringify({ attempt, permit }));
      const isFirst = link(staged, madePath(node.key));
      unlinkSync(staged);
      return { key: node.key, rows: 1, bytes: 1, seconds: 0.01, computed: isFirst };
    } finally {
      claim.release();
    }
  }
  return {
    call: async (name: string, input: never) => calls[name]?.(input) ?? {},
    stream: async (_name: string, asked: Asked, options?: StreamOptions) => {
      options?.onProgress?.({ line: { at_ms: 0, text: `begins ${asked.node.key.replace(/z+$/, "")}` } });
      const outcome = await runTask(asked, options ?? {});
      options?.onProgress?.({ line: { at_ms: 9, text: "made" } });
      return { outcome };
    },
    close: () => {},
  } as unknown as Engine;
}

/** How often a task was begun, by whichever agent. */
export function begun(root: string, key: string): number {
  return readdirSync(join(root, "brands", "toy", "begun")).filter((name) => name.startsWith(`${key}.`)).length;
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch {
    return false;
  }
}

async function act(what: Act, signal: AbortSignal | undefined): Promise<void> {
  if (what === "fail") throw new AssayError("bad_input", "The toy task fails.", "It always does.");
  if (what === "end") throw new AssayError("unavailable", "The engine ended.", "Try again.", { ended: true });
  if (what === "kill") process.kill(process.pid, "SIGKILL");
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, Number(what.split(":")[1]));
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(cancelled());
    });
  });
}

/** What a task's artifact says of how it was made. */
export function madeOf(root: string, key: string): { attempt: string; permit?: object } {
  return JSON.parse(readFileSync(join(root, "brands", "toy", "made", key), "utf8"));
}
