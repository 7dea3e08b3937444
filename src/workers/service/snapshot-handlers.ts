import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { EngineContract, SnapshotManifest } from "../../shared/api/engine.ts";
import type { Handlers } from "../../shared/api/serve.ts";
import { canonicalJson } from "../../shared/base/canonical-json.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { quarantine, requireArtifact } from "../engine/artifact-store.ts";
import { findArtifacts } from "../engine/find-artifacts.ts";
import { publish } from "../engine/publish.ts";
import { settleNames } from "../engine/revive.ts";
import { snapshotName } from "../engine/standing.ts";
import { handOff } from "../exports/hand-off.ts";
import { type ServiceContext, withSession } from "./context.ts";
import { folderOf, readManifest, tableFiles } from "./lay-out.ts";
import { readingSnapshot } from "./upkeep-handlers.ts";

type Names =
  | "snapshots.publish"
  | "snapshots.check"
  | "snapshots.manifest"
  | "snapshots.add_evaluations"
  | "snapshots.hand_off"
  | "snapshots.path";

function noTable(manifest: SnapshotManifest, table: string): AssayError {
  return new AssayError(
    "not_found",
    `The snapshot has no table ${table}.`,
    `Its tables: ${Object.keys(manifest.tables).sort().join(", ")}.`,
  );
}

export const snapshotHandlers: Pick<Handlers<EngineContract, ServiceContext>, Names> = {
  "snapshots.publish": async ({ brandDir, manifest }, { ctx }) => {
    const { snapshot_id } = manifest;
    settleNames(brandDir, [snapshotName(snapshot_id)]);
    const laidOut = Object.entries(manifest.tables).map(async ([table, listed]) => {
      return [table, await ctx.places.share.layOut({ brandDir, snapshotId: snapshot_id, table, listed })] as const;
    });
    const tables = Object.fromEntries(await Promise.all(laidOut));
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
  "snapshots.add_evaluations": async ({ brandDir, keys }) => {
    const { found } = await findArtifacts(brandDir, keys);
    const rowsOf = new Map(found.map(({ key, rows }) => [key, rows]));
    for (const key of keys) if (!rowsOf.has(key)) requireArtifact(brandDir, key);
    return { rows: keys.reduce((sum, key) => sum + (rowsOf.get(key) ?? 0), 0) };
  },
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
