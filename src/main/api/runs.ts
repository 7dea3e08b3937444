import type { RunLine, Snapshot } from "../../shared/api/contract/runs.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { type BrandState, currentSnapshot } from "../../shared/domain/brand-state.ts";
import type { ActiveRun } from "../schedule/active-run.ts";
import { linesOf } from "../schedule/run-logs.ts";
import { type ApiContext, findSnapshot, requireWorkspace, requireWritable } from "./context.ts";
import type { HandlersOf, Named } from "./handlers-type.ts";
import { follow, launch } from "./launch.ts";
import { openRun, openRunLog, openRuns, takeUp } from "./open-runs.ts";
import { dropSnapshot } from "./retention.ts";
import { checkBudget, estimate } from "./run-estimate.ts";
import { usageOf } from "./run-usage.ts";

export function snapshotDocument(state: BrandState, snapshot: BrandState["snapshots"][number]): Snapshot {
  return {
    snapshot_id: snapshot.snapshot_id,
    as_of: snapshot.as_of,
    known_at: snapshot.known_at,
    horizon_days: snapshot.horizon_days,
    published_at: snapshot.published_at,
    is_variant: snapshot.is_variant,
    is_current: currentSnapshot(state)?.snapshot_id === snapshot.snapshot_id,
    withdrawn: snapshot.withdrawn,
    kept_back: snapshot.kept_back,
    gate: snapshot.gate.map((one) => ({ ...one })),
    customers: snapshot.customers,
    tables: { ...snapshot.tables },
  };
}

export const runHandlers: HandlersOf<Named<"runs"> | Named<"snapshots"> | Named<"events">> = {
  "runs.start": async (input, { ctx, signal, progress }) => {
    await checkBudget(ctx, input);
    return follow(ctx, launch(ctx, input), { signal, progress, owns: true });
  },
  "runs.launch": async (input, { ctx }) => {
    await checkBudget(ctx, input);
    return { run_id: launch(ctx, input).id };
  },
  "runs.estimate": (input, { ctx }) => estimate(ctx, input),
  "runs.watch": async ({ brand, run_id }, { ctx, signal, progress }) => {
    const run = ctx.runs.active(run_id);
    if (run) return follow(ctx, run, { signal, progress, owns: false }).catch(() => run.document);
    const open = (await openRuns(ctx, brand)).find((one) => one.run_id === run_id);
    return open ?? (await ctx.runs.show(brand, run_id)).run;
  },
  "runs.list": async ({ brand }, { ctx }) => {
    const [here, open] = [await ctx.runs.list(brand), await openRuns(ctx, brand)];
    return { runs: [...open, ...here].sort((a, b) => (a.requested_at < b.requested_at ? 1 : -1)) };
  },
  "runs.show": async ({ brand, run_id }, { ctx }) => {
    const elsewhere = ctx.runs.active(run_id) ? null : await openRun(ctx, brand, run_id);
    return elsewhere ?? ctx.runs.show(brand, run_id);
  },
  "runs.log": async ({ brand, run_id, task_key }, { ctx, signal, progress }) => {
    let lines = 0;
    const hear = (told: RunLine[]) => {
      if (told.length === 0) return;
      lines += told.length;
      progress({ lines: told });
    };
    const elsewhere = ctx.runs.active(run_id)
      ? null
      : await openRunLog(ctx, brand, { runId: run_id, signal, hear: (told) => hear([...linesOf(told, task_key)]) });
    if (elsewhere) {
      await elsewhere.following;
      return { lines };
    }
    const { ended, stop } = await ctx.runs.log(brand, { runId: run_id, taskKey: task_key, hear });
    const left = new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    if (!signal.aborted) await Promise.race([ended, left]);
    stop();
    return { lines };
  },
  "runs.usage": async ({ brand, month }, { ctx }) => ({ usage: await usageOf(ctx, brand, month) }),
  "runs.cancel": async ({ brand, run_id }, { ctx }) => {
    const { openRuns: open } = await requireWorkspace(ctx).brands.refresh(brand);
    const elsewhere = [...open.keys()].find((id) => id.startsWith(run_id) && !ctx.runs.active(id));
    if (elsewhere) await ctx.cluster.cancel(requireWorkspace(ctx).workspace_id, elsewhere);
    else ctx.runs.cancel(run_id);
    return { ok: true };
  },
  "runs.resume": async ({ brand, run_id, runner, redis }, { ctx, signal, progress }) => {
    const run = await resume(ctx, brand, run_id, { runner, redis });
    return follow(ctx, run, { signal, progress, owns: true });
  },
  "runs.take_up": async ({ brand, run_id, runner }, { ctx }) => ({
    run_id: (await resume(ctx, brand, run_id, { runner })).id,
  }),
  "runs.explain": async ({ brand, run_id, task_key }, { ctx }) => ctx.runs.explain(brand, run_id, task_key),
  "snapshots.list": async ({ brand }, { ctx }) => {
    const state = await requireWorkspace(ctx).brands.refresh(brand);
    const listed = [...state.snapshots].sort((a, b) =>
      a.as_of < b.as_of || (a.as_of === b.as_of && a.version < b.version) ? 1 : -1,
    );
    return { snapshots: listed.map((snapshot) => snapshotDocument(state, snapshot)) };
  },
  "snapshots.show": async ({ brand, snapshot_id }, { ctx }) => {
    const { state, snapshot, brandDir } = await findSnapshot(ctx, brand, snapshot_id);
    const manifest = await ctx.engine.call("snapshots.manifest", { brandDir, snapshot_id: snapshot.snapshot_id });
    return { snapshot: snapshotDocument(state, snapshot), manifest: manifest as never };
  },
  "snapshots.publish": async ({ brand, snapshot_id }, { ctx }) => {
    const { snapshot } = await findSnapshot(ctx, brand, snapshot_id);
    return mark(ctx, brand, "snapshot_made_current", snapshot.snapshot_id);
  },
  "snapshots.roll_back": async ({ brand, snapshot_id }, { ctx }) => {
    const { snapshot } = await findSnapshot(ctx, brand, snapshot_id);
    return mark(ctx, brand, "snapshot_rolled_back", snapshot.snapshot_id);
  },
  "snapshots.drop": ({ brand, snapshot_id }, { ctx }) => dropSnapshot(ctx, brand, snapshot_id),
  "snapshots.path": async ({ brand, table, snapshot_id }, { ctx }) => {
    const { snapshot, brandDir } = await findSnapshot(ctx, brand, snapshot_id);
    return ctx.engine.call("snapshots.path", { brandDir, snapshot_id: snapshot.snapshot_id, table });
  },
  "events.watch": (_, { ctx, signal, progress }) =>
    new Promise((resolve) => {
      const stop = ctx.onTell((topic) => progress({ topic }));
      const end = () => {
        stop();
        resolve({ ok: true });
      };
      if (signal.aborted) end();
      else signal.addEventListener("abort", end, { once: true });
    }),
};

