import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Lends a folder in the scratch folder for the length of a body. */
export async function withFolder<T>(scratch: string, body: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(scratch, "file-"));
  try {
    return await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
