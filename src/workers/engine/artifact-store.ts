import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { join, posix } from "node:path";
import { canonicalJson } from "../../shared/base/canonical-json.ts";
import { AssayError } from "../../shared/base/errors.ts";
import type { TaskUsage } from "../../shared/domain/task.ts";
import { errnoOf, type FileSystem, realFileSystem } from "./file-system.ts";
import { artifactPlace, artifactPlaces } from "./layout.ts";
import { digestFile, failure, linkTwin, makeFolder, publish, sha256Of, syncFolder } from "./publish.ts";

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
  readonly id: string;
  readonly key: string;
  readonly step: string;
  readonly version: number;
  readonly params: unknown;
  readonly inputs: unknown;
  readonly parts: Readonly<Record<string, string>>;
  readonly files: readonly ArtifactFile[];
  readonly seconds: number;
  readonly usage?: TaskUsage | undefined;
  readonly attempt: string;
  readonly host: string;
  /** SHA-256 of the record without it. */
  readonly sum: string;
}

export interface ArtifactRequest extends Omit<Artifact, "format" | "id" | "files" | "host" | "sum"> {
  readonly outputs: readonly {
    readonly name: string;
    readonly kind: "parquet" | "json";
    readonly localPath: string;
    readonly rows: number;
    /** Of a file of another artifact, verified: it is linked, not copied. */
    readonly twin?: { readonly sha256: string; readonly bytes: number };
    /** Of the local file, where whoever made it has taken it. */
    readonly digest?: { readonly sha256: string; readonly bytes: number } | undefined;
  }[];
}

/** Beyond so many names of one file a copy is made: some shares allow 177. */
const mostLinks = 100;

/** Records that were read and found sound, by path, with the state of the file that they were read from and its length. */
const sound = new Map<string, { readonly state: string; readonly length: number; readonly artifact: Artifact }>();
const mostSoundBytes = 32 << 20;
let soundBytes = 0;

/** The artifact of a key, undefined where nobody committed one. Throws `corrupt` with the key where its record is damaged. */
export function findArtifact(brandDir: string, key: string, files: FileSystem = realFileSystem): Artifact | undefined {
  for (const place of artifactPlaces(brandDir, key)) {
    const found = findAt(join(brandDir, place, "artifact.json"), key, files);
    if (found) return found;
  }
  return undefined;
}

/** Where an artifact lies, relative to the brand's folder; where it would lie, if it doesn't. */
export function placeOf(brandDir: string, key: string): string {
  const places = artifactPlaces(brandDir, key);
  return places.find((place) => existsSync(join(brandDir, place))) ?? artifactPlace(key);
}

function findAt(path: string, key: string, files: FileSystem): Artifact | undefined {
  if (files !== realFileSystem) return readArtifact(path, key, files);
  const known = sound.get(path);
  if (known && stateOf(path)?.text === known.state) return known.artifact;
  forget(path);
  const artifact = readArtifact(path, key, files);
  const state = artifact && stateOf(path); // a record is never rewritten: what was read is what stands
  if (state !== undefined && artifact) {
    sound.set(path, { state: state.text, length: state.length, artifact });
    soundBytes += state.length;
  }
  for (const oldest of sound.keys()) {
    if (soundBytes <= mostSoundBytes) break;
    forget(oldest);
  }
  return artifact;
}

function forget(path: string): void {
  soundBytes -= sound.get(path)?.length ?? 0;
  sound.delete(path);
}

/** What tells one writing of a file from another; undefined where that can't be seen, which is no proof that it isn't there. */
function stateOf(path: string): { text: string; length: number } | undefined {
  try {
    const { dev, ino, size, mtimeNs } = statSync(path, { bigint: true });
    return { text: `${dev}:${ino}:${size}:${mtimeNs}`, length: Number(size) };
  } catch {
    return undefined;
  }
}

function readArtifact(path: string, key: string, files: FileSystem): Artifact | undefined {
  let bytes: Buffer;
  try {
    bytes = files.readFile(path);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(errnoOf(error))) return undefined;
    throw failure("can't be read", path, error);
  }
  return parseArtifact(bytes, path, key);
}

/** A record's text, once its sum is right and it is that of the key. */
export function parseArtifact(bytes: Buffer, path: string, key: string): Artifact {
  try {
    const artifact = JSON.parse(bytes.toString("utf8")) as Artifact;
    const { sum, ...rest } = artifact;
    if (artifact.key === key && sum === sha256Of(Buffer.from(canonicalJson(rest)))) return artifact;
  } catch {
    // told below
  }
  throw damage(path, key);
}

export function requireArtifact(brandDir: string, key: string, files: FileSystem = realFileSystem): Artifact {
  const found = findArtifact(brandDir, key, files);
  if (!found) throw damage(join(brandDir, artifactPlace(key), "artifact.json"), key);
  return found;
}

/** An artifact whose files stand and whose record doesn't yet: nothing refers to it. */
export interface StagedArtifact {
  readonly brandDir: string;
  /** What the record says. */
  readonly unsealed: Omit<Artifact, "sum">;
}

/** Commits the results of a task: first the files, named by their digests, then the record. Whoever comes second adopts what
 *  stands. */
export function publishArtifact(
  brandDir: string,
  request: ArtifactRequest,
  files: FileSystem = realFileSystem,
): Artifact {
  return publishRecord(publishFiles(brandDir, request, files), files);
}

