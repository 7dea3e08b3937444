import { createHash, randomUUID } from "node:crypto";
import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { AssayError } from "../../shared/base/errors.ts";
import { makePath } from "../engine/make-path.ts";

export interface WholeFile {
  write(chunk: string | Uint8Array): Promise<void>;
  /** Makes the file visible under its name, whole and on disk; gives its digest. */
  finish(): Promise<{ sha256: string; bytes: number }>;
  /** Leaves nothing behind. */
  discard(): Promise<void>;
}

/** A file that is either whole under its name or not there: written beside it, flushed to disk, then renamed over it. */
export async function openWholeFile(path: string): Promise<WholeFile> {
  const folder = dirname(path);
  if ((await stat(path).catch(() => undefined))?.isDirectory()) {
    throw new AssayError("bad_input", `${path} is a folder.`, "Name a file.", { path });
  }
  const staged = join(folder, `.${basename(path).slice(0, 100)}.${randomUUID()}.part`);
  makePath(folder);
  const handle = await open(staged, "wx", 0o600).catch((error: unknown) => {
    throw failed(path, error);
  });
  const hash = createHash("sha256");
  let bytes = 0;
  let isOpen = true;
  const discard = async () => {
    if (isOpen) await handle.close().catch(() => {});
    isOpen = false;
    await rm(staged, { force: true }).catch(() => {});
  };
  return {
    write: async (chunk) => {
      const buffer = typeof chunk === "string" ? Buffer.from(chunk, "utf8") : chunk;
      hash.update(buffer);
      bytes += buffer.byteLength;
      await writeAll(handle, buffer).catch(async (error: unknown) => {
        await discard();
        throw failed(path, error);
      });
    },
    finish: async () => {
      try {
        await handle.sync();
        const { size } = await handle.stat();
        isOpen = false;
        await handle.close();
        if (size !== bytes) throw new Error(`${size} of ${bytes} bytes were written`);
        await rename(staged, path);
        await syncFolder(folder);
      } catch (error) {
        await discard();
        throw failed(path, error);
      }
      return { sha256: hash.digest("hex"), bytes };
    },
    discard,
  };
}

async function writeAll(handle: FileHandle, buffer: Uint8Array): Promise<void> {
  for (let at = 0; at < buffer.byteLength; ) at += (await handle.write(buffer, at)).bytesWritten;
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return; // directories can't be flushed there
  const handle = await open(folder, "r");
  await handle.sync().finally(() => handle.close());
}

function failed(path: string, error: unknown): AssayError {
  if (error instanceof AssayError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const why = error instanceof Error ? error.message.split(",")[0] : String(error);
  const hint =
    code === "ENOSPC" || code === "EDQUOT"
      ? "Free space on that disk, then run the same again."
      : "Check that the folder is there and may be written to.";
  return new AssayError("unavailable", `${path} can't be written: ${why}`, hint, { path, code });
}
