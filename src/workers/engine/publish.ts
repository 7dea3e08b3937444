import { createHash, randomUUID } from "node:crypto";
import { basename, dirname, join, resolve } from "node:path";
import { AssayError } from "../../shared/base/errors.ts";
import { errnoOf, type FileSystem, realFileSystem, sleepSync } from "./file-system.ts";

export type Published = "won" | "same" | "lost";

export interface PublishRequest {
  /** The bytes, or a local file to be copied. */
  readonly content: Uint8Array | { readonly localPath: string };
  readonly final: string;
  /** Staging folder on the same file system as `final`. */
  readonly staging: string;
  /** Its name begins with the SHA-256 of its bytes: whoever wrote it first, the bytes are equal; a difference is damage, which
   *  is set aside in the staging folder and replaced. */
  readonly isDataFile?: boolean;
  /** Nothing rests on it: it needn't outlast a power cut, nor be read back. */
  readonly isHint?: boolean;
  /** Its folder was made by whoever asks, a moment ago. */
  readonly hasFolder?: boolean;
  /** Whoever asks syncs the folder himself, once for several names and before anything refers to them. */
  readonly isSyncedLater?: boolean;
  readonly mode?: number;
}

const chunkBytes = 4 << 20;
const ambiguous = new Set(["EEXIST", "EIO", "ESTALE", "ETIMEDOUT", "EINTR", "EBADF", "ENOENT"]);
const unsupported = new Set(["EPERM", "EOPNOTSUPP", "ENOTSUP", "EMLINK", "ENOSYS"]);

export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Digest and length of a file, read in pieces. */
export function digestFile(path: string, files: FileSystem = realFileSystem): { sha256: string; bytes: number } {
  const hash = createHash("sha256");
  let bytes = 0;
  for (const part of parts({ localPath: path }, files)) {
    hash.update(part);
    bytes += part.length;
  }
  return { sha256: hash.digest("hex"), bytes };
}

/** Digest of a file whose length is known, without a further read that finds its end. */
function digestOfLength(path: string, bytes: number, files: FileSystem): string {
  const hash = createHash("sha256");
  for (const part of parts({ localPath: path }, files, bytes)) hash.update(part);
  return hash.digest("hex");
}

/** The only way to make a lasting file: stage, sync, read back, `link` into place, sync the folder. An answer is given only
 *  once the name is there for good; every error of `link` is settled by looking. Running it again is always right. */
export function publish(request: PublishRequest, files: FileSystem = realFileSystem): Published {
  for (let attempt = 0; attempt < 4; attempt++) {
    const staged = stage(request, files);
    try {
      const settled = linkIntoPlace(request, staged, files);
      if (settled === "stage again") continue;
      if (!request.isHint && !request.isSyncedLater) syncFolder(dirname(request.final), files);
      return settled;
    } finally {
      remove(staged.path, files);
    }
  }
  throw failure("could not be published: its staging file keeps vanishing", request.final, undefined);
}

/** Gives a lasting file whose bytes are known a further name in a folder that stands, nothing copied; false where a copy has to do. Whoever
 *  asks syncs the folder. */
export function linkTwin(existing: string, final: string, files: FileSystem = realFileSystem): boolean {
  try {
    files.link(existing, final);
    return true;
  } catch {
    return false; // whatever stands there or stands against it, publishing a copy settles it
  }
}

/** Makes a small file under its name at once, where nothing rests on it and a reader may meet it half: a claim, a hint. False where
 *  another has the name. */
export function createHint(
  final: string,
  content: Uint8Array,
  { mode = 0o444, files = realFileSystem }: { readonly mode?: number; readonly files?: FileSystem } = {},
): boolean {
  const fd = openHint(final, mode, files);
  if (fd === undefined) return false;
  try {
    try {
      for (let offset = 0; offset < content.length; ) offset += files.write(fd, content, offset);
    } finally {
      files.close(fd);
    }
    return true;
  } catch (error) {
    remove(final, files);
    throw failure("could not be written", final, error);
  }
}

function openHint(final: string, mode: number, files: FileSystem): number | undefined {
  for (let tries = 0; ; tries++) {
    try {
      return files.open(final, "wx", mode);
    } catch (error) {
      if (errnoOf(error) === "EEXIST") return undefined;
      if (errnoOf(error) !== "ENOENT" || tries > 2) throw failure("could not be written", final, error);
    }
    files.mkdir(dirname(final));
  }
}

interface Staged {
  readonly path: string;
  readonly sha256: string;
}

function stage(request: PublishRequest, files: FileSystem): Staged {
  const path = join(request.staging, randomUUID());
  try {
    if (!request.isHint && !request.hasFolder) makeFolder(dirname(request.final), files);
    const fd = openStaged(path, request.mode ?? 0o444, files);
    const hash = createHash("sha256");
    let expected = 0;
    try {
      for (const part of parts(request.content, files)) {
        hash.update(part);
        expected += part.length;
        for (let offset = 0; offset < part.length; ) offset += files.write(fd, part, offset);
      }
      if (!request.isHint) files.fsync(fd);
      if (files.size(fd) !== expected) throw new Error(`holds ${files.size(fd)} bytes, not ${expected}`);
    } finally {
      files.close(fd);
    }
    const sha256 = hash.digest("hex");
    if (!request.isHint && digestOfLength(path, expected, files) !== sha256)
      throw new Error("reads back other bytes than were written");
    if (request.isDataFile && namedDigest(request.final) !== sha256) throw new Error("changed while it was copied");
    return { path, sha256 };
  } catch (error) {
    remove(path, files);
    throw failure("could not be written", request.final, error);
  }
}

