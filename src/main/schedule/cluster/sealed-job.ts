import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { canonicalJson } from "../../../shared/base/canonical-json.ts";
import { AssayError } from "../../../shared/base/errors.ts";
import type { StepDeclaration } from "../../../shared/domain/step.ts";
import type { TaskNode } from "../../../shared/domain/task.ts";

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
const largestText = 1 << 22;
const cipher = "aes-256-gcm";
const context = Buffer.from("assay job 1");

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
  const nonce = randomBytes(12);
  const sealing = createCipheriv(cipher, key, nonce).setAAD(context);
  const text = deflateRawSync(Buffer.from(canonicalJson(job as never)));
  const hidden = Buffer.concat([sealing.update(text), sealing.final()]);
  return { sealed: Buffer.concat([nonce, sealing.getAuthTag(), hidden]).toString("base64") };
}

export function sizeOf({ sealed }: SealedJob): number {
  return sealed.length + '{"sealed":""}'.length;
}

/** Opens a job that was sealed with this key. Throws `not_permitted` otherwise. */
export function openJob(data: unknown, key: Buffer): Job {
  try {
    const bytes = Buffer.from((data as SealedJob).sealed, "base64");
    const opening = createDecipheriv(cipher, key, bytes.subarray(0, 12), { authTagLength: 16 });
    opening.setAAD(context).setAuthTag(bytes.subarray(12, 28));
    const text = Buffer.concat([opening.update(bytes.subarray(28)), opening.final()]);
    return JSON.parse(inflateRawSync(text, { maxOutputLength: largestText }).toString("utf8")) as Job;
  } catch {
    throw new AssayError(
      "not_permitted",
      "A job in the queue wasn't sealed for this workspace.",
      "Give schedulers and agents the same ASSAY_CLUSTER_KEY, or none; see who else can reach the broker.",
    );
  }
}
