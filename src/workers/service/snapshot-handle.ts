import { statSync } from "node:fs";
import { join } from "node:path";
import type { QuerySnapshot, SnapshotManifest } from "../../shared/api/engine.ts";
import type { Json } from "../../shared/base/canonical-json.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { pinIn, pinnedChoice, type TournamentChoice, tournamentTargets } from "../../shared/domain/tournament.ts";
import { type ArtifactFile, verifiedPath } from "../engine/artifact-store.ts";
import type { SnapshotHandle } from "../query/snapshot.ts";
import { readManifest, tableFiles } from "./lay-out.ts";
import { readJsonOutput } from "./store-handlers.ts";

/** Too large to be read for every question, and no question needs it: products with their neighbours. */
const unaskedFits: ReadonlySet<string> = new Set(["product_affinity"]);

interface Known {
  /** Of the manifest that it was read from. */
  readonly state: string;
  readonly handle: SnapshotHandle;
  readonly files: readonly ArtifactFile[];
}

const known = new Map<string, Known>();
const mostKnown = 8;

/** A snapshot as questions read it. What its manifest says is read once; that its files are those that were checked is looked at
 *  for every question. */
export async function handleOf(reference: QuerySnapshot, before: QuerySnapshot | null): Promise<SnapshotHandle> {
  const handle = await standingHandle(reference);
  return before ? { ...handle, before: await handleOf(before, null) } : handle;
}

async function standingHandle(reference: QuerySnapshot): Promise<SnapshotHandle> {
  const { brandDir, snapshot_id, members } = reference;
  const found = statSync(join(brandDir, "snapshots", snapshot_id, "manifest.json"), { throwIfNoEntry: false });
  const state = `${found?.ino} ${found?.size} ${found?.mtimeMs}`;
  const name = `${brandDir} ${snapshot_id} ${members}`;
  const standing = known.get(name);
  if (standing?.state === state && standing.files.every((file) => stands(brandDir, file))) return standing.handle;
  const manifest = readManifest(brandDir, snapshot_id);
  const refreshed = members ? { segment_members: [{ key: members, output: "segment_members", bucket: 0 }] } : {};
  const tables = Object.entries({ ...manifest.tables, ...refreshed }).map(
    ([table, files]) => [table, tableFiles(brandDir, files)] as const,
  );
  const handle = handleFrom(reference, manifest, found?.mtime ?? new Date(0));
  const paths = tables.map(([table, files]) => [table, files.map(({ path }) => path)] as const);
  const files = tables.flatMap(([, own]) => own.map(({ file }) => file));
  const made: Known = { state, handle: { ...handle, tables: Object.fromEntries(paths) }, files };
  known.delete(name);
  known.set(name, made);
  for (const oldest of [...known.keys()].slice(0, -mostKnown)) known.delete(oldest);
  return made.handle;
}

/** An erasure puts others in a table's files' place; what is damaged is told when it is read anew. */
function stands(brandDir: string, file: ArtifactFile): boolean {
  try {
    verifiedPath(brandDir, file);
    return true;
  } catch (error) {
    if (error instanceof AssayError && error.code === "corrupt") return false;
    throw error;
  }
}

function handleFrom({ brandDir }: QuerySnapshot, manifest: SnapshotManifest, published: Date): SnapshotHandle {
  const fits = Object.entries(manifest.fits)
    .filter(([model]) => !unaskedFits.has(model))
    .map(([model, { key, output }]): [string, Json] => [model, readJsonOutput(brandDir, key, output)]);
  const choices = tournamentTargets.flatMap((target) => {
    const file = manifest.choices?.[target];
    if (!file) return [];
    const found = readJsonOutput(brandDir, file.key, file.output) as unknown as TournamentChoice;
    return [[target, pinnedChoice(found, pinIn(target, manifest.params))] as const];
  });
  return {
    snapshot_id: manifest.snapshot_id,
    as_of: manifest.as_of,
    horizon_days: manifest.horizon_days,
    purchase_horizon_days: manifest.purchase_horizon_days,
    fit_as_of: manifest.fit_as_of,
    published_at: published.toISOString(),
    brand: { currency: manifest.brand.currency, timeZone: manifest.brand.timeZone },
    tables: {},
    fits: Object.fromEntries(fits),
    choices: Object.fromEntries(choices),
  };
}
