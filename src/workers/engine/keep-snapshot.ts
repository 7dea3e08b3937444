import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";
import { canonicalJson } from "../../shared/base/canonical-json.ts";
import { AssayError, throwIfCancelled } from "../../shared/base/errors.ts";
import type { BrandState } from "../../shared/domain/brand-state.ts";
import { type Artifact, findArtifact, placeOf, requireArtifact } from "./artifact-store.ts";
import { foldBrand, manifestKeys } from "./brand-needs.ts";
import { copyFile, linkCopy } from "./copy-file.ts";
import { copyLogTail } from "./keep-log.ts";
import { namesIn } from "./names-in.ts";
import { pinVersion } from "./pins.ts";

/** A snapshot that lies on this machine's own disk as well, below a folder laid out as the brand's. */
export interface KeptSnapshot {
  readonly snapshot_id: string;
  /** "whole" can be read without the share, "partial" was stopped, "stale" holds somebody who was erased since. */
  readonly state: "whole" | "partial" | "stale";
  readonly bytes: number;
  readonly kept_at: string;
  /** When this machine last saw the shared log, and how far it went. */
  readonly contact_at: string;
  readonly log_version: number;
}

interface About extends Omit<KeptSnapshot, "state"> {
  readonly is_whole: boolean;
  /** Erasures whose rows are out of it. */
  readonly erasures: number;
}

export interface Keeping {
  /** The brand on the share, and its copy on this machine. */
  readonly from: string;
  readonly to: string;
  readonly snapshot_id: string;
  readonly signal: AbortSignal;
  readonly progress: (step: { label: string; done: number; total: number; bytes: number }) => void;
}

const aboutOf = (to: string, id: string) => join(to, "kept", `${id}.json`);
const snapshotOf = (id: string) => posix.join("snapshots", id);
const erasuresOf = (state: BrandState) => [...state.erasures.values()].filter(({ ended }) => ended !== null).length;

/** What a snapshot's copy would take on this machine, and what of it is there already (bytes). */
export function measureKept(from: string, to: string, snapshotId: string) {
  const sizes = keysFor(from, foldBrand(from), snapshotId).map((key) => {
    const bytes = bytesOf(requireArtifact(from, key));
    return { bytes, standing: standsWhole(from, to, key) ? bytes : 0 };
  });
  mkdirSync(to, { recursive: true, mode: 0o700 });
  const { bavail, bsize } = statfsSync(to);
  return {
    artifacts: sizes.length,
    bytes: sizes.reduce((sum, one) => sum + one.bytes, 0),
    standing_bytes: sizes.reduce((sum, one) => sum + one.standing, 0),
    free_bytes: bavail * bsize,
  };
}

/** Copies what a snapshot's questions, segments and lists need, every file checked by its digest; the manifest comes last, so that the
 *  copy is whole or not there. Again, only what is missing or was changed by an erasure is copied. */
export async function keepSnapshot(keeping: Keeping): Promise<KeptSnapshot> {
  const { from, to, snapshot_id, signal, progress } = keeping;
  const state = foldBrand(from);
  if (!state.snapshots.some((one) => one.snapshot_id === snapshot_id))
    throw new AssayError("not_found", `There is no snapshot ${snapshot_id}.`, "See `assay snapshot list`.");
  mkdirSync(to, { recursive: true, mode: 0o700 });
  const keys = keysFor(from, state, snapshot_id);
  const begun = { snapshot_id, kept_at: new Date().toISOString(), contact_at: new Date().toISOString() };
  const known = readAbout(to, snapshot_id);
  if (!known) writeAbout(to, { ...begun, is_whole: false, bytes: 0, log_version: 0, erasures: 0 });
  const pin = quietly(() => pinVersion(from, state.version));
  try {
    let bytes = 0;
    for (const [at, key] of keys.entries()) {
      throwIfCancelled(signal);
      progress({ label: "Copying the snapshot", done: at, total: keys.length, bytes });
      bytes += await keepArtifact(keeping, key);
    }
    await layOutKept(keeping);
    progress({ label: "Copying the log", done: keys.length, total: keys.length, bytes });
    const log_version = await copyLogTail(from, to, signal);
    await copyInto(keeping, posix.join(snapshotOf(snapshot_id), "manifest.json"));
    const about = { ...begun, kept_at: known?.is_whole ? known.kept_at : begun.kept_at };
    writeAbout(to, { ...about, is_whole: true, bytes, log_version, erasures: erasuresOf(state) });
  } finally {
    pin?.release();
  }
  dropUnneeded(to);
  return requireKept(to, snapshot_id);
}

