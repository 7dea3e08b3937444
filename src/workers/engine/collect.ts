import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { setTimeout as pause, setImmediate as turn } from "node:timers/promises";
import { cancelled, throwIfCancelled } from "../../shared/base/errors.ts";
import type { BrandState } from "../../shared/domain/brand-state.ts";
import { expiredSnapshots } from "../../shared/domain/needs.ts";
import type { RetentionRules } from "../../shared/domain/retention.ts";
import { findArtifact } from "./artifact-store.ts";
import { type Appending, appendEntry, standingOf } from "./brand-log.ts";
import { foldBrand, neededBy } from "./brand-needs.ts";
import { claimedTasks } from "./claims.ts";
import { planCollection, type Sum } from "./collect-plan.ts";
import { emptyTrash, type Freed } from "./empty-trash.ts";
import { type FileSystem, realFileSystem } from "./file-system.ts";
import { defaultStaleMs, type LeaseOptions } from "./lease.ts";
import { dropIdlePins, standingPins } from "./pins.ts";
import { failure } from "./publish.ts";
import { serverNow } from "./server-time.ts";
import { type Standing, settleRemoval } from "./standing.ts";

export interface CollectOptions {
  readonly rules: RetentionRules;
  readonly takesReusable?: boolean;
  readonly isDryRun?: boolean;
  readonly signal: AbortSignal;
  readonly progress: (label: string, done: number, total: number | null) => void;
  readonly files?: FileSystem;
  /** How long a pin's counter is watched before it counts as nobody's. */
  readonly lease?: LeaseOptions;
}

export interface CollectResult {
  /** Snapshots that the rules let go. */
  readonly dropped: readonly string[];
  /** Named to go by this collection. */
  readonly retired: Sum;
  /** Named by earlier ones whose time hasn't come: how many, and when it does for the first of them. */
  readonly waiting: { readonly artifacts: number; readonly until: string | null };
  /** Their time has come, but a reader's pin or a worker's claim holds them. */
  readonly held: number;
  readonly set_aside: { readonly artifacts: number };
  readonly freed: Freed;
}

const mostNames = 2_000;
const hourMs = 3_600_000;

interface Work {
  readonly brandDir: string;
  readonly options: CollectOptions;
  readonly files: FileSystem;
  /** The share's time, where the collection began (milliseconds). */
  readonly now: number;
  readonly state: BrandState;
}

/** One collection: drops what the rules let go, names what nothing rests on, moves to the trash what earlier ones named long enough
 *  ago, and deletes what has lain there long enough. Every step is an entry of the log or follows from one, so that it can be stopped
 *  anywhere and goes on next time; two at once do what one does. */
export async function collectBrand(brandDir: string, options: CollectOptions): Promise<CollectResult> {
  const files = options.files ?? realFileSystem;
  const now = serverNow(join(brandDir, "clock"));
  const work: Work = { brandDir, options, files, now, state: foldBrand(brandDir) };
  const dropped = dropSnapshots(work);
  const retired = await retire(work);
  const aside = await setAside(work);
  const freed = options.isDryRun
    ? { artifacts: 0, bytes: 0 }
    : await emptyTrash(brandDir, { ...options, now, olderThanMs: options.rules.trash_hours * hourMs, files });
  const left = standingOf(brandDir, files).standing;
  return { dropped, retired, waiting: waitingOf(left, options.rules, now), ...aside, freed };
}

function append(work: Work, own: Pick<Appending, "kind" | "body" | "taskKey" | "retire" | "remove">): boolean {
  const { brandDir, state, files } = work;
  const at = new Date().toISOString();
  const made = appendEntry(brandDir, { ...own, at, app: "assay", onlyAfter: state.version }, files);
  foldBrand(brandDir, state);
  return made !== undefined;
}

function dropSnapshots(work: Work): string[] {
  const { state, options, now } = work;
  const dropped: string[] = [];
  for (;;) {
    const [snapshot_id] = expiredSnapshots(state, options.rules, new Date(now)).filter((id) => !dropped.includes(id));
    if (snapshot_id === undefined) return dropped;
    if (options.isDryRun) {
      dropped.push(...expiredSnapshots(state, options.rules, new Date(now)));
      state.snapshots = state.snapshots.filter((one) => !dropped.includes(one.snapshot_id));
      for (const id of dropped) for (const known of [state.evaluations, state.members]) known.delete(id);
      return dropped;
    }
    const taskKey = `snapshot-dropped:${snapshot_id}:${state.version}`;
    if (append(work, { kind: "snapshot_dropped", body: { snapshot_id, why: "rules" }, taskKey }))
      dropped.push(snapshot_id);
  }
}

/** Names what nothing rests on. Whatever the log says since the look at it is looked at again before the names are said. */
async function retire(work: Work): Promise<Sum> {
  const { brandDir, options, files, now, state } = work;
  const { rules, signal, progress, isDryRun, takesReusable = false } = options;
  const { standing } = standingOf(brandDir, files);
  const plan = await planCollection(brandDir, {
    ...{ state, standing, now, takesReusable, signal },
    olderThanMs: rules.unused_days * 24 * hourMs,
    progress: (done, total) => progress("Looking through the artifacts", done, total),
  });
  const chosen = takesReusable ? plan.droppable : plan.cold;
  if (isDryRun) return chosen;
  const retired: Sum = { artifacts: 0, bytes: 0, seconds: chosen.seconds };
  for (let from = 0; from < plan.candidates.length; from += mostNames) {
    const batch = plan.candidates.slice(from, from + mostNames);
    for (;;) {
      throwIfCancelled(signal);
      const needed = neededBy(brandDir, state);
      const { standing: latest } = standingOf(brandDir, files);
      const left = batch.filter(({ name }) => !needed.has(name) && isNamable(latest, name));
      if (left.length === 0) break;
      const body = { ...sumOf(left), server_at: new Date(now).toISOString() };
      const names = left.map(({ name }) => name);
      const own = { kind: "artifacts_retired", body, taskKey: `retire:${randomUUID()}`, retire: names };
      if (!append(work, own)) continue;
      retired.artifacts += body.artifacts;
      retired.bytes += body.bytes;
      break;
    }
    progress("Naming what goes", Math.min(from + mostNames, plan.candidates.length), plan.candidates.length);
    await turn();
  }
  return retired;
}

