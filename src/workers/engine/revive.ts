import { randomUUID } from "node:crypto";
import { appendEntry, standingOf } from "./brand-log.ts";
import { type FileSystem, realFileSystem } from "./file-system.ts";
import { settleRemoval } from "./standing.ts";

/** What a reader of these names may count on: those that are to go are brought back by an entry, those that are gone by the log are
 *  moved out of the way, so that whatever stands under the name afterwards was made again. Returns the names that were gone. */
export function reviveNames(
  brandDir: string,
  names: readonly string[],
  files: FileSystem = realFileSystem,
): ReadonlySet<string> {
  const { standing } = standingOf(brandDir, files);
  const gone = settleNames(brandDir, names, files);
  const refers = names.filter((name) => standing.retired.has(name));
  if (refers.length === 0) return gone;
  const own = { kind: "artifacts_revived", body: { names: refers.length }, taskKey: `revive:${randomUUID()}` };
  appendEntry(brandDir, { ...own, at: new Date().toISOString(), app: "assay", refers }, files);
  return gone;
}

/** Moves out of the way what the log has removed of these names. */
export function settleNames(
  brandDir: string,
  names: readonly string[],
  files: FileSystem = realFileSystem,
): ReadonlySet<string> {
  const { removed } = standingOf(brandDir, files).standing;
  const gone = new Set<string>();
  if (removed.size === 0) return gone;
  for (const name of names) {
    const trash = removed.get(name);
    if (trash === undefined) continue;
    settleRemoval(brandDir, name, trash, files);
    gone.add(name);
  }
  return gone;
}
