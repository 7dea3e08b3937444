import { readdirSync } from "node:fs";
import { errnoOf } from "./file-system.ts";
import { failure } from "./publish.ts";

/** The names in a folder, in order; none where there is no such folder. Throws `unavailable` where it can't be listed: a share that
 *  doesn't answer must not pass for an empty one. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(errnoOf(error))) return [];
    throw failure("can't be listed", folder, error);
  }
}