/** Brings the copies up to date with the shared log: whoever was erased there is taken out here, what was added is fetched. A copy
 *  that can't be cleaned any more, since the share dropped the snapshot, goes. */
export async function followShare(
  keeping: Omit<Keeping, "snapshot_id">,
): Promise<{ log_version: number; cleaned: string[]; removed: string[] }> {
  const { from, to, signal } = keeping;
  const log_version = await copyLogTail(from, to, signal);
  const state = foldBrand(to);
  const [cleaned, removed]: [string[], string[]] = [[], []];
  for (const about of abouts(to).filter((one) => one.is_whole)) {
    const { snapshot_id } = about;
    const isStale = about.erasures !== erasuresOf(state);
    const isThere = state.snapshots.some((one) => one.snapshot_id === snapshot_id);
    if (isStale && !isThere) {
      freeKept(to, snapshot_id);
      removed.push(snapshot_id);
    } else if (isStale || (isThere && lacksSome(to, keysFor(from, state, snapshot_id)))) {
      await keepSnapshot({ ...keeping, snapshot_id });
      if (isStale) cleaned.push(snapshot_id);
    } else writeAbout(to, { ...about, log_version, contact_at: new Date().toISOString() });
  }
  return { log_version, cleaned, removed };
}

/** What is kept of a brand on this machine. */
export function listKept(to: string): KeptSnapshot[] {
  const found = abouts(to);
  if (found.length === 0) return [];
  const erased = erasuresOf(foldBrand(to));
  return found.map(({ is_whole, erasures, ...about }) => ({
    ...about,
    state: !is_whole ? ("partial" as const) : erasures === erased ? ("whole" as const) : ("stale" as const),
  }));
}

/** Takes a copy away, and of its artifacts what no other copy needs. Lists that were written without the share stay. */
export function freeKept(to: string, snapshotId: string): { freed_bytes: number } {
  const about = readAbout(to, snapshotId);
  if (!about) throw new AssayError("not_found", "That snapshot isn't kept on this machine.", "See `snapshot kept`.");
  rmSync(join(to, snapshotOf(snapshotId), "manifest.json"), { force: true });
  rmSync(join(to, snapshotOf(snapshotId)), { recursive: true, force: true });
  rmSync(aboutOf(to, snapshotId), { force: true });
  const freed_bytes = dropUnneeded(to);
  if (abouts(to).length === 0)
    for (const folder of ["kept", "artifacts", "snapshots", "log", "checkpoints", "tmp", "pins"])
      rmSync(join(to, folder), { recursive: true, force: true });
  return { freed_bytes };
}

/** Artifacts that answer for a snapshot: its tables, fits and choices, its evaluations, who is in which segment, and the groups and
 *  offers of campaigns. */
function keysFor(brandDir: string, state: BrandState, snapshotId: string): string[] {
  const campaigns = [...state.campaigns.values()].flatMap(({ drawn, offers }) =>
    [drawn?.assignments ?? [], offers?.key ?? []].flat(),
  );
  const beside = [
    ...(state.evaluations.get(snapshotId) ?? []).map(({ key }) => key),
    ...(state.members.get(snapshotId)?.key ? [state.members.get(snapshotId)?.key ?? ""] : []),
    ...campaigns,
  ].filter((key) => findArtifact(brandDir, key) !== undefined);
  return [...new Set([...(manifestKeys(brandDir, snapshotId) ?? []), ...beside])].sort();
}

const bytesOf = ({ files }: Artifact) => files.reduce((sum, { bytes }) => sum + bytes, 0);

function standsWhole(from: string, to: string, key: string): boolean {
  const own = quietly(() => findArtifact(to, key));
  return own !== undefined && own.id === findArtifact(from, key)?.id;
}

function lacksSome(to: string, keys: readonly string[]): boolean {
  return keys.some((key) => quietly(() => findArtifact(to, key)) === undefined);
}

