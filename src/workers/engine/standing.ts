import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { AssayError } from "../../shared/base/errors.ts";
import { errnoOf, type FileSystem } from "./file-system.ts";
import { artifactPlaces } from "./layout.ts";
import { failure } from "./publish.ts";

/** What the log says of names that a collection touched; what it doesn't name is simply there. */
export interface Standing {
  /** Named to go, and still there: version of the entry, and the share's time of it. */
  readonly retired: Map<string, { readonly version: number; readonly serverAt: string }>;
  /** Gone by the log: the folder of the trash that each is moved to, by whoever comes first. */
  readonly removed: Map<string, string>;
  /** Folders of the trash that aren't emptied yet, with their names. */
  readonly trashes: Map<string, readonly string[]>;
}

export function newStanding(): Standing {
  return { retired: new Map(), removed: new Map(), trashes: new Map() };
}

interface StandingEntry {
  readonly version: number;
  readonly kind: string;
  readonly body: unknown;
  readonly add: readonly string[];
  readonly remove: readonly string[];
  readonly retire: readonly string[];
}

/** Folds one entry: whatever it retires, brings back or removes. The order of the log decides, no clock. */
export function foldStanding(standing: Standing, entry: StandingEntry): void {
  const body = entry.body as { readonly server_at?: string; readonly trash?: string } | null;
  for (const name of entry.add) standing.retired.delete(name);
  for (const name of entry.retire) {
    standing.removed.delete(name);
    standing.retired.set(name, { version: entry.version, serverAt: body?.server_at ?? "" });
  }
  if (entry.remove.length > 0 && body?.trash) {
    for (const name of entry.remove) {
      standing.retired.delete(name);
      standing.removed.set(name, body.trash);
    }
    standing.trashes.set(body.trash, entry.remove);
  }
  if (entry.kind === "trash_emptied" && body?.trash) {
    for (const name of standing.trashes.get(body.trash) ?? [])
      if (standing.removed.get(name) === body.trash) standing.removed.delete(name);
    standing.trashes.delete(body.trash);
  }
}

/** Where something of a name may lie: a snapshot's folder, else an artifact's. */
export function placesOfName(brandDir: string, name: string): readonly string[] {
  return name.startsWith("snapshots/") ? [name] : artifactPlaces(brandDir, name);
}

export const snapshotName = (snapshotId: string): string => `snapshots/${snapshotId}`;

/** Moves what the log has removed to its place in the trash, which is filled from then on (by a marker, where there is nothing to
 *  move) until its whole folder goes: so that it happens once, and whoever comes late moves nothing, least of all what was made again
 *  under the same name. Returns whether this call moved it. */
export function settleRemoval(brandDir: string, name: string, trash: string, files: FileSystem): boolean {
  const place = join(brandDir, "trash", trash, placeInTrash(name));
  for (const from of placesOfName(brandDir, name)) {
    const moved = renameOnce(join(brandDir, from), place, files);
    if (moved !== "nothing to move") return moved === "moved";
  }
  const marker = join(brandDir, "tmp", "collect", randomUUID());
  try {
    files.mkdir(marker);
    files.close(files.open(join(marker, "gone"), "wx", 0o444));
  } catch (error) {
    throw failure("can't be written", marker, error);
  }
  if (renameOnce(marker, place, files) !== "moved") discard(marker, files);
  return false;
}

/** Left over, it is swept with the staging. */
function discard(marker: string, files: FileSystem): void {
  try {
    files.unlink(join(marker, "gone"));
  } catch {
    return;
  }
}

function renameOnce(from: string, to: string, files: FileSystem): "moved" | "place filled" | "nothing to move" {
  try {
    files.rename(from, to);
    return "moved";
  } catch (error) {
    const code = errnoOf(error);
    if (["ENOTEMPTY", "EEXIST"].includes(code)) return "place filled";
    if (code === "ENOENT") return "nothing to move"; // or the trash's folder is gone
    throw failure("can't be set aside", from, error);
  }
}

export function placeInTrash(name: string): string {
  return name.replace("/", "-");
}

/** What an entry has to name as brought back, of all that it refers to. Throws `conflict` where something is gone: it has to be made
 *  again first. */
export function broughtBack(
  brandDir: string,
  standing: Standing,
  refers: readonly string[],
  files: FileSystem,
): string[] {
  const gone: string[] = [];
  for (const name of refers) {
    const trash = standing.removed.get(name);
    if (trash === undefined) continue;
    settleRemoval(brandDir, name, trash, files);
    if (!isThere(brandDir, name, files)) gone.push(name);
  }
  if (gone.length > 0) {
    throw new AssayError(
      "conflict",
      `${gone.length} of the results that this rests on were collected meanwhile.`,
      "Run the same again: what is missing is made anew.",
      { collected: gone.slice(0, 100) },
    );
  }
  return refers.filter((name) => standing.retired.has(name));
}

function isThere(brandDir: string, name: string, files: FileSystem): boolean {
  const record = name.startsWith("snapshots/") ? "manifest.json" : "artifact.json";
  for (const place of placesOfName(brandDir, name)) {
    try {
      files.readFile(join(brandDir, place, record));
      return true;
    } catch (error) {
      if (!["ENOENT", "ENOTDIR"].includes(errnoOf(error))) throw failure("can't be read", join(brandDir, place), error);
    }
  }
  return false;
}
