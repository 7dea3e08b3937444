import { existsSync, readdirSync } from "node:fs";
import { join, posix, relative, sep } from "node:path";
import { AssayError } from "../../shared/base/errors.ts";
import { artifactFolders } from "./artifact-scan.ts";
import { type Artifact, findArtifact, placeOf } from "./artifact-store.ts";
import { eachEntry, standingOf } from "./brand-log.ts";
import { foldBrand, neededBy } from "./brand-needs.ts";
import { type Copied, copyFile, digestInName, linkCopy } from "./copy-file.ts";
import type { CopyCounts, CopyOptions } from "./copy-workspace.ts";
import { realFileSystem } from "./file-system.ts";
import { flatEntryPath } from "./layout.ts";
import { knownTurn, pathOf } from "./log-entries.ts";
import { namesIn } from "./names-in.ts";
import { type Pin, pinVersion } from "./pins.ts";
import { isReadOnly, syncFolder } from "./publish.ts";
import { placesOfName } from "./standing.ts";

interface Brand extends CopyOptions {
  readonly brand: string;
  readonly counts: CopyCounts;
}
interface Paths {
  readonly from: string;
  readonly to: string;
}
interface Work extends Brand, Paths {
  readonly damaged: string[];
}

/** Staging, leases, what is thrown away, and what is copied in a way of its own. */
const apart = new Set(["log", "artifacts", "snapshots", "checkpoints", "tmp", "claims", "pins", "clock", "trash"]);
/** Named by a key, not by the digest of what is in it. */
const byKey = new Set(["contents", "quarantine"]);
const atOnce = 8;

export async function copyBrand(
  paths: Paths,
  options: Brand,
): Promise<{ version: number; artifacts: number; damaged: string[] }> {
  const work: Work = { ...options, ...paths, damaged: [] };
  const { version } = standingOf(paths.from);
  const pin = options.kind === "restore" ? undefined : pinIfWritable(paths.from, version);
  try {
    const artifacts = await copyArtifacts(work);
    await copyRest(work);
    await copySnapshots(work);
    await copyLog(work, version);
    requireNeeds(work);
    return { version, artifacts, damaged: work.damaged };
  } finally {
    pin?.release();
  }
}

/** A share that is read only is copied without: nobody collects there from here. */
function pinIfWritable(brandDir: string, version: number): Pin | undefined {
  try {
    return pinVersion(brandDir, version);
  } catch (error) {
    if (!isReadOnly(error)) throw error;
    return undefined;
  }
}

function tell(work: Work, label: string, done: number, total: number | null): void {
  work.progress({ label: `${work.brand}: ${label}`, done, total, bytes: work.counts.bytes });
}

async function copyOne(work: Work, path: string, sha256?: string): Promise<Copied["state"]> {
  const staging = join(work.to, "tmp", "copy");
  const { signal, counts } = work;
  const done = await copyFile({ from: join(work.from, path), to: join(work.to, path), staging, sha256, signal });
  if (done.state === "copied") {
    counts.files++;
    counts.bytes += done.bytes;
  } else if (done.state === "standing") counts.standing++;
  else if (done.state === "damaged") work.damaged.push(path);
  return done.state;
}

async function copyArtifacts(work: Work): Promise<number> {
  const folders = artifactFolders(work.from);
  let artifacts = 0;
  for (const [at, folder] of folders.entries()) {
    tell(work, "copying artifacts", at, folders.length);
    const keys = namesIn(join(work.from, "artifacts", folder));
    for (let first = 0; first < keys.length; first += atOnce) {
      const copied = await Promise.all(keys.slice(first, first + atOnce).map((key) => copyArtifact(work, key)));
      artifacts += copied.filter(Boolean).length;
    }
    if (keys.length > 0) syncTree(join(work.to, "artifacts", folder));
  }
  return artifacts;
}

/** Its files, then its record; an artifact of which something is damaged or gone is left out whole. */
async function copyArtifact(work: Work, key: string): Promise<boolean> {
  const record = posix.join(placeOf(work.from, key), "artifact.json");
  let artifact: Artifact | undefined;
  try {
    artifact = findArtifact(work.from, key);
  } catch (error) {
    if (!(error instanceof AssayError) || error.code !== "corrupt") throw error;
    work.damaged.push(record);
  }
  if (!artifact) return false;
  for (const { path, sha256 } of artifact.files) {
    const state = await copyOne(work, path, sha256);
    if (state === "gone" || state === "damaged") return false;
  }
  const state = await copyOne(work, record);
  return state === "copied" || state === "standing";
}

