import { setTimeout } from "node:timers/promises";
import type { Run, RunLine } from "../../shared/api/contract/runs.ts";
import { AssayError } from "../../shared/base/errors.ts";
import type { RunRequestedBody } from "../../shared/domain/run-log.ts";
import type { ActiveRun } from "../schedule/active-run.ts";
import { tellMilliseconds } from "../schedule/broker/told-runs.ts";
import { runClaim } from "../schedule/cluster/run-session.ts";
import { holdClaim } from "../schedule/hold-claim.ts";
import type { ShownRun, ToldRun } from "../schedule/shown-run.ts";
import { type ApiContext, requireWorkspace, requireWritable } from "./context.ts";
import { launch } from "./launch.ts";

/** Runs on the cluster that other processes schedule, or that nobody does any more: known by the brand's log, and by what their
 *  schedulers say of them through the broker. */
export async function openRuns(ctx: ApiContext, brand: string): Promise<Run[]> {
  const open = await loggedRuns(ctx, brand);
  return Promise.all(open.map(async (run) => (await toldRun(ctx, run))?.run ?? run));
}

/** One of them with its tasks. */
export async function openRun(ctx: ApiContext, brand: string, runId: string): Promise<ShownRun | null> {
  const run = (await loggedRuns(ctx, brand)).find(({ run_id }) => run_id.startsWith(runId));
  if (!run) return null;
  const { run: told, tasks, critical_seconds, memory } = (await toldRun(ctx, run)) ?? { ...silent, run };
  return { run: told, tasks, critical_seconds, memory };
}

/** What such a run's tasks say, until it ends or nobody wants to hear it. Null where there is no such run. */
export async function openRunLog(
  ctx: ApiContext,
  brand: string,
  { runId, hear, signal }: { runId: string; hear: (lines: RunLine[]) => void; signal: AbortSignal },
): Promise<{ following: Promise<void> } | null> {
  const sought = async () => (await loggedRuns(ctx, brand)).find(({ run_id }) => run_id.startsWith(runId));
  const found = await sought();
  return found ? { following: follow() } : null;

  async function follow(): Promise<void> {
    let heard = 0;
    for (let run = found; run?.state === "running" && !signal.aborted; run = await sought()) {
      const { lines, lines_before: before } = (await toldRun(ctx, run)) ?? silent;
      hear(lines.slice(Math.max(0, heard - before)));
      heard = Math.max(heard, before + lines.length);
      await setTimeout(tellMilliseconds, undefined, { signal }).catch(() => {});
    }
  }
}

const silent = { tasks: [], critical_seconds: 0, memory: [], lines: [], lines_before: 0 };

/** Lists of runs are asked for every two seconds: a broker that doesn't answer mustn't hold them up. */
const patienceMilliseconds = 500;

async function toldRun(ctx: ApiContext, { run_id, state }: Run): Promise<ToldRun | null> {
  if (state !== "running") return null;
  const told = ctx.cluster.told(requireWorkspace(ctx).workspace_id, run_id).catch(() => null);
  return Promise.race([told, setTimeout(patienceMilliseconds, null, { ref: false })]);
}

async function loggedRuns(ctx: ApiContext, brand: string): Promise<Run[]> {
  const { brands, away } = requireWorkspace(ctx);
  const state = await brands.refresh(brand);
  const elsewhere = [...state.openRuns.values()].filter(({ run_id }) => !ctx.runs.active(run_id));
  return Promise.all(
    elsewhere.map(async (body) => {
      if (away) return openDocument(body, "running", ctx.now()); // whether it is can't be seen
      const letGo = await holdClaim(ctx.engine, brands.directory(brand), runClaim(body.run_id)).catch(() => null);
      await letGo?.();
      return openDocument(body, letGo === null ? "running" : "lost", ctx.now());
    }),
  );
}

