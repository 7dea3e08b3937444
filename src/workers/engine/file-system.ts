import * as fs from "node:fs";

/** The calls that a commit makes; tests put themselves between, to fail or to end the process at any of them. */
export interface FileSystem {
  open(path: string, flags: string, mode?: number): number;
  write(fd: number, bytes: Uint8Array, offset: number): number;
  read(fd: number, bytes: Uint8Array): number;
  fsync(fd: number): void;
  size(fd: number): number;
  close(fd: number): void;
  link(from: string, to: string): void;
  unlink(path: string): void;
  mkdir(path: string): void;
  readFile(path: string): Buffer;
  list(path: string): string[];
}

export const realFileSystem: FileSystem = {
  open: (path, flags, mode) => fs.openSync(path, flags, mode),
  write: (fd, bytes, offset) => fs.writeSync(fd, bytes, offset),
  read: (fd, bytes) => fs.readSync(fd, bytes),
  fsync: (fd) => fs.fsyncSync(fd),
  size: (fd) => fs.fstatSync(fd).size,
  close: (fd) => fs.closeSync(fd),
  link: (from, to) => fs.linkSync(from, to),
  unlink: (path) => fs.unlinkSync(path),
  mkdir: (path) => void fs.mkdirSync(path, { recursive: true }),
  readFile: (path) => fs.readFileSync(path),
  list: (path) => fs.readdirSync(path),
};
