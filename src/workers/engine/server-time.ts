import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, statSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { failure } from "./publish.ts";

/** The share's time in milliseconds: that of a file just written there. No clock of this machine has a say. */
export function serverNow(folder: string): number {
  const path = join(folder, `clock-${randomUUID()}`);
  try {
    mkdirSync(folder, { recursive: true });
    const fd = openSync(path, "wx");
    try {
      writeSync(fd, "now");
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    return statSync(path).mtimeMs;
  } catch (error) {
    throw failure("can't be written, so that the share's time isn't known", path, error);
  } finally {
    quietly(() => unlinkSync(path));
  }
}

function quietly(body: () => void): void {
  try {
    body();
  } catch {
    // swept later
  }
}