/** Its files, then its record; where the share made it anew (an erasure), the old files go. */
async function keepArtifact(keeping: Keeping, key: string): Promise<number> {
  const { from, to } = keeping;
  const theirs = requireArtifact(from, key);
  const own = quietly(() => findArtifact(to, key));
  for (const { path, sha256 } of theirs.files) await copyInto(keeping, path, sha256);
  const [place, ownPlace] = [placeOf(from, key), placeOf(to, key)];
  const record = posix.join(place, "artifact.json");
  if (own === undefined || own.id !== theirs.id) rmSync(join(to, ownPlace, "artifact.json"), { force: true });
  await copyInto(keeping, record);
  const names = new Set(["artifact.json", ...theirs.files.map(({ path }) => posix.basename(path))]);
  for (const name of namesIn(join(to, place))) if (!names.has(name)) rmSync(join(to, place, name), { force: true });
  if (ownPlace !== place) rmSync(join(to, ownPlace), { recursive: true, force: true });
  return bytesOf(theirs);
}

async function copyInto({ from, to, signal }: Keeping, path: string, sha256?: string): Promise<void> {
  const staging = join(to, "tmp", "keep");
  const done = await copyFile({ from: join(from, path), to: join(to, path), staging, sha256, signal });
  if (done.state === "copied" || done.state === "standing") return;
  throw new AssayError(
    done.state === "damaged" ? "corrupt" : "unavailable",
    `${join(from, path)} is ${done.state === "damaged" ? "damaged on the share" : "gone"}.`,
    done.state === "damaged" ? "Run again: it is set aside and made anew." : "Choose a snapshot that is still kept.",
  );
}

/** The tables as other engines read them, by further names of the same files; names of files that were replaced go. */
async function layOutKept({ from, to, snapshot_id }: Keeping): Promise<void> {
  const text = readFileSync(join(from, snapshotOf(snapshot_id), "manifest.json"), "utf8");
  const { tables } = JSON.parse(text) as {
    tables: Record<string, { key: string; output: string; bucket: number }[]>;
  };
  for (const [table, listed] of Object.entries(tables)) {
    const folder = join(to, snapshotOf(snapshot_id), "tables", table);
    const own = new Set<string>();
    for (const { key, output, bucket } of listed) {
      const file = requireArtifact(to, key).files.find((one) => one.output === output);
      if (!file) continue;
      const name = join(`bucket=${bucket}`, `${file.sha256}.parquet`);
      own.add(name);
      await linkCopy(join(to, file.path), join(folder, name));
    }
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(folder, { recursive: true }).map(String))
      if (name.endsWith(".parquet") && !own.has(name)) rmSync(join(folder, name), { force: true });
    writeFileSync(join(folder, "_SUCCESS"), "");
  }
}

/** Removes artifacts that no copy needs; gives the bytes that went. */
function dropUnneeded(to: string): number {
  const needed = new Set<string>();
  const state = foldBrand(to);
  for (const { snapshot_id, is_whole } of abouts(to)) {
    if (!is_whole) return 0; // its copying may go on
    for (const key of keysFor(to, state, snapshot_id)) needed.add(key);
  }
  let freed = 0;
  for (const part of namesIn(join(to, "artifacts")))
    for (const key of namesIn(join(to, "artifacts", part))) {
      if (needed.has(key)) continue;
      freed += bytesOf(quietly(() => findArtifact(to, key)) ?? ({ files: [] } as unknown as Artifact));
      rmSync(join(to, "artifacts", part, key), { recursive: true, force: true });
    }
  return freed;
}

function abouts(to: string): About[] {
  return namesIn(join(to, "kept"))
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => readAbout(to, name.slice(0, -5)) ?? []);
}

function readAbout(to: string, id: string): About | undefined {
  return quietly(() => JSON.parse(readFileSync(aboutOf(to, id), "utf8")) as About);
}

function writeAbout(to: string, about: About): void {
  const path = aboutOf(to, about.snapshot_id);
  mkdirSync(join(to, "kept"), { recursive: true });
  writeFileSync(`${path}.part`, canonicalJson({ ...about }), { flush: true });
  renameSync(`${path}.part`, path);
}

function requireKept(to: string, id: string): KeptSnapshot {
  const found = listKept(to).find(({ snapshot_id }) => snapshot_id === id);
  if (!found) throw new AssayError("internal", "The copy was taken away while it was made.", "Run the same again.");
  return found;
}

function quietly<T>(body: () => T): T | undefined {
  try {
    return body();
  } catch {
    return undefined;
  }
}
