import { statSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { throwIfCancelled } from "../../shared/base/errors.ts";
import type { BrandState } from "../../shared/domain/brand-state.ts";
import { artifactFolders, scanArtifacts } from "./artifact-scan.ts";
import { type Held, heldBy } from "./brand-needs.ts";
import { namesIn } from "./names-in.ts";
import { type Standing, snapshotName } from "./standing.ts";

export interface Sum {
  artifacts: number;
  bytes: number;
  /** Core seconds that it took to make them. */
  seconds: number;
}

export interface StepSum extends Sum {
  readonly step: string;
  cold_bytes: number;
  oldest_at: string;
  newest_at: string;
}

/** What a collection would name to go, and what stays; names, not contents, are in memory. */
export interface CollectPlan {
  readonly all: Sum;
  readonly needed: Sum;
  /** Neither needed nor young. */
  readonly droppable: Sum;
  /** Of these, what the next run wouldn't reuse. */
  readonly cold: Sum;
  readonly steps: readonly StepSum[];
  readonly candidates: readonly { readonly name: string; readonly bytes: number }[];
  readonly held: Held;
}

export interface PlanOptions {
  readonly state: BrandState;
  readonly standing: Standing;
  /** The share's time (milliseconds). */
  readonly now: number;
  readonly olderThanMs: number;
  /** Names also what the next run would reuse. */
  readonly takesReusable: boolean;
  readonly signal: AbortSignal;
  readonly progress: (done: number, total: number) => void;
}

const emptySum = (): Sum => ({ artifacts: 0, bytes: 0, seconds: 0 });
/** A snapshot's folder is laid out before its entry stands. */
const layOutMs = 24 * 3_600_000;

/** Goes through a brand's artifacts, folder by folder, and tells what nothing rests on. */
export async function planCollection(brandDir: string, options: PlanOptions): Promise<CollectPlan> {
  const { state, standing, now, olderThanMs, takesReusable, signal, progress } = options;
  const held = heldBy(brandDir, state);
  const [all, needed, droppable, cold] = [emptySum(), emptySum(), emptySum(), emptySum()];
  const steps = new Map<string, StepSum>();
  const candidates: { name: string; bytes: number }[] = [];
  const folders = artifactFolders(brandDir);
  for (const [at, folder] of folders.entries()) {
    throwIfCancelled(signal);
    progress(at, folders.length);
    for (const { artifact, bytes, madeAt } of scanArtifacts(brandDir, folder)) {
      const { key, step, seconds } = artifact;
      if (standing.retired.has(key) || standing.removed.has(key)) continue;
      const one = { artifacts: 1, bytes, seconds };
      add(all, one);
      if (held.needed.has(key)) add(needed, one);
      else if (madeAt <= now - olderThanMs) {
        const isCold = !held.warm.has(key);
        add(droppable, one);
        if (isCold) add(cold, one);
        addToStep(steps, step, { ...one, cold_bytes: isCold ? bytes : 0, madeAt });
        if (isCold || takesReusable) candidates.push({ name: key, bytes });
      }
    }
    await turn();
  }
  for (const name of unlistedSnapshots(brandDir, state, now)) {
    if (!standing.retired.has(name) && !standing.removed.has(name)) candidates.push({ name, bytes: 0 });
  }
  return { all, needed, droppable, cold, steps: [...steps.values()], candidates, held };
}

/** Folders of snapshots that the log doesn't know, or knows as dropped. */
function unlistedSnapshots(brandDir: string, state: BrandState, now: number): string[] {
  const listed = new Set(state.snapshots.map(({ snapshot_id }) => snapshot_id));
  return namesIn(join(brandDir, "snapshots"))
    .filter((id) => !listed.has(id) && /^[0-9a-f]{12,64}$/.test(id))
    .filter((id) => {
      const made = statSync(join(brandDir, "snapshots", id, "manifest.json"), { throwIfNoEntry: false })?.mtimeMs;
      return made !== undefined && (state.dropped.has(id) || made <= now - layOutMs);
    })
    .map(snapshotName);
}

function add(sum: Sum, { artifacts, bytes, seconds }: Sum): void {
  sum.artifacts += artifacts;
  sum.bytes += bytes;
  sum.seconds += seconds;
}

function addToStep(
  steps: Map<string, StepSum>,
  step: string,
  one: Sum & { readonly cold_bytes: number; readonly madeAt: number },
): void {
  const at = new Date(one.madeAt).toISOString();
  const known = steps.get(step) ?? { step, ...emptySum(), cold_bytes: 0, oldest_at: at, newest_at: at };
  add(known, one);
  known.cold_bytes += one.cold_bytes;
  if (at < known.oldest_at) known.oldest_at = at;
  if (at > known.newest_at) known.newest_at = at;
  steps.set(step, known);
}
