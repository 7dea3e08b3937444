import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StartProcess } from "../../shared/base/started-process.ts";
import type { Permit } from "../../shared/domain/own-model.ts";
import type { LogLine, TaskNode } from "../../shared/domain/task.ts";
import type { Known } from "../engine/commit.ts";
import { openSession, type Session } from "../engine/duckdb.ts";
import type { MadeTask } from "../run-task.ts";
import type { ShareWork } from "./share-work.ts";

export interface TaskPlacement {
  readonly brandDir: string;
  readonly scratchRoot: string;
  readonly memoryBytes: number;
  readonly threads: number;
  readonly signal: AbortSignal;
  readonly onRows?: (rows: number) => void;
  readonly onLine?: (line: LogLine) => void;
  readonly permit?: Permit | null | undefined;
  readonly known?: Known | undefined;
}

/** Where the parts of a task are done. */
export interface TaskPlaces {
  compute(node: TaskNode, options: TaskPlacement, workers: number): Promise<MadeTask>;
  readonly share: ShareWork;
}

/** What the engine's handlers share: where tasks run and where scratch lies (always on this machine's own disk). */
export interface ServiceContext {
  /** In threads of this process. */
  readonly places: TaskPlaces;
  /** In this very thread. */
  readonly here: TaskPlaces;
  readonly scratchRoot: string;
  readonly startProcess: StartProcess;
}

const cleanedAtExit = new Set<string>();

export function scratchFolder(): string {
  const root = join(process.env["ASSAY_SCRATCH"] ?? tmpdir(), `assay-${process.pid}`);
  mkdirSync(root, { recursive: true });
  if (!cleanedAtExit.has(root)) process.once("exit", () => rmSync(root, { recursive: true, force: true }));
  cleanedAtExit.add(root);
  return root;
}

/** A session and a scratch folder for the length of one body. */
export async function withSession<T>(
  context: ServiceContext,
  signal: AbortSignal,
  body: (open: { session: () => Promise<Session>; scratch: string }) => Promise<T>,
): Promise<T> {
  mkdirSync(context.scratchRoot, { recursive: true });
  const scratch = mkdtempSync(join(context.scratchRoot, "call-"));
  const opened: Session[] = [];
  try {
    return await body({
      scratch,
      session: async () => {
        const session = await openSession({ memoryLimit: 2e9, threads: 2, scratch, signal });
        opened.push(session);
        return session;
      },
    });
  } finally {
    for (const session of opened) session.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}