/** Deliveries, exports and whatever else a brand's folder holds. */
async function copyRest(work: Work): Promise<void> {
  for (const folder of namesIn(work.from).filter((name) => !apart.has(name) && !name.startsWith("."))) {
    const paths = filesBelow(join(work.from, folder)).map((path) => posix.join(folder, path));
    for (let first = 0; first < paths.length; first += atOnce) {
      tell(work, `copying ${folder}`, first, paths.length);
      const digestOf = (path: string) => (byKey.has(folder) ? undefined : digestInName(path));
      await Promise.all(paths.slice(first, first + atOnce).map((path) => copyOne(work, path, digestOf(path))));
    }
    if (paths.length > 0) syncTree(join(work.to, folder));
  }
}

/** Manifests, and the tables' files as further names of the artifacts' files. */
async function copySnapshots(work: Work): Promise<void> {
  const ids = namesIn(join(work.from, "snapshots"));
  for (const [at, id] of ids.entries()) {
    tell(work, "copying snapshots", at, ids.length);
    const own = linkSources(work, id);
    for (const path of filesBelow(join(work.from, "snapshots", id))) {
      const full = posix.join("snapshots", id, path);
      const sha256 = digestInName(path);
      const twin = sha256 === undefined ? undefined : own.get(sha256);
      if (twin && (await linkCopy(join(work.to, twin), join(work.to, full)))) continue;
      await copyOne(work, full, sha256);
    }
    syncTree(join(work.to, "snapshots", id));
  }
}

/** Files of the artifacts that a snapshot's manifest names, by digest. */
function linkSources(work: Work, id: string): Map<string, string> {
  const found = new Map<string, string>();
  try {
    const text = realFileSystem.readFile(join(work.from, "snapshots", id, "manifest.json")).toString("utf8");
    const { tables } = JSON.parse(text) as { tables: Record<string, { key: string }[]> };
    for (const { key } of Object.values(tables).flat())
      for (const { sha256, path } of findArtifact(work.to, key)?.files ?? []) found.set(sha256, path);
  } catch {
    return found; // copied byte by byte, and missed where it is needed
  }
  return found;
}

/** Entries up to the version, in order, each checked with its chain; then the checkpoints. */
async function copyLog(work: Work, version: number): Promise<void> {
  let last: string | undefined;
  for (const entry of eachEntry(work.from, 1)) {
    if (entry.version > version) break;
    if (entry.version % 50 === 1) tell(work, "copying the log", entry.version, version);
    if (entry.version === knownTurn(work.from))
      await copyOne(work, inBrand(work, flatEntryPath(work.from, entry.version)));
    await copyOne(work, inBrand(work, pathOf(work.from, entry.version)));
    last = entry.id;
  }
  syncTree(join(work.to, "log"));
  const copied = { entries: 0, last: "" };
  for (const { id } of eachEntry(work.to, 1)) Object.assign(copied, { entries: copied.entries + 1, last: id });
  if (copied.entries !== version || (version > 0 && copied.last !== last)) {
    throw new AssayError(
      "conflict",
      `${work.to} has ${copied.entries} entries of its own log, not ${version}: somebody works in it.`,
      "Choose an empty folder.",
    );
  }
  for (const name of namesIn(join(work.from, "checkpoints"))) {
    if (Number.parseInt(name, 10) <= version) await copyOne(work, posix.join("checkpoints", name));
  }
}

/** A path of the source's as seen from the brand's folder. */
function inBrand(work: Work, path: string): string {
  return posix.join(...relative(work.from, path).split(sep));
}

/** What the log refers to must have come with it; what is damaged at the source is told, not hidden. */
function requireNeeds(work: Work): void {
  const missing = [...neededBy(work.to, foldBrand(work.to))].filter((name) => {
    const record = name.startsWith("snapshots/") ? "manifest.json" : "artifact.json";
    return !placesOfName(work.to, name).some((place) => existsSync(join(work.to, place, record)));
  });
  if (missing.length === 0 || work.damaged.length > 0) return;
  throw new AssayError(
    "conflict",
    `${missing.length} artifacts that ${work.brand} needs vanished while they were copied.`,
    "Run the same again: what was copied is kept.",
    { missing: missing.slice(0, 20) },
  );
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** Makes the names in a folder and those below it last. */
function syncTree(folder: string): void {
  if (!existsSync(folder)) return; // everything in it was left out
  const folders = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isDirectory());
  for (const entry of folders) syncFolder(join(entry.parentPath, entry.name), realFileSystem);
  syncFolder(folder, realFileSystem);
}