function openDocument(body: RunRequestedBody, state: "running" | "lost", now: Date): Run {
  const request = body.request as NonNullable<Run["request"]>;
  return {
    run_id: body.run_id,
    state,
    as_of: request.as_of ?? null,
    snapshot_id: null,
    requested_at: body.requested_at,
    host: body.host,
    runner: "cluster",
    request,
    seconds: state === "running" ? Math.max(0, (now.getTime() - Date.parse(body.requested_at)) / 1000) : 0,
    seconds_left: null,
    tasks: { total: 0, reused: 0, computed: 0, failed: 0, running: 0 },
    rows: 0,
    rows_per_second: null,
    bytes_written: 0,
    rss_bytes: 0,
    peak_rss_bytes: 0,
    memory_limit_bytes: 0,
    workers: 0,
    steps: [],
    warnings: state === "lost" ? ["The machine that scheduled this run is gone. What it finished is kept."] : [],
    error: null,
  };
}

/** Goes on with a run whose scheduler is gone, as a run of this process. Null where it isn't open, or somebody is at it. */
export async function takeUp(
  ctx: ApiContext,
  brand: string,
  runId: string,
  options: { readonly redis?: string | undefined; readonly runner?: "pool" | "cluster" | undefined } = {},
): Promise<ActiveRun | null> {
  const { brands } = requireWritable(ctx);
  const open = [...(await brands.refresh(brand)).openRuns.values()].find(({ run_id }) => run_id.startsWith(runId));
  if (!open) return null;
  if (open.is_nightly) {
    throw new AssayError("conflict", "This run is part of a nightly job.", "Do the job again with `assay nightly`.");
  }
  const letGo = await holdSoon(ctx, brands.directory(brand), open.run_id);
  if (!letGo) return null;
  try {
    const { run_id, requested_at, host } = open;
    if (!(await brands.refresh(brand)).openRuns.has(run_id)) return null; // taken up by another just before
    const body = { run_id, state: "lost", requested_at, snapshot_id: null, host, document: null };
    await brands.append(brand, "run_ended", body, `run-ended:${run_id}`);
    const request = open.request as NonNullable<Run["request"]>;
    return launch(ctx, { ...request, brand, runner: options.runner ?? "cluster", redis: options.redis });
  } finally {
    await letGo();
  }
}

/** Enters the end of nightly runs whose scheduler is gone: the job that begins now goes on with what they made. */
export async function closeLostNights(ctx: ApiContext, brand: string): Promise<void> {
  const { brands } = requireWritable(ctx);
  const open = [...(await brands.refresh(brand)).openRuns.values()];
  for (const { run_id, requested_at, host } of open.filter((one) => one.is_nightly && !ctx.runs.active(one.run_id))) {
    const letGo = await holdSoon(ctx, brands.directory(brand), run_id);
    if (!letGo) continue;
    try {
      const body = { run_id, state: "lost", requested_at, snapshot_id: null, host, document: null };
      await brands.append(brand, "run_ended", body, `run-ended:${run_id}`);
    } finally {
      await letGo();
    }
  }
}

/** Another process may be looking at it just now, which takes a moment. */
async function holdSoon(ctx: ApiContext, brandDir: string, runId: string) {
  for (let tries = 0; ; tries++) {
    const letGo = await holdClaim(ctx.engine, brandDir, runClaim(runId));
    if (letGo || tries >= 4) return letGo;
    await setTimeout(200);
  }
}

/** Takes up runs that lost their scheduler while the program is open and knows a broker that answers. */
export function watchOpenRuns(
  ctx: ApiContext,
  { everyMs, log }: { readonly everyMs: number; readonly log: (line: string) => void },
): () => Promise<void> {
  let looking: Promise<void> = Promise.resolve();
  let isLooking = false;
  const tried = new Set<string>();

  async function look(): Promise<void> {
    const { workspace } = ctx;
    if (!workspace || workspace.read_only_reason || workspace.away || !(await ctx.cluster.find(undefined))) return;
    for (const brand of workspace.brands.names) {
      const lost = (await openRuns(ctx, brand)).filter(({ state, run_id }) => state === "lost" && !tried.has(run_id));
      for (const { run_id } of lost) {
        await ctx.cluster.status(workspace.workspace_id); // throws while the broker is away
        tried.add(run_id);
        const run = await takeUp(ctx, brand, run_id);
        if (run) log(`run ${run_id} of ${brand} lost its scheduler and goes on as ${run.id}`);
      }
    }
  }

  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    looking = look()
      .catch((error: unknown) => log(`open runs: ${error instanceof Error ? error.message : error}`))
      .finally(() => {
        isLooking = false;
      });
  }, everyMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await looking;
  };
}
