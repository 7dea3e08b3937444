import { mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { AssayError } from "../../shared/base/errors.ts";
import { errnoOf } from "./file-system.ts";
import { failure } from "./publish.ts";

/** Makes a folder that somebody named, and those above it. Node's own way of doing so never comes back where the system has no place for a
 *  folder though the one above stands, as below /proc. Throws `bad_input` where none can be, `unavailable` where none may be. */
export function makePath(path: string, mode?: number): void {
  const folder = resolve(path);
  try {
    make(folder, mode);
  } catch (error) {
    const code = errnoOf(error);
    if (["EEXIST", "ENOTDIR"].includes(code)) {
      throw new AssayError("bad_input", `${path} can't be a folder: a file is in its way.`, "Choose another path.");
    }
    if (["ENOENT", "EINVAL", "ENAMETOOLONG", "ELOOP"].includes(code)) {
      throw new AssayError("bad_input", `There can be no folder ${path} (${code}).`, "Choose another path.");
    }
    throw failure("can't be made", path, error);
  }
}

function make(folder: string, mode: number | undefined): void {
  if (isMade(folder, mode)) return;
  make(dirname(folder), mode);
  if (!isMade(folder, mode)) mkdirSync(folder, { mode }); // says why not
}

/** False where the folder above is missing. */
function isMade(folder: string, mode: number | undefined): boolean {
  try {
    mkdirSync(folder, { mode });
    return true;
  } catch (error) {
    if (errnoOf(error) === "ENOENT" && dirname(folder) !== folder) return false;
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return true;
    throw error;
  }
}