function isNamable({ retired, removed }: Standing, name: string): boolean {
  return !retired.has(name) && !removed.has(name);
}

function sumOf(names: readonly { name: string; bytes: number }[]) {
  const snapshots = names.filter(({ name }) => name.startsWith("snapshots/")).length;
  return {
    artifacts: names.length - snapshots,
    snapshots,
    bytes: names.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** Moves to the trash what was named long enough ago and that no reader's pin and no worker's claim holds. */
async function setAside(work: Work): Promise<Pick<CollectResult, "held" | "set_aside">> {
  const { brandDir, options, files, state } = work;
  const due = dueNames(standingOf(brandDir, files).standing, options.rules, work.now);
  if (options.isDryRun || due.length === 0) return { held: 0, set_aside: { artifacts: 0 } };
  dropIdlePins();
  await watchPins(work, due);
  let [moved, held] = [0, 0];
  for (let from = 0; from < due.length; from += mostNames) {
    const batch = due.slice(from, from + mostNames);
    for (;;) {
      throwIfCancelled(options.signal);
      const needed = neededBy(brandDir, state);
      const claimed = claimedTasks(brandDir, options.lease);
      const oldest = oldestPin(work);
      const { standing } = standingOf(brandDir, files);
      const free = batch.filter((name) => {
        const version = standing.retired.get(name)?.version;
        return version !== undefined && version <= oldest && !needed.has(name) && !claimed.has(name);
      });
      const trash = randomUUID();
      if (free.length === 0 || remove(work, free, trash)) {
        moved += free.length;
        const left = standingOf(brandDir, files).standing;
        held += batch.filter((name) => left.retired.has(name)).length;
        for (const name of free) settleRemoval(brandDir, name, trash, files);
        break;
      }
    }
    options.progress("Setting aside", Math.min(from + mostNames, due.length), due.length);
    await turn();
  }
  return { held, set_aside: { artifacts: moved } };
}

function remove(work: Work, names: readonly string[], trash: string): boolean {
  const { brandDir, files, now } = work;
  makeTrash(join(brandDir, "trash", trash), files);
  const sized = names.map((name) => ({ name, bytes: bytesOf(brandDir, name) }));
  const body = { ...sumOf(sized), server_at: new Date(now).toISOString(), trash };
  return append(work, { kind: "artifacts_removed", body, taskKey: `remove:${trash}`, remove: names });
}

/** Made before the entry that names it, and by nobody else: whoever comes after its end finds no folder. */
function makeTrash(folder: string, files: FileSystem): void {
  try {
    files.mkdir(folder);
  } catch (error) {
    throw failure("can't be made", folder, error);
  }
}

function bytesOf(brandDir: string, name: string): number {
  if (name.startsWith("snapshots/")) return 0;
  try {
    return (findArtifact(brandDir, name)?.files ?? []).reduce((sum, { bytes }) => sum + bytes, 0);
  } catch {
    return 0; // damaged
  }
}

function dueNames({ retired }: Standing, rules: RetentionRules, now: number): string[] {
  const before = new Date(now - rules.wait_hours * hourMs).toISOString();
  return [...retired].filter(([, { serverAt }]) => serverAt <= before).map(([name]) => name);
}

function waitingOf({ retired }: Standing, rules: RetentionRules, now: number): CollectResult["waiting"] {
  const before = new Date(now - rules.wait_hours * hourMs).toISOString();
  const times = [...retired.values()].map(({ serverAt }) => serverAt).filter((at) => at > before);
  const first = times.reduce<string | null>((least, at) => (least === null || at < least ? at : least), null);
  const until = first === null ? null : new Date(Date.parse(first) + rules.wait_hours * hourMs).toISOString();
  return { artifacts: times.length, until };
}

/** Version of the oldest pin that stands; beyond every version where there is none. What was named at it or before, its reader knew. */
function oldestPin({ brandDir, options }: Work): number {
  return standingPins(brandDir, options.lease).reduce((least, { version }) => Math.min(least, version), Infinity);
}

/** Looks at pins that are in the way until each has moved or stood still for long enough. */
async function watchPins(work: Work, due: readonly string[]): Promise<void> {
  const { options, brandDir, files } = work;
  const { retired } = standingOf(brandDir, files).standing;
  const newest = due.reduce((most, name) => Math.max(most, retired.get(name)?.version ?? 0), 0);
  const staleMs = options.lease?.staleMs ?? defaultStaleMs;
  const began = performance.now();
  while (oldestPin(work) < newest && performance.now() - began < staleMs + 1_000) {
    options.progress("Waiting for a reader's sign of life", 0, null);
    await pause(500, undefined, { signal: options.signal }).catch(() => {
      throw cancelled();
    });
  }
}
