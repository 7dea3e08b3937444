import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { AssayError, throwIfCancelled } from "../shared/base/errors.ts";
import type { Permit } from "../shared/domain/own-model.ts";
import type { ArtifactSummary, LogLine, TaskNode, TaskUsage } from "../shared/domain/task.ts";
import { stepOf } from "./catalogue.ts";
import { findArtifact, publishArtifact } from "./engine/artifact-store.ts";
import { bytesText } from "./engine/bytes-text.ts";
import { openSession } from "./engine/duckdb.ts";
import type { Step } from "./engine/step-context.ts";
import { createTaskContext, type TaskOutputFile } from "./engine/task-context.ts";
import { type Running, TaskRecorder } from "./engine/task-recorder.ts";

export interface TaskOptions {
  readonly brandDir: string;
  readonly scratchRoot: string;
  readonly memoryBytes: number;
  readonly threads: number;
  readonly attempt: string;
  readonly signal: AbortSignal;
  readonly permit?: Permit | null | undefined;
  readonly onRows?: (rows: number) => void;
  readonly onLine?: ((line: LogLine) => void) | undefined;
  readonly running?: Running | undefined;
  /** Outputs that another process made and that are only to be published. */
  readonly made?: MadeOutputs | undefined;
}

export interface MadeOutputs {
  readonly outputs: readonly TaskOutputFile[];
  readonly seconds: number;
  readonly usage: TaskUsage;
}

export interface TaskOutcome extends ArtifactSummary {
  /** false: another attempt had committed it before this one did. */
  readonly computed: boolean;
}

/** Makes one artifact: inputs checked by digest, the body in a session and scratch of its own, results committed by link. */
export async function runTask(node: TaskNode, options: TaskOptions): Promise<TaskOutcome> {
  throwIfCancelled(options.signal);
  const present = findArtifact(options.brandDir, node.key);
  if (present) return { ...summaryOf(present), computed: false };
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
    const outputs = options.made?.outputs ?? (await perform(step, node, { ...options, scratch, recorder }));
    throwIfCancelled(options.signal);
    const seconds = options.made?.seconds ?? (performance.now() - began) / 1000;
    const usage = options.made?.usage ?? recorder.usage();
    const made = performance.now();
    const published = await publishArtifact(options.brandDir, {
      key: node.key,
      step: step.name,
      version: step.version,
      params: node.params,
      inputs: node.inputs,
      parts: node.parts,
      outputs,
      seconds,
      usage,
      attempt: options.attempt,
    });
    const { cpu_seconds, peak_bytes } = usage;
    const took = `${seconds.toFixed(2)} s, ${cpu_seconds.toFixed(2)} s of a processor, ${bytesText(peak_bytes)} at most`;
    recorder.say(`committed in ${(performance.now() - made).toFixed(0)} ms; the task took ${took}`);
    return { ...summaryOf(published), computed: true };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
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