/** The first half of a commit: the files of an artifact, there for good before anything refers to them. */
export function publishFiles(
  brandDir: string,
  request: ArtifactRequest,
  files: FileSystem = realFileSystem,
): StagedArtifact {
  const { outputs, usage, ...known } = request;
  const staging = join(brandDir, "tmp", request.attempt);
  const place = artifactPlace(request.key);
  const folder = join(brandDir, place);
  if (outputs.length > 0) makeArtifactFolder(folder, files);
  const made = outputs.map((output): ArtifactFile => {
    const { sha256, bytes } = output.twin ?? output.digest ?? requireDigest(output.localPath, files);
    const path = posix.join(place, `${sha256}.${output.kind}`);
    const final = join(brandDir, path);
    const isLinked =
      output.twin && statSync(output.localPath).nlink < mostLinks && linkTwin(output.localPath, final, files);
    const content = { localPath: output.localPath };
    if (!isLinked) publish({ content, final, staging, isDataFile: true, hasFolder: true, isSyncedLater: true }, files);
    return { output: output.name, path, sha256, bytes, rows: output.rows };
  });
  if (made.length > 0) syncFolder(folder, files); // before anything refers to its files
  const taken = usage ? { usage } : {};
  return {
    brandDir,
    unsealed: { format: 1, id: randomUUID(), ...known, ...taken, files: made, host: hostname() },
  };
}

/** The second half: the record, whose name is the commit. Gives the record that stands. */
export function publishRecord({ brandDir, unsealed }: StagedArtifact, files: FileSystem = realFileSystem): Artifact {
  const record = canonicalJson({ ...unsealed, sum: sha256Of(Buffer.from(canonicalJson(unsealed as never))) } as never);
  const final = join(brandDir, artifactPlace(unsealed.key), "artifact.json");
  const staging = join(brandDir, "tmp", unsealed.attempt);
  const hasFolder = unsealed.files.length > 0;
  const outcome = publish({ content: Buffer.from(record), final, staging, hasFolder }, files);
  return outcome === "lost" ? requireArtifact(brandDir, unsealed.key, files) : (JSON.parse(record) as Artifact);
}

function makeArtifactFolder(folder: string, files: FileSystem): void {
  try {
    makeFolder(folder, files);
  } catch (error) {
    throw failure("can't be made", folder, error);
  }
}

function requireDigest(path: string, files: FileSystem): { sha256: string; bytes: number } {
  try {
    return digestFile(path, files);
  } catch (error) {
    throw failure("can't be read", path, error);
  }
}

/** States of files (inode, size, time and digest) that were read and found to be what they should, under whichever name. */
const verified = new Set<string>();
const mostVerified = 200_000; // of some 150 bytes each

/** The absolute path of an artifact's file, once its bytes are known to be those that were written. */
export function verifiedPath(brandDir: string, file: ArtifactFile): string {
  const path = join(brandDir, file.path);
  const key = file.path.split("/")[2] ?? "";
  if (!hasDigest(path, file.sha256, file.bytes)) throw damage(path, key);
  return path;
}

/** The absolute path of a delivery's raw file, once its bytes are known to be those that came. */
export function landedPath(brandDir: string, landed: string, sha256: string): string {
  const path = join(brandDir, landed);
  if (hasDigest(path, sha256)) return path;
  throw new AssayError(
    "corrupt",
    `The delivered file ${path} is damaged or missing.`,
    "Withdraw its delivery and take it again from the source.",
    { path },
  );
}

/** Whether a file's bytes are those of a digest: read once, then known by size, time and inode. */
function hasDigest(path: string, sha256: string, bytes?: number): boolean {
  let found: string;
  try {
    const { size, mtimeNs, ino, dev } = statSync(path, { bigint: true });
    if (bytes !== undefined && Number(size) !== bytes) return false;
    const state = `${dev}:${ino}:${size}:${mtimeNs}:${sha256}`;
    if (verified.has(state)) return true;
    found = digestFile(path).sha256;
    if (found === sha256) verified.add(state);
    if (verified.size > mostVerified) for (const oldest of verified) if (verified.delete(oldest)) break;
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(errnoOf(error))) return false;
    throw failure("can't be read", path, error);
  }
  return found === sha256;
}

/** Takes a damaged artifact out of sight, so that it is made again; kept for whoever wants to look. One that is whole by now
 *  stays: another process may have made it again. Returns whether it was taken. */
export function quarantine(brandDir: string, key: string): boolean {
  return !isWhole(brandDir, key) && toTrash(brandDir, key) !== undefined;
}

/** Takes an artifact away for good that nothing refers to. Returns whether there was one. */
export function dropArtifact(brandDir: string, key: string): boolean {
  const taken = toTrash(brandDir, key);
  if (taken) rmSync(taken, { recursive: true, force: true });
  return taken !== undefined;
}

function toTrash(brandDir: string, key: string): string | undefined {
  const trash = join(brandDir, "trash");
  const folder = join(brandDir, placeOf(brandDir, key));
  const place = join(trash, `${key.slice(0, 16)}-${randomUUID().slice(0, 8)}`);
  try {
    mkdirSync(trash, { recursive: true });
    renameSync(folder, place);
    return place;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw failure("can't be set aside", folder, error);
  }
}

function isWhole(brandDir: string, key: string): boolean {
  try {
    const artifact = requireArtifact(brandDir, key);
    return artifact.files.every(({ path, sha256 }) => digestFile(join(brandDir, path)).sha256 === sha256);
  } catch {
    return false;
  }
}

function damage(path: string, key: string): AssayError {
  return new AssayError("corrupt", `${path} is damaged or missing.`, "Run again: it is set aside and made anew.", {
    path,
    key,
  });
}