/** Goes on with what a run asked for: one of this machine that failed or was cancelled, or one that lost its scheduler. */
async function resume(
  ctx: ApiContext,
  brand: string,
  runId: string,
  { runner, redis }: { runner?: "pool" | "cluster" | undefined; redis?: string | undefined },
): Promise<ActiveRun> {
  const taken = await takeUp(ctx, brand, runId, { runner, redis });
  if (taken) return taken;
  if ((await openRuns(ctx, brand)).some(({ run_id }) => run_id.startsWith(runId))) {
    throw new AssayError("conflict", `Run ${runId} is going on elsewhere.`, "Cancel it first, or let it end.");
  }
  const { run } = await ctx.runs.show(brand, runId);
  if (run.state === "done") {
    throw new AssayError("conflict", `Run ${runId} is done.`, "Start a new one with `assay run`.");
  }
  const days = { as_of: run.as_of ?? undefined, fit_as_of: run.fit_as_of ?? undefined };
  const asked = { ...days, ...run.request, brand, redis };
  return launch(ctx, { ...asked, runner: runner ?? run.runner });
}

async function mark(
  ctx: ApiContext,
  brand: string,
  kind: "snapshot_made_current" | "snapshot_rolled_back",
  snapshotId: string,
): Promise<Snapshot> {
  const { brands } = requireWritable(ctx);
  const before = await brands.refresh(brand);
  const state = await brands.append(
    brand,
    kind,
    { snapshot_id: snapshotId },
    `${kind}:${snapshotId}:${before.version}`,
  );
  ctx.tell("snapshots");
  const snapshot = state.snapshots.find(({ snapshot_id }) => snapshot_id === snapshotId);
  if (!snapshot)
    throw new AssayError("not_found", `${brand} has no snapshot ${snapshotId}.`, "See `assay snapshot list`.");
  return snapshotDocument(state, snapshot);
}
