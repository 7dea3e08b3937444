import { type FileSystem, realFileSystem } from "../../src/workers/engine/file-system.ts";

export type Fault =
  | { readonly kind: "fails"; readonly code: string }
  | { readonly kind: "fails after doing"; readonly code: string }
  | { readonly kind: "kills" }
  | { readonly kind: "kills after doing" };

/** The end of the process, as far as the code under test can tell. */
export class Killed extends Error {}

/** A file system that does as the real one, but for one call (or, after a kill, all that follow). Counts its calls. */
export class FaultyFiles implements FileSystem {
  calls = 0;
  readonly #fault: Fault | null;
  readonly #at: number;

  constructor(fault: Fault | null = null, at = -1) {
    this.#fault = fault;
    this.#at = at;
  }

  #call<T>(name: string, act: () => T): T {
    const call = this.calls++;
    const fault = this.#fault;
    if (!fault || call < this.#at) return act();
    if (fault.kind === "kills" || fault.kind === "kills after doing") {
      if (call === this.#at && fault.kind === "kills after doing") act();
      throw new Killed(`killed at ${name}`);
    }
    if (call > this.#at) return act();
    if (fault.kind === "fails after doing") act();
    throw Object.assign(new Error(`${fault.code}: ${name}`), { code: fault.code });
  }

  open(path: string, flags: string, mode?: number) {
    return this.#call("open", () => realFileSystem.open(path, flags, mode));
  }
  write(fd: number, bytes: Uint8Array, offset: number) {
    return this.#call("write", () => realFileSystem.write(fd, bytes, offset));
  }
  read(fd: number, bytes: Uint8Array) {
    return this.#call("read", () => realFileSystem.read(fd, bytes));
  }
  fsync(fd: number) {
    return this.#call("fsync", () => realFileSystem.fsync(fd));
  }
  size(fd: number) {
    return this.#call("size", () => realFileSystem.size(fd));
  }
  close(fd: number) {
    return this.#call("close", () => realFileSystem.close(fd));
  }
  link(from: string, to: string) {
    return this.#call("link", () => realFileSystem.link(from, to));
  }
  rename(from: string, to: string) {
    return this.#call("rename", () => realFileSystem.rename(from, to));
  }
  unlink(path: string) {
    return this.#call("unlink", () => realFileSystem.unlink(path));
  }
  mkdir(path: string) {
    return this.#call("mkdir", () => realFileSystem.mkdir(path));
  }
  readFile(path: string) {
    return this.#call("readFile", () => realFileSystem.readFile(path));
  }
  list(path: string) {
    return this.#call("list", () => realFileSystem.list(path));
  }
}
