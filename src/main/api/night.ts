import { hostname } from "node:os";
import type { Night } from "../../shared/api/contract/nights.ts";
import type { Run } from "../../shared/api/contract/runs.ts";
import { canonicalJson } from "../../shared/base/canonical-json.ts";
import { AssayError, cancelled, throwIfCancelled } from "../../shared/base/errors.ts";
import { dayInZone } from "../../shared/base/time.ts";
import { type BrandState, currentSnapshot } from "../../shared/domain/brand-state.ts";
import { type GateResult, judgeNight } from "../../shared/domain/gate.ts";
import type { NightBody, SegmentRefresh } from "../../shared/domain/night.ts";
import { sha256 } from "../plan/key.ts";
import { newBatches, nightFigures, sourceStanding } from "../schedule/night-figures.ts";
import { type ApiContext, requireWritable, settingsOf } from "./context.ts";
import { ingestSources } from "./ingest.ts";
import { follow, launch, roomOf } from "./launch.ts";
import { type AskedPlace, dueOf, placeOfNight } from "./night-place.ts";
import { closeLostNights } from "./open-runs.ts";
import { writePlannedLists } from "./planned-exports.ts";
import { collect } from "./retention.ts";
import { refreshSegments } from "./segment-members.ts";

interface Doing {
  label: string;
  done: number;
  total: number | null;
  unit: string;
  detail?: string;
}
export interface NightOptions {
  readonly signal: AbortSignal;
  readonly progress: (progress: Doing) => void;
  /** The moment of the brand's schedule that this answers; null where a person asked. */
  readonly slot: string | null;
  /** Where its run is done and by when; left out: as the brand's nights are set. */
  readonly where?: AskedPlace | undefined;
  /** Asked again once the job is this process's: another may have ended it just before. */
  readonly isWanted?: (state: BrandState) => boolean;
}

const claimPause = 1_000;

/** The nightly job of a brand. Every part of it is done once, whoever does it and however often it is stopped: a delivery is known
 *  by its digests, a task by its key, a snapshot, a refresh and a list by their entries in the log. */
export async function doNight(ctx: ApiContext, brand: string, options: NightOptions): Promise<Night> {
  const claim = await holdClaim(ctx, brand, options, true);
  try {
    return await perform(ctx, brand, options);
  } finally {
    await claim?.();
  }
}

/** As `doNight`, but leaves it to whoever is at it already. */
export async function doNightIfFree(ctx: ApiContext, brand: string, options: NightOptions): Promise<Night | null> {
  const claim = await holdClaim(ctx, brand, options, false);
  if (!claim) return null;
  try {
    const state = await requireWritable(ctx).brands.refresh(brand);
    if (options.isWanted?.(state) === false) return null;
    return await perform(ctx, brand, options);
  } finally {
    await claim();
  }
}

/** Holds the job for this process; gives how to let go of it, or null where another has it and `waits` is false. */
async function holdClaim(
  ctx: ApiContext,
  brand: string,
  { signal, progress }: NightOptions,
  waits: boolean,
): Promise<(() => Promise<void>) | null> {
  const brandDir = requireWritable(ctx).brands.directory(brand);
  for (;;) {
    throwIfCancelled(signal);
    const letGo = new AbortController();
    const asked = Promise.withResolvers<boolean>();
    const holding = ctx.engine.stream(
      "claims.hold",
      { brandDir, claim: sha256("nightly") },
      { signal: letGo.signal, onProgress: ({ held }) => asked.resolve(held) },
    );
    const ended = holding.then(
      ({ held }) => asked.resolve(held),
      (error: unknown) => asked.reject(error),
    );
    if (await asked.promise) {
      return async () => {
        letGo.abort();
        await ended;
      };
    }
    if (!waits) return null;
    progress({ label: "Another process is at this brand's nightly job", done: 0, total: null, unit: "" });
    await pause(claimPause, signal);
  }
}

async function perform(ctx: ApiContext, brand: string, options: NightOptions): Promise<Night> {
  const { brands } = requireWritable(ctx);
  const startedAt = ctx.now().toISOString();
  const state = await brands.refresh(brand);
  const { time_zone } = settingsOf(state);
  const from = options.slot === null ? ctx.now() : new Date(options.slot);
  const warnings: string[] = [];
  const body: Making = {
    night: dayInZone(ctx.now(), time_zone),
    slot: options.slot,
    started_at: startedAt,
    ended_at: startedAt,
    host: hostname(),
    run_id: null,
    snapshot_id: null,
    published: false,
    gate: [],
    batches: [],
    exports: [],
    segments: [],
    warnings,
    error: null,
    due_at: dueOf(state, from, options.where?.done_by),
  };
  try {
    await takeDue(ctx, brand, options, warnings);
    await publishNight(ctx, brand, options, body, warnings);
    if (body.published && body.snapshot_id) await handOn(ctx, brand, body.snapshot_id, options, body, warnings);
    await collectAtEnd(ctx, brand, options, warnings);
  } catch (error) {
    if (options.signal.aborted) throw cancelled();
    body.error = error instanceof Error ? error.message : String(error);
    await tellEnd(ctx, brand, body);
    throw error;
  }
  return tellEnd(ctx, brand, body);
}

/** Deliveries that are due, and whatever lies there for sources without a schedule. One that can't be read is told and passed over. */
async function takeDue(ctx: ApiContext, brand: string, options: NightOptions, warnings: string[]): Promise<void> {
  const { brands } = requireWritable(ctx);
  const { signal, progress } = options;
  const state = await brands.refresh(brand);
  const due = [...state.sources.values()].filter(
    (source) => source.paths.length > 0 && sourceStanding(state, source, ctx.now()).is_due,
  );
  const delivering = due.map((source) => ({ source, paths: source.paths }));
  const room = roomOf(ctx, options.where);
  await ingestSources(ctx, brand, delivering, { signal, progress, room }, (source, error) => {
    if (!(error instanceof AssayError) || ["cancelled", "unavailable", "internal"].includes(error.code)) throw error;
    warnings.push(`${source.source}: ${error.message}`);
  });
}

