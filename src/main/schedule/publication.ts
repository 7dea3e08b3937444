import type { SnapshotManifest } from "../../shared/api/engine.ts";
import { canonicalJson } from "../../shared/base/canonical-json.ts";
import { throwIfCancelled } from "../../shared/base/errors.ts";
import { type BrandState, currentSnapshot, type SnapshotState } from "../../shared/domain/brand-state.ts";
import type { GateResult } from "../../shared/domain/gate.ts";
import { afterDrop } from "../../shared/domain/retention.ts";
import type { TaskNode } from "../../shared/domain/task.ts";
import type { Effects, RunRequest } from "./run-request.ts";

/** Whose snapshot is published, and who is asked before. */
interface Publication {
  readonly effects: Pick<Effects, "brands" | "engine">;
  readonly brand: string;
  readonly run: string;
  readonly judge: RunRequest["judge"];
  readonly signal: AbortSignal;
  readonly warn: (text: string) => void;
}

/** Lays a new snapshot out for other engines, asks the gate, and tells the log. */
export async function publishSnapshot(
  publication: Publication,
  manifest: SnapshotManifest,
  { state, log_version }: { readonly state: BrandState; readonly log_version: number },
): Promise<void> {
  const { effects, brand, run, judge, signal } = publication;
  const { brands, engine } = effects;
  const brandDir = brands.directory(brand);
  const published = await engine.call("snapshots.publish", { brandDir, manifest });
  const { snapshot_id, as_of, known_at, horizon_days, purchase_horizon_days, is_variant } = manifest;
  const gate = (await judge?.(snapshot_id)) ?? [];
  throwIfCancelled(signal);
  const body = {
    ...{ snapshot_id, as_of, known_at, horizon_days, purchase_horizon_days, is_variant },
    ...published,
    log_version,
    gate,
  };
  const taskKey = `snapshot:${snapshot_id}${afterDrop(state, snapshot_id)}`;
  if (holds(publication, gate)) await brands.append(brand, "snapshot_published", body, taskKey);
  else await brands.append(brand, "snapshot_kept_back", { ...body, run_id: run }, taskKey);
}

/** A run that arrives at a snapshot which is there: it is looked over, what is damaged is made again. */
export async function publishAgain(
  publication: Publication,
  known: SnapshotState,
  { manifest, makeAgain }: { readonly manifest: SnapshotManifest; readonly makeAgain: () => Promise<void> },
): Promise<void> {
  const { effects, brand, warn } = publication;
  const { brands, engine } = effects;
  const brandDir = brands.directory(brand);
  const { damaged } = await engine.call("snapshots.check", { brandDir, snapshot_id: manifest.snapshot_id });
  if (damaged.length > 0) {
    warn(`${damaged.length} damaged artifacts were set aside and made again.`);
    await makeAgain();
    await engine.call("snapshots.publish", { brandDir, manifest });
  }
  await (known.kept_back ? judgeAgain(publication, known) : makeLatest(publication, known.snapshot_id));
}

/** Adds to a snapshot how its models stood at earlier cuts, once. */
export async function addEvaluations(
  { effects: { brands, engine }, brand }: Publication,
  snapshotId: string,
  judged: readonly TaskNode[],
): Promise<void> {
  const state = await brands.refresh(brand);
  if (state.evaluations.has(snapshotId)) return;
  const brandDir = brands.directory(brand);
  const keys = judged.map(({ key }) => key);
  await engine.call("snapshots.add_evaluations", { brandDir, snapshot_id: snapshotId, keys });
  const artifacts = keys.map((key) => ({ key, rows: 0, bytes: 0, seconds: 0 }));
  const body = { snapshot_id: snapshotId, artifacts };
  await brands.append(brand, "evaluations_added", body, `evaluations:${snapshotId}${afterDrop(state, snapshotId)}`);
}

function holds({ warn }: Publication, gate: readonly GateResult[]): boolean {
  const broken = gate.filter(({ ok }) => !ok);
  if (broken.length > 0) {
    const why = broken.map(({ measured }) => measured).join("; ");
    warn(`The snapshot is kept back, unpublished: ${why}`);
  }
  return broken.length === 0;
}

/** What a gate kept back is published once it holds, or when a person asks for a run without one. */
async function judgeAgain(publication: Publication, made: SnapshotState): Promise<void> {
  const { effects, brand, run, judge } = publication;
  const { snapshot_id } = made;
  const gate = (await judge?.(snapshot_id)) ?? [];
  const { version } = await effects.brands.refresh(brand);
  if (holds(publication, gate)) {
    const taskKey = `snapshot_made_current:${snapshot_id}:${version}`;
    await effects.brands.append(brand, "snapshot_made_current", { snapshot_id, gate }, taskKey);
  } else if (canonicalJson(gate) !== canonicalJson(made.gate)) {
    const taskKey = `snapshot_kept_back:${snapshot_id}:${version}`;
    await effects.brands.append(brand, "snapshot_kept_back", { ...made, run_id: run, gate }, taskKey);
  }
}

/** A run that arrives at an earlier snapshot again (a delivery was withdrawn) makes it the latest of its day. */
async function makeLatest({ effects: { brands }, brand }: Publication, snapshotId: string): Promise<void> {
  const state = await brands.refresh(brand);
  const made = state.snapshots.find(({ snapshot_id }) => snapshot_id === snapshotId);
  const current = currentSnapshot(state);
  const isOvertaken = current && made && current.snapshot_id !== snapshotId && current.as_of === made.as_of;
  if (!isOvertaken || made.is_variant || made.withdrawn) return;
  const taskKey = `snapshot_made_current:${snapshotId}:${state.version}`;
  await brands.append(brand, "snapshot_made_current", { snapshot_id: snapshotId }, taskKey);
}
