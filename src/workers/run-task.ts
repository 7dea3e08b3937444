import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { AssayError, throwIfCancelled } from "../shared/base/errors.ts";
import type { Permit } from "../shared/domain/own-model.ts";
import type { ArtifactSummary, LogLine, TaskNode, TaskUsage } from "../shared/domain/task.ts";
import { stepOf } from "./catalogue.ts";
import type { Known } from "./engine/commit.ts";
import { openSession } from "./engine/duckdb.ts";
import { digestFile } from "./engine/publish.ts";
import type { Step } from "./engine/step-context.ts";
import { createTaskContext, type TaskOutputFile } from "./engine/task-context.ts";
import { type Running, TaskRecorder } from "./engine/task-recorder.ts";

export interface TaskOptions {
  readonly brandDir: string;
  readonly scratchRoot: string;
  readonly memoryBytes: number;
  readonly threads: number;
  readonly signal: AbortSignal;
  readonly permit?: Permit | null | undefined;
  readonly onRows?: (rows: number) => void;
  readonly onLine?: ((line: LogLine) => void) | undefined;
  readonly running?: Running | undefined;
  readonly known?: Known | undefined;
}

export interface MadeOutputs {
  readonly outputs: readonly TaskOutputFile[];
  readonly seconds: number;
  readonly usage: TaskUsage;
}

/** Outputs of a task in a folder of this machine's own disk, which belongs to whoever asked for them. */
export interface MadeTask extends MadeOutputs {
  readonly scratch: string;
}

/** Makes the outputs of one task: inputs checked by digest, the body in a session and scratch of its own. Nothing is committed. */
export async function runTask(node: TaskNode, options: TaskOptions): Promise<MadeTask> {
  throwIfCancelled(options.signal);
  const step = stepOf(node);
  if (!step) {
    throw new AssayError(
      "unsupported",
      `This program has no step ${node.step}.`,
      "Update it to the version that planned the run.",
    );
  }
  mkdirSync(options.scratchRoot, { recursive: true });
  const scratch = mkdtempSync(join(options.scratchRoot, "task-"));
  const recorder = new TaskRecorder(options.onLine ?? (() => {}), options.running);
  const began = performance.now();
  try {
    const made = await perform(step, node, { ...options, scratch, recorder });
    throwIfCancelled(options.signal);
    const outputs = made.map((output) => ({ ...output, digest: digestFile(output.localPath) }));
    return { scratch, outputs, seconds: (performance.now() - began) / 1000, usage: recorder.usage() };
  } catch (error) {
    rmSync(scratch, { recursive: true, force: true });
    throw error;
  }
}

async function perform(
  step: Step,
  node: TaskNode,
  options: TaskOptions & { readonly scratch: string; readonly recorder: TaskRecorder },
): Promise<readonly TaskOutputFile[]> {
  const { memoryBytes, threads, scratchRoot, signal, recorder } = options;
  const limits = { memoryLimit: memoryBytes, threads, scratch: scratchRoot };
  const session = await openSession({ ...limits, signal, isKept: true, watch: recorder });
  recorder.watch(() => session.memoryBytes());
  try {
    const context = createTaskContext({ node, step, session, ...options });
    await step.run(context.step);
    return context.finish();
  } finally {
    await recorder.unwatch();
    session.close();
  }
}

interface HasFiles {
  readonly key: string;
  readonly seconds?: number;
  readonly usage?: TaskUsage | undefined;
  readonly files: readonly { readonly rows: number; readonly bytes: number }[];
}

export function summaryOf(artifact: HasFiles): ArtifactSummary {
  return {
    key: artifact.key,
    rows: artifact.files.reduce((sum, { rows }) => sum + rows, 0),
    bytes: artifact.files.reduce((sum, { bytes }) => sum + bytes, 0),
    seconds: artifact.seconds ?? 0,
    ...(artifact.usage ? { usage: artifact.usage } : {}),
  };
}
