import * as fs from "node:fs";
import { dirname, resolve } from "node:path";

/** The calls that a commit makes; tests put themselves between, to fail or to end the process at any of them. */
export interface FileSystem {
  open(path: string, flags: string, mode?: number): number;
  write(fd: number, bytes: Uint8Array, offset: number): number;
  read(fd: number, bytes: Uint8Array): number;
  fsync(fd: number): void;
  size(fd: number): number;
  close(fd: number): void;
  link(from: string, to: string): void;
  rename(from: string, to: string): void;
  unlink(path: string): void;
  /** Makes a folder and those above it; the topmost that was not there, undefined where all were. */
  mkdir(path: string): string | undefined;
  readFile(path: string): Buffer;
  list(path: string): string[];
}

/** Gives the topmost folder that was made. Where one can't be, Node says ENOENT on a disk that is read-only: the first that is missing is
 *  tried alone, and the system says why. */
function makeFolders(path: string): string | undefined {
  try {
    return fs.mkdirSync(path, { recursive: true });
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
    let first = resolve(path);
    while (dirname(first) !== first && !fs.existsSync(dirname(first))) first = dirname(first);
    fs.mkdirSync(first);
    fs.mkdirSync(path, { recursive: true });
    return first;
  }
}

export const realFileSystem: FileSystem = {
  open: (path, flags, mode) => fs.openSync(path, flags, mode),
  write: (fd, bytes, offset) => fs.writeSync(fd, bytes, offset),
  read: (fd, bytes) => fs.readSync(fd, bytes),
  fsync: (fd) => fs.fsyncSync(fd),
  size: (fd) => fs.fstatSync(fd).size,
  close: (fd) => fs.closeSync(fd),
  link: (from, to) => fs.linkSync(from, to),
  rename: (from, to) => fs.renameSync(from, to),
  unlink: (path) => fs.unlinkSync(path),
  mkdir: makeFolders,
  readFile: (path) => fs.readFileSync(path),
  list: (path) => fs.readdirSync(path),
};

/** The operating system's word for a failure (`ENOSPC`), empty where the error is none of its own. */
export function errnoOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** Sleeps the thread; only between tries of a commit, where nothing else could go on either. */
export function sleepSync(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
