import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { AssayError } from "../../shared/base/errors.ts";

export interface Skipped {
  path: string;
  reason: string;
}

/** Every file below the paths in a fixed order; what is left out is named. */
export function listFiles(paths: readonly string[]): { files: string[]; skipped: Skipped[] } {
  const files: string[] = [];
  const skipped: Skipped[] = [];
  for (const path of paths) {
    const known = statSync(path, { throwIfNoEntry: false });
    if (!known) throw new AssayError("not_found", `${path} is not there.`, "Check the path.");
    if (known.isDirectory()) walk(path, files, skipped);
    else files.push(path);
  }
  return { files, skipped };
}

function walk(folder: string, files: string[], skipped: Skipped[]): void {
  if (existsSync(join(folder, ".assay-truth"))) {
    skipped.push({ path: folder, reason: "The truth behind a made-up retailer is no delivery." });
    return;
  }
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith(".")) continue;
    if (entry.isDirectory()) walk(path, files, skipped);
    else if (/^readme/i.test(entry.name)) skipped.push({ path, reason: "A README is no table." });
    else files.push(path);
  }
}

/** Changes whenever a file is written, replaced or put back with an old date; empty where it is gone. */
export function fileStamp(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? [stat.size, stat.mtimeMs, stat.ctimeMs, stat.ino].join(" ") : "";
}
