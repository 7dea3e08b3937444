import { closeSync } from "node:fs";
import { type FileSystem, realFileSystem } from "../../src/workers/engine/file-system.ts";

export type Operation = keyof FileSystem;

/** What befalls one call: the process ends before or after it, it fails, it is done and yet fails, or it writes too little. */
export type Fault =
  | { readonly kind: "kill" | "kill after" | "short" | "dropped" | "zeroed" }
  | { readonly kind: "fails" | "done, yet fails"; readonly errno: string };

export interface Call {
  readonly operation: Operation;
  readonly path: string;
}

/** What every call of a process that has ended gives. */
class Killed extends Error {}

interface FaultyFiles {
  readonly files: FileSystem;
  readonly calls: readonly Call[];
  readonly hasFired: () => boolean;
  readonly wasKilled: () => boolean;
  /** Closes what a killed process would have had closed for it. */
  close(): void;
}

/** The real file system, of which the nth call (from 0) meets a fault; with none it only lists its calls. */
export function faultyFiles(at = -1, fault: Fault = { kind: "kill" }): FaultyFiles {
  const calls: Call[] = [];
  const open = new Map<number, string>();
  let dead = false;
  let hasFired = false;

  function guarded<T>(operation: Operation, path: string, perform: () => T, spoiled: () => T = perform): T {
    if (dead) throw new Killed();
    const isHit = calls.length === at;
    calls.push({ operation, path });
    if (!isHit) return perform();
    hasFired = true;
    if (fault.kind === "kill") return die();
    if (fault.kind === "fails") throw errnoError(fault.errno, operation);
    if (fault.kind === "short" || fault.kind === "dropped" || fault.kind === "zeroed") return spoiled();
    const result = perform();
    if (fault.kind === "kill after") die();
    if (operation === "open") closeSync(result as number);
    throw errnoError("errno" in fault ? fault.errno : "EIO", operation);
  }
  function die(): never {
    dead = true;
    throw new Killed();
  }
  const nameOf = (fd: number) => open.get(fd) ?? "";
  const files: FileSystem = {
    open: (path, flags, mode) => {
      const fd = guarded("open", path, () => realFileSystem.open(path, flags, mode));
      open.set(fd, path);
      return fd;
    },
    write: (fd, bytes, offset) =>
      guarded(
        "write",
        nameOf(fd),
        () => realFileSystem.write(fd, bytes, offset),
        () => {
          if (fault.kind === "short") return realFileSystem.write(fd, bytes.subarray(0, offset + 1), offset);
          if (fault.kind === "zeroed") return realFileSystem.write(fd, new Uint8Array(bytes.length), offset);
          return bytes.length - offset;
        },
      ),
    read: (fd, bytes) => guarded("read", nameOf(fd), () => realFileSystem.read(fd, bytes)),
    fsync: (fd) => guarded("fsync", nameOf(fd), () => realFileSystem.fsync(fd)),
    size: (fd) => guarded("size", nameOf(fd), () => realFileSystem.size(fd)),
    close: (fd) => {
      const path = nameOf(fd);
      if (!dead) open.delete(fd);
      guarded("close", path, () => realFileSystem.close(fd));
    },
    link: (from, to) => guarded("link", to, () => realFileSystem.link(from, to)),
    rename: (from, to) => guarded("rename", from, () => realFileSystem.rename(from, to)),
    unlink: (path) => guarded("unlink", path, () => realFileSystem.unlink(path)),
    mkdir: (path) => guarded("mkdir", path, () => realFileSystem.mkdir(path)),
    readFile: (path) => guarded("readFile", path, () => realFileSystem.readFile(path)),
    list: (path) => guarded("list", path, () => realFileSystem.list(path)),
  };
  return {
    files,
    calls,
    hasFired: () => hasFired,
    wasKilled: () => dead,
    close: () => {
      for (const fd of open.keys()) realFileSystem.close(fd);
      open.clear();
    },
  };
}

export function errnoError(errno: string, operation: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${errno}: injected, ${operation}`), { code: errno });
}
