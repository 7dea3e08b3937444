// No folder holds more than 10,000 names up to 10,000,000 entries of a log and 40,000,000 artifacts of a brand.
import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { canonicalJson } from "../../shared/base/canonical-json.ts";
import { sha256Of } from "./publish.ts";

const digitsOf = (version: number) => String(version).padStart(20, "0");
const flatPattern = /^(\d{20})\.json$/;
const folderPattern = /^\d{17}$/;

/** Where an entry lies: a thousand to a folder. */
export const entryPath = (brandDir: string, version: number): string =>
  join(brandDir, "log", digitsOf(version).slice(0, 17), `${digitsOf(version)}.json`);

/** Where an entry lay before there were folders, and where the mark lies that says from which version on there are. */
export const flatEntryPath = (brandDir: string, version: number): string =>
  join(brandDir, "log", `${digitsOf(version)}.json`);

/** The version that a name in `log/` or in one of its folders stands for; 0 where it is somebody else's. */
export const versionInName = (name: string): number => Number(flatPattern.exec(name)?.[1] ?? 0);

/** The folders of a log, the newest first. */
export const foldersOfLog = (names: readonly string[]): string[] =>
  names
    .filter((name) => folderPattern.test(name))
    .sort()
    .reverse();

/** Lies at the flat name of the first version that lies in a folder. A program that knows no folders can't take that name, and says this
 *  text. */
export function turnMark(version: number): Buffer {
  const said = { layout: "folders", from: version, version: "of a newer layout: open it with a newer Assay" };
  return Buffer.from(canonicalJson({ ...said, sum: sha256Of(Buffer.from(canonicalJson(said))) }));
}

export const isTurnMark = (bytes: Uint8Array, version: number): boolean => turnMark(version).equals(bytes);

/** Where an artifact's files lie, relative to the brand's folder. */
export const artifactPlace = (key: string): string => posix.join("artifacts", key.slice(0, 3), key);
const olderArtifactPlace = (key: string) => posix.join("artifacts", key.slice(0, 2), key);

/** Folders of artifacts or hints, as both layouts name them. */
export const isFolderOfKeys = (name: string): boolean => /^[0-9a-f]{2,3}$/.test(name);

/** Where an artifact may lie, the present layout's place first. */
export const artifactPlaces = (brandDir: string, key: string): readonly string[] =>
  isOlder(brandDir) ? [artifactPlace(key), olderArtifactPlace(key)] : [artifactPlace(key)];

const hintName = (contentKey: string) => `${contentKey}.json`;

/** Where the hint lies which artifact answers a question; both layouts' places, the present one's first. */
export const hintPaths = (brandDir: string, contentKey: string): readonly string[] =>
  (isOlder(brandDir) ? [3, 2] : [3]).map((digits) =>
    join(brandDir, "contents", contentKey.slice(0, digits), hintName(contentKey)),
  );

/** Whether a brand's log has its first entry. */
export function hasLog(brandDir: string): boolean {
  return existsSync(entryPath(brandDir, 1)) || firstIsFlat(brandDir) === true;
}

const older = new Map<string, boolean>();

/** Whether a brand was begun before there were folders, so that artifacts may lie where they lay then. */
function isOlder(brandDir: string): boolean {
  const known = older.get(brandDir);
  if (known !== undefined) return known;
  const found = firstIsFlat(brandDir);
  if (found !== undefined) older.set(brandDir, found);
  return found ?? true; // a look more is never wrong
}

/** Whether the first entry has a flat name; undefined where there is none yet, or it can't be seen. */
function firstIsFlat(brandDir: string): boolean | undefined {
  try {
    return !isTurnMark(readFileSync(flatEntryPath(brandDir, 1)), 1);
  } catch {
    return undefined;
  }
}
