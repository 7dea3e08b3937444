import { existsSync, mkdirSync, readdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { canonicalJson } from "../../shared/base/canonical-json.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { type FileSystem, realFileSystem } from "./file-system.ts";
import { publish, requireDigest, sha256Of } from "./publish.ts";

export interface ArtifactFile {
  readonly output: string;
  /** Relative to the brand's folder. */
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly rows: number;
}

/** What was made, from what, by whom; linked last, so that an artifact is whole or not there. */
export interface Artifact {
  readonly format: 1;
  readonly key: string;
  readonly step: string;
  readonly version: number;
  readonly params: unknown;
  readonly inputs: unknown;
  readonly parts: Readonly<Record<string, string>>;
  readonly files: readonly ArtifactFile[];
  readonly seconds: number;
  readonly attempt: string;
  readonly sum: string;
}

export interface ArtifactRequest extends Omit<Artifact, "format" | "files" | "sum"> {
  readonly outputs: readonly { name: string; kind: "parquet" | "json"; localPath: string; rows: number }[];
}

const folderOf = (key: string) => join("artifacts", key.slice(0, 2), key);

/** The artifact of a key, undefined where nobody committed one. Throws `corrupt` with the key where its record is damaged. */
export function findArtifact(brandDir: string, key: string, files: FileSystem = realFileSystem): Artifact | undefined {
  const path = join(brandDir, folderOf(key), "artifact.json");
  let bytes: Buffer;
  try {
    bytes = files.readFile(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return undefined;
    throw new AssayError("unavailable", `${path} can't be read.`, "Check the share, then try again.", { path }, { cause: error });
  }
  try {
    const artifact = JSON.parse(bytes.toString("utf8")) as Artifact;
    const { sum, ...rest } = artifact;
    if (artifact.key === key && sum === sha256Of(Buffer.from(canonicalJson(rest)))) return artifact;
  } catch {
    // told below
  }
  throw damage(path, key);
}

export function requireArtifact(brandDir: string, key: string): Artifact {
  const found = findArtifact(brandDir, key);
  if (!found) throw damage(join(brandDir, folderOf(key), "artifact.json"), key);
  return found;
}

/** Commits the results of a task. Whoever comes second adopts what stands. */
export function publishArtifact(brandDir: string, request: ArtifactRequest, files: FileSystem = realFileSystem): Artifact {
  const { outputs, ...rest } = request;
  const staging = join(brandDir, "tmp", request.attempt);
  const made = outputs.map((output): ArtifactFile => {
    const { sha256, bytes } = requireDigest(output.localPath, files);
    const path = join(folderOf(request.key), `${sha256}.${output.kind}`);
    publish({ content: { localPath: output.localPath }, final: join(brandDir, path), staging, isDataFile: true }, files);
    return { output: output.name, path, sha256, bytes, rows: output.rows };
  });
  const unsealed = { format: 1 as const, ...rest, files: made };
  const artifact = { ...unsealed, sum: sha256Of(Buffer.from(canonicalJson(unsealed))) };
  const final = join(brandDir, folderOf(request.key), "artifact.json");
  const outcome = publish({ content: Buffer.from(canonicalJson(artifact)), final, staging }, files);
  return outcome === "lost" ? requireArtifact(brandDir, request.key) : (JSON.parse(canonicalJson(artifact)) as Artifact);
}

const verified = new Map<string, string>();

/** The absolute path of an artifact's file, once its bytes are known to be those that were written. */
export function verifiedPath(brandDir: string, file: ArtifactFile): string {
  const path = join(brandDir, file.path);
  const key = file.path.split(/[\\/]/)[2] ?? "";
  const known = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (!known || Number(known.size) !== file.bytes) throw damage(path, key);
  const state = `${known.size}:${known.mtimeNs}:${known.ino}:${file.sha256}`;
  if (verified.get(path) === state) return path;
  if (requireDigest(path).sha256 !== file.sha256) throw damage(path, key);
  verified.set(path, state);
  return path;
}

/** The absolute path of a delivery's raw file, once its bytes are known to be those that came. */
export function landedPath(brandDir: string, landed: string, sha256: string): string {
  const path = join(brandDir, landed);
  const known = statSync(path, { bigint: true, throwIfNoEntry: false });
  const lost = () => new AssayError("corrupt", `The delivered file ${path} is damaged or missing.`, "Withdraw its delivery and take it again from the source.", { path });
  if (!known) throw lost();
  const state = `${known.size}:${known.mtimeNs}:${known.ino}:${sha256}`;
  if (verified.get(path) === state) return path;
  if (requireDigest(path).sha256 !== sha256) throw lost();
  verified.set(path, state);
  return path;
}

/** Takes a damaged artifact out of sight, so that it is made again; kept for whoever wants to look. */
export function quarantine(brandDir: string, key: string): void {
  const from = join(brandDir, folderOf(key));
  if (!existsSync(from)) return;
  const trash = join(brandDir, "trash");
  mkdirSync(trash, { recursive: true });
  for (let n = readdirSync(trash).length; ; n++) {
    const to = join(trash, `${key.slice(0, 16)}-${n}`);
    if (existsSync(to)) continue;
    renameSync(from, to);
    return;
  }
}

function damage(path: string, key: string): AssayError {
  return new AssayError("corrupt", `${path} is damaged or missing.`, "Run again: it is set aside and made anew.", { path, key });
}
