import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { EngineContract, SnapshotManifest, SnapshotTableFile } from "../../shared/api/engine.ts";
import type { Handlers } from "../../shared/api/serve.ts";
import { canonicalJson } from "../../shared/base/canonical-json.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { type ArtifactFile, quarantine, requireArtifact, verifiedPath } from "../engine/artifact-store.ts";
import { publish } from "../engine/publish.ts";
import { settleNames } from "../engine/revive.ts";
import { snapshotName } from "../engine/standing.ts";
import { handOff } from "../exports/hand-off.ts";
import { type ServiceContext, withSession } from "./context.ts";
import { readingSnapshot } from "./upkeep-handlers.ts";

type Names =
  | "snapshots.publish"
  | "snapshots.check"
  | "snapshots.manifest"
  | "snapshots.add_evaluations"
  | "snapshots.hand_off"
  | "snapshots.path";

const maxLinks = 150;

function folderOf(brandDir: string, snapshotId: string): string {
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

/** Lays a table out for other engines: hard links below bucket=n, `_SUCCESS` last. */
function layOut(brandDir: string, snapshotId: string, table: string, files: ReturnType<typeof tableFiles>): void {
  const folder = join(folderOf(brandDir, snapshotId), "tables", table);
  for (const { path, file, bucket } of files) {
    const part = join(folder, `bucket=${bucket}`);
    mkdirSync(part, { recursive: true });
    const target = join(part, `${file.sha256}.parquet`);
    const standing = statSync(target, { throwIfNoEntry: false });
    if (standing && standing.ino === statSync(path).ino) continue;
    if (standing) rmSync(target, { force: true });
    if (statSync(path).nlink < maxLinks) linkSync(path, target);
    else copyFileSync(path, target);
  }
  const success = join(folder, "_SUCCESS");
  if (!existsSync(success)) writeFileSync(success, "");
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

function noTable(manifest: SnapshotManifest, table: string): AssayError {
  return new AssayError(
    "not_found",
    `The snapshot has no table ${table}.`,
    `Its tables: ${Object.keys(manifest.tables).sort().join(", ")}.`,
  );
}

export const snapshotHandlers: Pick<Handlers<EngineContract, ServiceContext>, Names> = {
  "snapshots.publish": async ({ brandDir, manifest }) => {
    settleNames(brandDir, [snapshotName(manifest.snapshot_id)]);
    const tables: Record<string, { rows: number; bytes: number }> = {};
    for (const [table, listed] of Object.entries(manifest.tables)) {
      const files = tableFiles(brandDir, listed);
      layOut(brandDir, manifest.snapshot_id, table, files);
      tables[table] = {
        rows: files.reduce((sum, { file }) => sum + file.rows, 0),
        bytes: files.reduce((sum, { file }) => sum + file.bytes, 0),
      };
    }
    publish({
      content: Buffer.from(canonicalJson(manifest)),
      final: join(folderOf(brandDir, manifest.snapshot_id), "manifest.json"),
      staging: join(brandDir, "tmp", manifest.snapshot_id),
    });
    return { customers: tables["profiles"]?.rows ?? 0, tables };
  },
  "snapshots.check": async ({ brandDir, snapshot_id }) => {
    const manifest = readManifest(brandDir, snapshot_id);
    const damaged: string[] = [];
    for (const { key, output } of [...Object.values(manifest.tables).flat(), ...Object.values(manifest.fits)]) {
      try {
        tableFiles(brandDir, [{ key, output, bucket: 0 }]);
      } catch (error) {
        if (!(error instanceof AssayError) || error.code !== "corrupt") throw error;
        quarantine(brandDir, key);
        damaged.push(key);
      }
    }
    return { damaged: [...new Set(damaged)] };
  },
  "snapshots.manifest": async ({ brandDir, snapshot_id }) => readManifest(brandDir, snapshot_id),
  "snapshots.add_evaluations": async ({ brandDir, keys }) => ({
    rows: keys.reduce((sum, key) => sum + requireArtifact(brandDir, key).files.reduce((n, { rows }) => n + rows, 0), 0),
  }),
  "snapshots.hand_off": async ({ brandDir, snapshot_id, tables, to, about }, { ctx, signal, progress }) => {
    const manifest = readManifest(brandDir, snapshot_id);
    const chosen = tables.map((name) => {
      const listed = manifest.tables[name];
      if (!listed) throw noTable(manifest, name);
      const files = tableFiles(brandDir, listed).map(({ path, file, bucket }) => ({
        path,
        bucket,
        sha256: file.sha256,
        bytes: file.bytes,
        rows: file.rows,
      }));
      return { name, files };
    });
    return readingSnapshot({ brandDir, snapshot_id }, () =>
      withSession(ctx, signal, ({ session }) => handOff({ to, tables: chosen, about, session, signal, progress })),
    );
  },
  "snapshots.path": async ({ brandDir, snapshot_id, table }) => {
    const manifest = readManifest(brandDir, snapshot_id);
    const folder = join(folderOf(brandDir, snapshot_id), "tables", table);
    if (!manifest.tables[table] && !(table === "segment_members" && existsSync(folder))) throw noTable(manifest, table);
    const files = readdirSync(folder, { recursive: true })
      .map(String)
      .filter((name) => name.endsWith(".parquet"));
    return { table, files: files.sort().map((name) => join(folder, name)) };
  },
};
