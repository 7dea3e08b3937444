import { createHash, randomUUID } from "node:crypto";
import { link, mkdir, open, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { AssayError, throwIfCancelled } from "../../shared/base/errors.ts";
import { errnoOf } from "./file-system.ts";
import { failure } from "./publish.ts";

const chunkBytes = 1 << 20;

export interface CopyFile {
  readonly from: string;
  readonly to: string;
  /** Staging folder on the file system of `to`. */
  readonly staging: string;
  /** What the bytes must be; where it isn't known, what was read is what must be written. */
  readonly sha256?: string | undefined;
  readonly signal: AbortSignal;
}

export type Copied =
  | { readonly state: "copied" | "standing"; readonly bytes: number }
  /** Not there any more. */
  | { readonly state: "gone" }
  /** The source's bytes aren't those that its name says. */
  | { readonly state: "damaged" };

/** Copies one file, synced and read back, under its name in one stroke; what stands there with the right bytes is left. Stops between
 *  two pieces where the signal fires. */
export async function copyFile(copy: CopyFile): Promise<Copied> {
  const { from, to, staging, sha256, signal } = copy;
  throwIfCancelled(signal);
  const source = await stat(from).catch((error: unknown) => ifGone(error, from));
  if (!source) return { state: "gone" };
  if (await stands(to, source.size, sha256, signal)) return { state: "standing", bytes: source.size };
  await mkdir(staging, { recursive: true }).catch((error: unknown) =>
    Promise.reject(failure("can't be made", staging, error)),
  );
  const staged = join(staging, randomUUID());
  try {
    const written = await write(from, staged, signal);
    if (written === undefined) return { state: "gone" };
    if (sha256 !== undefined && written.sha256 !== sha256) return { state: "damaged" };
    const back = await digest(staged, signal);
    if (back !== written.sha256) throw failure("reads back other bytes than were written", to, undefined);
    await place(staged, to);
    return { state: "copied", bytes: written.bytes };
  } catch (error) {
    throw failure("could not be copied", to, error);
  } finally {
    await unlink(staged).catch(() => {});
  }
}

/** Whether the right bytes are there already; wrong ones, of a disk that lost some, are taken out of the way. */
async function stands(to: string, size: number, sha256: string | undefined, signal: AbortSignal): Promise<boolean> {
  const known = await stat(to).catch((error: unknown) => ifGone(error, to));
  if (!known) return false;
  if (known.size === size && (sha256 === undefined || (await digest(to, signal)) === sha256)) return true;
  if (sha256 === undefined) {
    throw new AssayError(
      "conflict",
      `${to} is there already, and isn't the same.`,
      "Choose an empty folder, or one that only this command wrote to.",
      { path: to },
    );
  }
  await rename(to, `${to}.damaged-${randomUUID().slice(0, 8)}`).catch((error: unknown) => ifGone(error, to));
  return false;
}

async function write(
  from: string,
  to: string,
  signal: AbortSignal,
): Promise<{ sha256: string; bytes: number } | undefined> {
  const source = await open(from, "r").catch((error: unknown) => ifGone(error, from));
  if (!source) return undefined;
  const hash = createHash("sha256");
  let bytes = 0;
  try {
    const target = await open(to, "wx", 0o444);
    try {
      const buffer = Buffer.allocUnsafe(chunkBytes);
      for (;;) {
        throwIfCancelled(signal);
        const { bytesRead } = await source.read(buffer, 0, chunkBytes, null);
        if (bytesRead === 0) break;
        hash.update(buffer.subarray(0, bytesRead));
        for (let at = 0; at < bytesRead; ) at += (await target.write(buffer, at, bytesRead - at, null)).bytesWritten;
        bytes += bytesRead;
      }
      await target.sync();
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
  return { sha256: hash.digest("hex"), bytes };
}

async function digest(path: string, signal: AbortSignal): Promise<string> {
  const file = await open(path, "r");
  const hash = createHash("sha256");
  try {
    const buffer = Buffer.allocUnsafe(chunkBytes);
    for (;;) {
      throwIfCancelled(signal);
      const { bytesRead } = await file.read(buffer, 0, chunkBytes, null);
      if (bytesRead === 0) return hash.digest("hex");
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

/** Links a staged file into place; one that another copy put there is as good, being of the same source. */
async function place(staged: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await link(staged, to).catch(async (error: unknown) => {
    const [own, standing] = [await stat(staged), await stat(to).catch(() => undefined)];
    if (standing?.ino !== own.ino && !(errnoOf(error) === "EEXIST" && standing?.size === own.size)) throw error;
  });
}

/** A second name of a file that is there; false where a copy has to do. */
export async function linkCopy(standing: string, to: string): Promise<boolean> {
  try {
    await mkdir(dirname(to), { recursive: true });
    await link(standing, to);
    return true;
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") return false;
    const [one, other] = [await stat(standing).catch(() => undefined), await stat(to).catch(() => undefined)];
    return one !== undefined && one.size === other?.size;
  }
}

/** The digest that a file's name begins with, where it is one. */
export function digestInName(path: string): string | undefined {
  return /^([0-9a-f]{64})(\.[a-z0-9]+)?$/.exec(basename(path))?.[1];
}

function ifGone(error: unknown, path: string): undefined {
  if (["ENOENT", "ENOTDIR", "ESTALE"].includes(errnoOf(error))) return undefined;
  throw failure("can't be read", path, error);
}
