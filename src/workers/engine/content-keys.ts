import { readFileSync } from "node:fs";
import { canonicalJson } from "../../shared/base/canonical-json.ts";
import { AssayError } from "../../shared/base/errors.ts";
import type { TaskNode } from "../../shared/domain/task.ts";
import { type Artifact, type ArtifactRequest, findArtifact, requireArtifact, verifiedPath } from "./artifact-store.ts";
import { hintPaths } from "./layout.ts";
import { createHint, sha256Of } from "./publish.ts";

/** What a task would be asked, by the bytes that it reads instead of how they came to be: two tasks that agree in it have the same
 *  result. Undefined where it reads nothing of other tasks, so that its own key says as much. */
export function contentKeyOf(
  brandDir: string,
  node: TaskNode,
  artifactOf: (key: string) => Pick<Artifact, "files"> = (key) => requireArtifact(brandDir, key),
): string | undefined {
  const { step, asOf, bucket, bucketCount, horizonDays, purchaseHorizonDays, params, brand, seed, subject, parts } =
    node;
  if (Object.keys(node.inputs).length === 0) return undefined;
  const digestOf = (key: string, output: string) =>
    artifactOf(key).files.find((file) => file.output === output)?.sha256 ?? "none";
  const inputs = Object.fromEntries(
    Object.entries(node.inputs).map(([alias, list]) => [
      alias,
      list.map(({ key, output }) => [output, digestOf(key, output)]),
    ]),
  );
  const date = asOf ?? null;
  const question = {
    step,
    version: parts.version ?? "",
    date,
    bucket,
    bucketCount,
    spanEnds: node.spanEnds ?? [],
    ...(node.span ? { span: node.span } : {}),
    ...(parts.buckets ? { filed: parts.buckets } : {}), // an older program's task of the same version made one file
    params,
    brand,
    seed,
    subject,
    inputs,
  };
  return sha256Of(Buffer.from(canonicalJson({ ...question, horizonDays, purchaseHorizonDays } as never)));
}

/** Notes which artifact answers a content key: a hint, beside which nothing stands or falls. */
export function noteContent(brandDir: string, contentKey: string, key: string): void {
  const [final = ""] = hintPaths(brandDir, contentKey);
  createHint(final, Buffer.from(canonicalJson({ key })));
}

/** What a task would commit that another of equal content has made; undefined where there is none, or it is damaged. */
export function twinRequest(brandDir: string, node: TaskNode, contentKey: string): ArtifactRequest | undefined {
  const twin = twinOf(brandDir, contentKey);
  if (!twin) return undefined;
  const { step, version, params, seconds, usage } = twin;
  try {
    const outputs = twin.files.map((file) => ({
      name: file.output,
      kind: file.path.endsWith(".json") ? ("json" as const) : ("parquet" as const),
      localPath: verifiedPath(brandDir, file),
      rows: file.rows,
      twin: { sha256: file.sha256, bytes: file.bytes },
    }));
    const { key, inputs, parts } = node;
    const attempt = `same-as-${twin.key.slice(0, 12)}`;
    return { key, step, version, params, inputs, parts, seconds, usage, outputs, attempt };
  } catch (error) {
    if (error instanceof AssayError && error.code === "corrupt") return undefined;
    throw error;
  }
}

function twinOf(brandDir: string, contentKey: string): Artifact | undefined {
  for (const path of hintPaths(brandDir, contentKey)) {
    try {
      const { key } = JSON.parse(readFileSync(path, "utf8")) as { key: string };
      return findArtifact(brandDir, key);
    } catch {
      // none, or a hint that can't be read
    }
  }
  return undefined;
}
