import { createHash, randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import { AssayError } from "../../shared/base/errors.ts";
import { type FileSystem, realFileSystem } from "./file-system.ts";

export type Published = "won" | "same" | "lost";

export interface PublishRequest {
  /** The bytes, or a local file to be copied. */
  readonly content: Uint8Array | { readonly localPath: string };
  readonly final: string;
  /** Staging folder on the same file system as `final`. */
  readonly staging: string;
  /** Named by its digest: whoever wrote it first, the bytes are equal; a difference is damage. */
  readonly isDataFile?: boolean;
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
  const buffer = new Uint8Array(chunkBytes);
  const fd = files.open(path, "r");
  let total = 0;
  try {
    for (;;) {
      const n = files.read(fd, buffer);
      if (n === 0) break;
      hash.update(buffer.subarray(0, n));
      total += n;
    }
  } finally {
    files.close(fd);
  }
  return { sha256: hash.digest("hex"), bytes: total };
}

/** The only way to make a lasting file: stage, sync, read back, `link` into place, sync the folder. An answer is given only
 *  once the name is there for good; every error of `link` is settled by looking. Running it again is always right. */
export function publish(request: PublishRequest, files: FileSystem = realFileSystem): Published {
  for (let attempt = 0; ; attempt++) {
    const staged = stage(request, files);
    const settled = linkIntoPlace(request, staged, files);
    if (settled !== "stage again") {
      syncFolder(dirname(request.final), files);
      try {
        files.unlink(staged.path);
      } catch {
        // the janitor has it
      }
      return settled;
    }
    if (attempt >= 3) throw failure("could not be published: its staging file keeps vanishing", request.final, undefined);
  }
}

interface Staged {
  readonly path: string;
  readonly sha256: string;
}

function stage(request: PublishRequest, files: FileSystem): Staged {
  const path = join(request.staging, randomUUID());
  try {
    files.mkdir(request.staging);
    files.mkdir(dirname(request.final));
    const fd = files.open(path, "wx", request.mode ?? 0o444);
    const hash = createHash("sha256");
    let expected = 0;
    try {
      for (const part of parts(request.content, files)) {
        hash.update(part);
        expected += part.length;
        for (let offset = 0; offset < part.length; ) offset += files.write(fd, part, offset);
      }
      files.fsync(fd);
      if (files.size(fd) !== expected) throw new Error(`holds ${files.size(fd)} bytes, not ${expected}`);
    } finally {
      files.close(fd);
    }
    const sha256 = hash.digest("hex");
    const back = digestFile(path, files);
    if (back.sha256 !== sha256) throw new Error("reads back other bytes than were written");
    return { path, sha256 };
  } catch (error) {
    try {
      files.unlink(path);
    } catch {
      // it may never have been made
    }
    throw failure("could not be written", request.final, error);
  }
}

function* parts(content: PublishRequest["content"], files: FileSystem): Generator<Uint8Array> {
  if (content instanceof Uint8Array) return void (yield content);
  const fd = files.open(content.localPath, "r");
  try {
    for (;;) {
      const buffer = new Uint8Array(chunkBytes);
      const n = files.read(fd, buffer);
      if (n === 0) return;
      yield buffer.subarray(0, n);
    }
  } finally {
    files.close(fd);
  }
}

function linkIntoPlace(request: PublishRequest, staged: Staged, files: FileSystem): Published | "stage again" {
  for (let tries = 0, pause = 5; tries < 6; tries++, pause *= 2) {
    let answer: unknown;
    try {
      files.link(staged.path, request.final);
      return "won";
    } catch (error) {
      answer = error;
    }
    const code = codeOf(answer);
    if (unsupported.has(code)) {
      throw new AssayError("unsupported", `${request.final}: this file system can't link (${code}).`, "Use NFSv4.1, EFS or a local disk; see `assay doctor`.");
    }
    if (!ambiguous.has(code)) throw failure("could not be linked", request.final, answer);
    const found = look(request.final, files);
    if (found === staged.sha256) return request.isDataFile ? "same" : "won";
    if (found !== undefined) {
      if (request.isDataFile) {
        throw new AssayError("corrupt", `${request.final} holds other bytes than its name says.`, "It is set aside and made again by the next run.");
      }
      return "lost";
    }
    if (look(staged.path, files) === undefined) return "stage again";
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
  }
  throw failure("could not be linked in six tries", request.final, undefined);
}

function look(path: string, files: FileSystem): string | undefined {
  try {
    return digestFile(path, files).sha256;
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT" || code === "ESTALE") return undefined;
    throw failure("can't be read", path, error);
  }
}

function syncFolder(folder: string, files: FileSystem): void {
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

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function failure(what: string, path: string, cause: unknown): AssayError {
  if (cause instanceof AssayError) return cause;
  const code = codeOf(cause);
  const why = code || (cause instanceof Error ? cause.message : "");
  const hint =
    code === "ENOSPC" || code === "EDQUOT"
      ? "Free space on that disk or share, then run the same again: what was finished is kept."
      : code === "EACCES" || code === "EROFS"
        ? "Check the rights to that folder, then run the same again."
        : "Run the same again; what was finished is kept.";
  return new AssayError("unavailable", `${path} ${what}${why ? ` (${why})` : ""}.`, hint, { path, cause: code }, { cause });
}
