import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AssayError } from "../../shared/base/errors.ts";
import { applyEntry, type BrandState, currentSnapshot, emptyState } from "../../shared/domain/brand-state.ts";
import { type Needs, needsOf } from "../../shared/domain/needs.ts";
import { findArtifact } from "./artifact-store.ts";
import { eachEntry } from "./brand-log.ts";
import { errnoOf } from "./file-system.ts";
import { snapshotName } from "./standing.ts";

interface Named {
  readonly key: string;
}
interface Manifest {
  readonly tables: Readonly<Record<string, readonly Named[]>>;
  readonly fits: Readonly<Record<string, Named>>;
  readonly choices?: Readonly<Record<string, Named>>;
}

/** A brand's state as its log tells it, from the start or from where it was read before. */
export function foldBrand(brandDir: string, state: BrandState = emptyState()): BrandState {
  for (const entry of eachEntry(brandDir, state.version + 1)) applyEntry(state, entry);
  return state;
}

/** Keys that a snapshot's manifest names; undefined where there is no manifest. Throws `corrupt` where it can't be read. */
export function manifestKeys(brandDir: string, snapshotId: string): string[] | undefined {
  const path = join(brandDir, "snapshots", snapshotId, "manifest.json");
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(errnoOf(error))) return undefined;
    throw unreadable(path, error);
  }
  try {
    const { tables, fits, choices = {} } = JSON.parse(text) as Manifest;
    return [...Object.values(tables).flat(), ...Object.values(fits), ...Object.values(choices)].map(({ key }) => key);
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, cause: unknown): AssayError {
  const hint = "Run again with the same day: it is published anew. Nothing was dropped.";
  return new AssayError("corrupt", `The manifest ${path} is damaged or can't be read.`, hint, { path }, { cause });
}

/** Names of all that something refers to, manifests read. */
export function namesOf(brandDir: string, needs: Needs): string[] {
  const ofSnapshots = needs.snapshots.flatMap((id) => [snapshotName(id), ...(manifestKeys(brandDir, id) ?? [])]);
  return [...new Set([...needs.keys, ...ofSnapshots])];
}

export interface Held {
  /** What must stay. */
  readonly needed: ReadonlySet<string>;
  /** What the next run would reuse: all that the current snapshot and its evaluations were made from. */
  readonly warm: ReadonlySet<string>;
}

export function neededBy(brandDir: string, state: BrandState): ReadonlySet<string> {
  return new Set(namesOf(brandDir, needsOf(state)));
}

export function heldBy(brandDir: string, state: BrandState): Held {
  const needed = neededBy(brandDir, state);
  const current = currentSnapshot(state)?.snapshot_id;
  const warm = new Set<string>();
  const queue = current
    ? [
        ...(manifestKeys(brandDir, current) ?? []),
        ...(state.evaluations.get(current) ?? []).map(({ key }) => key),
        ...state.batches.filter(({ withdrawn }) => !withdrawn).map(({ normalised }) => normalised),
      ]
    : [];
  for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
    if (warm.has(key)) continue;
    warm.add(key);
    queue.push(...inputsOf(brandDir, key));
  }
  return { needed, warm };
}

export function inputsOf(brandDir: string, key: string): string[] {
  try {
    const lists = Object.values((findArtifact(brandDir, key)?.inputs ?? {}) as Record<string, { key: string }[]>);
    return [...new Set(lists.flat().map((one) => one.key))];
  } catch {
    return []; // damaged: it is made again, and says then what from
  }
}