type Making = { -readonly [K in keyof NightBody]: NightBody[K] };

/** The run, with the gate before its publication. */
async function publishNight(
  ctx: ApiContext,
  brand: string,
  options: NightOptions,
  body: Making,
  warnings: string[],
): Promise<void> {
  const { brands } = requireWritable(ctx);
  const before = await brands.refresh(brand);
  const since = currentSnapshot(before);
  body.batches = newBatches(before, since).map(({ source, batch_id, files }) => ({
    source,
    batch_id,
    rows: files.reduce((sum, { rows_read }) => sum + rows_read, 0),
  }));
  await closeLostNights(ctx, brand);
  const { due_at: due = null } = body;
  const place = await placeOfNight(ctx, brand, { state: before, asked: options.where, due });
  warnings.push(...place.warnings);
  body.runner = place.where.runner ?? "pool";
  body.scaled = place.scaled;
  const run = launch(ctx, {
    ...place.where,
    due_at: due ?? undefined,
    brand,
    judge: (snapshotId) => judge(ctx, brand, snapshotId, options.signal),
  });
  body.run_id = run.id;
  const progress = ({ state, tasks, waiting_for }: Pick<Run, "state" | "tasks" | "waiting_for">) =>
    options.progress({
      label: `Run: ${waiting_for?.replace(/ for \d+ s/, "") ?? state}`,
      done: tasks.reused + tasks.computed,
      total: tasks.total,
      unit: "tasks",
    });
  const ended = await follow(ctx, run, { signal: options.signal, progress, owns: true });
  const after = await brands.refresh(brand);
  const made = after.snapshots.find(({ snapshot_id }) => snapshot_id === ended.snapshot_id);
  body.snapshot_id = ended.snapshot_id;
  body.gate = made?.gate ?? [];
  body.published = made !== undefined && !made.kept_back && !made.withdrawn;
  if (made?.withdrawn) {
    const measured = `rolled back; \`assay snapshot publish ${made.snapshot_id}\` publishes it again`;
    body.gate = [...body.gate, { rule: "rolled_back", ok: false, measured }];
  }
}

async function judge(
  ctx: ApiContext,
  brand: string,
  snapshotId: string,
  signal: AbortSignal,
): Promise<readonly GateResult[]> {
  const { brands } = requireWritable(ctx);
  const state = await brands.refresh(brand);
  const since = currentSnapshot(state);
  const input = { brandDir: brands.directory(brand), before: since?.snapshot_id ?? "", after: snapshotId };
  const comparison = since ? await ctx.engine.call("snapshots.compare", input, { signal }) : null;
  return judgeNight(nightFigures(state, { now: ctx.now(), since, comparison }), state.night.gate);
}

/** What follows a publication: segments and planned lists. */
async function handOn(
  ctx: ApiContext,
  brand: string,
  snapshotId: string,
  options: NightOptions,
  body: Making,
  warnings: string[],
): Promise<void> {
  const { signal } = options;
  const say = (label: string) => options.progress({ label, done: 0, total: null, unit: "" });
  say("Refreshing the segments");
  body.segments = (await refreshSegments(ctx, brand, snapshotId, signal)) as SegmentRefresh[];
  const state = await requireWritable(ctx).brands.refresh(brand);
  const snapshot = state.snapshots.find(({ snapshot_id }) => snapshot_id === snapshotId);
  if (!snapshot) return;
  const lists = await writePlannedLists(ctx, brand, snapshot, { signal, say });
  body.exports = lists.written;
  warnings.push(...lists.warnings);
}

/** Frees what the brand's rules let go, where they say that the job does; a failure of it spoils no night. */
async function collectAtEnd(ctx: ApiContext, brand: string, options: NightOptions, warnings: string[]): Promise<void> {
  const { retention } = await requireWritable(ctx).brands.refresh(brand);
  if (!retention.nightly) return;
  try {
    await collect(ctx, brand, {}, options);
  } catch (error) {
    if (options.signal.aborted) throw error;
    warnings.push(`Collecting: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The report of the job; a job that had nothing more to do adds none. */
async function tellEnd(ctx: ApiContext, brand: string, body: Making): Promise<Night> {
  const { brands } = requireWritable(ctx);
  body.ended_at = ctx.now().toISOString();
  const { started_at: _s, ended_at: _e, run_id, host: _h, runner: _r, due_at: _d, scaled: _g, ...outcome } = body;
  const same = sha256(canonicalJson({ ...outcome, slot: body.slot, failed: body.error === null ? null : run_id }));
  const state = await brands.append(brand, "night_ended", body, `night:${same}`);
  for (const topic of ["sources", "snapshots", "segments", "nights"] as const) ctx.tell(topic);
  return nightDocument(state, body);
}

export function nightDocument(state: BrandState, body: NightBody): Night {
  const { slot: _, ...rest } = body;
  const snapshot = state.snapshots.find(({ snapshot_id }) => snapshot_id === body.snapshot_id);
  const { runner = null, due_at = null, scaled = null } = body;
  const place = { runner, due_at, is_late: due_at !== null && body.ended_at > due_at, scaled };
  return { ...rest, ...place, as_of: snapshot?.as_of ?? null } as unknown as Night;
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", stop, { once: true });
  });
}
