import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { z } from "zod";
import { runLine, runOperations } from "../../../shared/api/contract/runs.ts";
import { canonicalJson } from "../../../shared/base/canonical-json.ts";
import { AssayError } from "../../../shared/base/errors.ts";
import type { StepDeclaration } from "../../../shared/domain/step.ts";
import type { LogLine, TaskNode } from "../../../shared/domain/task.ts";
import type { ToldRun } from "../shown-run.ts";

/** What a job carries through the broker: names of declared steps and digests; no rows, no code. */
export interface Job {
  readonly brand: string;
  readonly run: string;
  readonly key: string;
  /** The task, or the digest of its document on the share where it is too large for the queue. */
  readonly task: { readonly node: TaskNode } | { readonly kept: string };
}
export interface SealedJob {
  /** Base64 of nonce, tag and ciphertext: nobody without the key can read, change or make one. */
  readonly sealed: string;
}

/** Largest job in the queue, in bytes. */
export const largestJob = 8_192;
const toldShape = runOperations["runs.show"].output.extend({ lines: runLine.array(), lines_before: z.number() });
const largestText = 1 << 22;
const cipher = "aes-256-gcm";
const jobContext = Buffer.from("assay job 1");
const logContext = Buffer.from("assay log 1");
const runContext = Buffer.from("assay run 1");

/** The key that jobs are sealed with: made from ASSAY_CLUSTER_KEY where it is set, else from the workspace's id, which whoever can
 *  read the share knows, and nobody who only reaches the broker. */
export function clusterKey(
  workspaceId: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Buffer {
  const secret = env["ASSAY_CLUSTER_KEY"] || workspaceId;
  return createHmac("sha256", secret).update(`assay cluster ${workspaceId}`).digest();
}

/** Twelve hex digits that tell workspaces on one broker apart without telling their ids. */
export function spaceOf(workspaceId: string): string {
  return createHash("sha256").update(`assay space ${workspaceId}`).digest("hex").slice(0, 12);
}

/** Equal for programs whose steps have the same versions: an agent sees only jobs that it computes alike. */
export function codeVersion(program: string, steps: ReadonlyMap<string, StepDeclaration>): string {
  const versions = [...steps.values()].map(({ name, version }) => `${name} ${version}`).sort();
  const digest = createHash("sha256").update(versions.join("\n")).digest("hex");
  return `${program}-${digest.slice(0, 10)}`;
}

export function sealJob(job: Job, key: Buffer): SealedJob {
  return { sealed: seal(canonicalJson(job as never), key, jobContext) };
}

/** Lines of a task's log for the way through the broker. */
export function sealLines(lines: readonly LogLine[], key: Buffer): string | null {
  return lines.length === 0 ? null : seal(JSON.stringify(lines), key, logContext);
}

/** Lines that were sealed with this key; none where they weren't. */
export function openLines(sealed: string | null | undefined, key: Buffer): LogLine[] {
  if (!sealed) return [];
  try {
    const lines = JSON.parse(open(sealed, key, logContext)) as LogLine[];
    return Array.isArray(lines) ? lines : [];
  } catch {
    return [];
  }
}

/** How a run stands, for the way through the broker. */
export function sealRun(told: ToldRun, key: Buffer): string {
  return seal(JSON.stringify(told), key, runContext);
}

/** What was sealed with this key by a program that tells runs alike; null otherwise. */
export function openRun(sealed: string | null, key: Buffer): ToldRun | null {
  if (!sealed) return null;
  try {
    return toldShape.parse(JSON.parse(open(sealed, key, runContext)));
  } catch {
    return null;
  }
}

function seal(text: string, key: Buffer, context: Buffer): string {
  const nonce = randomBytes(12);
  const sealing = createCipheriv(cipher, key, nonce).setAAD(context);
  const hidden = Buffer.concat([sealing.update(deflateRawSync(Buffer.from(text))), sealing.final()]);
  return Buffer.concat([nonce, sealing.getAuthTag(), hidden]).toString("base64");
}

function open(sealed: string, key: Buffer, context: Buffer): string {
  const bytes = Buffer.from(sealed, "base64");
  const opening = createDecipheriv(cipher, key, bytes.subarray(0, 12), { authTagLength: 16 });
  opening.setAAD(context).setAuthTag(bytes.subarray(12, 28));
  const text = Buffer.concat([opening.update(bytes.subarray(28)), opening.final()]);
  return inflateRawSync(text, { maxOutputLength: largestText }).toString("utf8");
}

export function sizeOf({ sealed }: SealedJob): number {
  return sealed.length + '{"sealed":""}'.length;
}

/** Opens a job that was sealed with this key. Throws `not_permitted` otherwise. */
export function openJob(data: unknown, key: Buffer): Job {
  try {
    return JSON.parse(open((data as SealedJob).sealed, key, jobContext)) as Job;
  } catch {
    throw new AssayError(
      "not_permitted",
      "A job in the queue wasn't sealed for this workspace.",
      "Give schedulers and agents the same ASSAY_CLUSTER_KEY, or none; see who else can reach the broker.",
    );
  }
}
