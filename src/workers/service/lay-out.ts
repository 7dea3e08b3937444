import {
  closeSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { SnapshotManifest, SnapshotTableFile } from "../../shared/api/engine.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { type ArtifactFile, requireArtifact, verifiedPath } from "../engine/artifact-store.ts";
import { errnoOf } from "../engine/file-system.ts";

const maxLinks = 150;

export function folderOf(brandDir: string, snapshotId: string): string {
  return join(brandDir, "snapshots", snapshotId);
}

export function readManifest(brandDir: string, snapshotId: string): SnapshotManifest {
  const path = join(folderOf(brandDir, snapshotId), "manifest.json");
  try {
    return JSON.parse(readFileSync(path, "utf8")) as SnapshotManifest;
  } catch {
    throw new AssayError(
      "corrupt",
      `The manifest ${path} is damaged or missing.`,
      "Run again with the same day: it is published anew.",
      { path },
    );
  }
}

/** The files of a table as its artifacts name them, checked by digest. */
export function tableFiles(
  brandDir: string,
  files: readonly SnapshotTableFile[],
): { path: string; file: ArtifactFile; bucket: number }[] {
  return files.flatMap(({ key, output, bucket }) => {
    const file = requireArtifact(brandDir, key).files.find((one) => one.output === output);
    return file ? [{ path: verifiedPath(brandDir, file), file, bucket }] : [];
  });
}

export interface LayingOut {
  readonly brandDir: string;
  readonly snapshotId: string;
  readonly table: string;
  readonly listed: readonly SnapshotTableFile[];
}

/** Lays a table out for other engines; gives its rows and bytes. */
export function layOutTable({ brandDir, snapshotId, table, listed }: LayingOut): { rows: number; bytes: number } {
  const files = tableFiles(brandDir, listed);
  layOut(brandDir, snapshotId, table, files);
  return {
    rows: files.reduce((sum, { file }) => sum + file.rows, 0),
    bytes: files.reduce((sum, { file }) => sum + file.bytes, 0),
  };
}

/** Hard links below bucket=n, `_SUCCESS` last. */
function layOut(brandDir: string, snapshotId: string, table: string, files: ReturnType<typeof tableFiles>): void {
  const folder = join(folderOf(brandDir, snapshotId), "tables", table);
  for (const { path, file, bucket } of files) {
    const target = join(folder, `bucket=${bucket}`, `${file.sha256}.parquet`);
    const { ino, nlink } = statSync(path);
    const takes = nlink < maxLinks ? linkSync : copyFileSync;
    inFolder(target, () => {
      const isFree = takes === linkSync || statSync(target, { throwIfNoEntry: false }) === undefined;
      if (isFree && isDone(() => takes(path, target))) return;
      if (statSync(target).ino === ino) return;
      rmSync(target, { force: true });
      takes(path, target);
    });
  }
  const success = join(folder, "_SUCCESS");
  inFolder(success, () => isDone(() => closeSync(openSync(success, "wx"))));
}

/** False where the name is taken. */
function isDone(make: () => void): boolean {
  try {
    make();
    return true;
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
    return false;
  }
}

/** The folder of a name is made when it turns out to be missing. */
function inFolder(path: string, make: () => void): void {
  try {
    make();
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
    mkdirSync(dirname(path), { recursive: true });
    make();
  }
}

/** Lays out a table that is made anew after its snapshot: only the latest files stay. */
export function layOutAlone(
  brandDir: string,
  snapshotId: string,
  table: string,
  listed: readonly SnapshotTableFile[],
): void {
  const files = tableFiles(brandDir, listed);
  layOut(brandDir, snapshotId, table, files);
  const folder = join(folderOf(brandDir, snapshotId), "tables", table);
  const own = new Set(files.map(({ file, bucket }) => join(`bucket=${bucket}`, `${file.sha256}.parquet`)));
  for (const name of readdirSync(folder, { recursive: true }).map(String)) {
    if (name.endsWith(".parquet") && !own.has(name)) rmSync(join(folder, name), { force: true });
  }
}