/** The staging folder mostly stands; another process's janitor may take an old one away between its making and the file's. */
function openStaged(path: string, mode: number, files: FileSystem): number {
  for (let tries = 0; ; tries++) {
    try {
      return files.open(path, "wx", mode);
    } catch (error) {
      if (errnoOf(error) !== "ENOENT" || tries >= 3) throw error;
    }
    files.mkdir(dirname(path));
  }
}

function namedDigest(path: string): string {
  return basename(path).split(".")[0] ?? "";
}

/** The buffer that no reading holds at the moment: one anew for each small file would keep the collector busy. */
let spare: Buffer | undefined;

function* parts(
  content: PublishRequest["content"],
  files: FileSystem,
  length = Number.POSITIVE_INFINITY,
): Generator<Uint8Array> {
  if (content instanceof Uint8Array) return void (yield content);
  const buffer = spare ?? Buffer.allocUnsafeSlow(chunkBytes);
  spare = undefined;
  const fd = files.open(content.localPath, "r");
  try {
    for (let got = 0; got < length; ) {
      const n = files.read(fd, buffer);
      if (n === 0) return;
      got += n;
      yield buffer.subarray(0, n);
    }
  } finally {
    spare = buffer;
    files.close(fd);
  }
}

function linkIntoPlace(request: PublishRequest, staged: Staged, files: FileSystem): Published | "stage again" {
  for (let tries = 0, pause = 5; tries < 6; tries++, pause *= 2) {
    try {
      files.link(staged.path, request.final);
      return "won";
    } catch (error) {
      refuseUnlessAmbiguous(request.final, error);
      if (errnoOf(error) === "ENOENT" && tries === 0 && makesFolder(request, files)) continue;
    }
    const found = look(request.final, files);
    if (found === staged.sha256) return request.isDataFile ? "same" : "won";
    if (found !== undefined && !request.isDataFile) return "lost";
    if (found !== undefined) setAside(request, files);
    else if (look(staged.path, files) === undefined) return "stage again";
    sleepSync(pause);
  }
  throw failure("could not be linked in six tries", request.final, undefined);
}

/** The folder of a name is made when it turns out to be missing: mostly it stands. */
function makesFolder({ final, isHint }: PublishRequest, files: FileSystem): boolean {
  try {
    if (isHint) files.mkdir(dirname(final));
    else makeFolder(dirname(final), files);
    return true;
  } catch {
    return false; // the next tries tell
  }
}

function refuseUnlessAmbiguous(path: string, error: unknown): void {
  const code = errnoOf(error);
  if (unsupported.has(code)) {
    throw new AssayError(
      "unsupported",
      `${path}: this file system can't link (${code}).`,
      "Use NFSv4.1, EFS or a local disk; see `assay workspace doctor`.",
      { path, cause: code },
    );
  }
  if (!ambiguous.has(code)) throw failure("could not be linked", path, error);
}

/** Takes a data file whose bytes aren't those that its name says out of the way. */
function setAside(request: PublishRequest, files: FileSystem): void {
  try {
    files.rename(request.final, join(request.staging, `damaged-${randomUUID()}`));
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw failure("is damaged and can't be set aside", request.final, error);
  }
}

/** Digest of what stands there; undefined where nothing does. */
function look(path: string, files: FileSystem): string | undefined {
  try {
    return digestFile(path, files).sha256;
  } catch (error) {
    if (["ENOENT", "ESTALE"].includes(errnoOf(error))) return undefined;
    throw failure("can't be read", path, error);
  }
}

function remove(path: string, files: FileSystem): void {
  try {
    files.unlink(path);
  } catch {
    // it was never made, or the janitor has it
  }
}

/** A new folder's own name has to last as well. */
export function makeFolder(path: string, files: FileSystem): void {
  const topmost = files.mkdir(path);
  if (topmost === undefined) return;
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    syncFolder(dirname(folder), files);
    if (folder === resolve(topmost) || folder === dirname(folder)) return;
  }
}

/** Makes the names in a folder last. */
export function syncFolder(folder: string, files: FileSystem): void {
  if (process.platform === "win32") return;
  try {
    const fd = files.open(folder, "r");
    try {
      files.fsync(fd);
    } finally {
      files.close(fd);
    }
  } catch (error) {
    throw failure("can't be made durable", folder, error);
  }
}

const readOnlyCodes = new Set(["EACCES", "EROFS", "EPERM"]);

/** Whether a write failed because nothing may be written there, which says nothing against reading. */
export function isReadOnly(error: unknown): boolean {
  return error instanceof AssayError && readOnlyCodes.has(String(error.details?.["cause"]));
}

/** What the file system said of a path, as an error that tells what to do. */
export function failure(what: string, path: string, cause: unknown): AssayError {
  if (cause instanceof AssayError) return cause;
  const code = errnoOf(cause);
  const why = code || (cause instanceof Error ? cause.message : "");
  const hint =
    code === "ENOSPC" || code === "EDQUOT"
      ? "Free space on that disk or share, then run the same again: what was finished is kept."
      : readOnlyCodes.has(code)
        ? "It is read-only or its rights forbid writing: change that, then run the same again; what was finished is kept."
        : "Run the same again; what was finished is kept.";
  return new AssayError(
    "unavailable",
    `${path} ${what}${why ? ` (${why})` : ""}.`,
    hint,
    { path, cause: code },
    { cause },
  );
}
