import type { Run, Snapshot, RunRequest as WireRequest } from "../../shared/api/contract/runs.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { type BrandState, currentSnapshot } from "../../shared/domain/brand-state.ts";
import type { ActiveRun, RunRequest } from "../schedule/active-run.ts";
import { parseBytes } from "../schedule/memory.ts";
import { type ApiContext, findSnapshot, requireWorkspace, requireWritable } from "./context.ts";
import type { HandlersOf, Named } from "./handlers-type.ts";

export function launch(ctx: ApiContext, request: WireRequest & Pick<RunRequest, "judge" | "is_variant">): ActiveRun {
  const { brands } = requireWritable(ctx);
  const run = ctx.runs.start(brands, {
    ...request,
    workers: request.workers ?? ctx.defaults.workers,
    memoryBytes: request.memory ? parseBytes(request.memory) : ctx.defaults.memoryBytes,
  });
  run.finished.then(
    () => {
      ctx.tell("snapshots");
      ctx.indexPeople(request.brand);
    },
    () => {},
  );
  return run;
}

/** Follows a run to its end; the caller's cancel reaches it only where `owns` says so. */
export async function follow(
  ctx: ApiContext,
  run: ActiveRun,
  options: { signal: AbortSignal; progress: (run: Run) => void; owns: boolean },
): Promise<Run> {
  const stop = ctx.runs.watch(run.id, (document) => options.progress(document));
  const cancel = () => run.cancel();
  if (options.owns) {
    if (options.signal.aborted) run.cancel();
    options.signal.addEventListener("abort", cancel, { once: true });
  }
  options.progress(run.document);
  try {
    if (options.owns) return await run.finished;
    return await Promise.race([
      run.finished,
      new Promise<Run>((resolve) =>
        options.signal.addEventListener("abort", () => resolve(run.document), { once: true }),
      ),
    ]);
  } finally {
    stop();
    options.signal.removeEventListener("abort", cancel);
  }
}

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
  "runs.start": (input, { ctx, signal, progress }) => follow(ctx, launch(ctx, input), { signal, progress, owns: true }),
  "runs.launch": async (input, { ctx }) => ({ run_id: launch(ctx, input).id }),
  "runs.watch": async ({ brand, run_id }, { ctx, signal, progress }) => {
    const run = ctx.runs.active(run_id);
    if (run) return follow(ctx, run, { signal, progress, owns: false }).catch(() => run.document);
    return (await ctx.runs.show(brand, run_id)).run;
  },
  "runs.list": async ({ brand }, { ctx }) => ({ runs: await ctx.runs.list(brand) }),
  "runs.show": ({ brand, run_id }, { ctx }) => ctx.runs.show(brand, run_id),
  "runs.cancel": async ({ run_id }, { ctx }) => {
    ctx.runs.cancel(run_id);
    return { ok: true };
  },
  "runs.resume": async ({ brand, run_id }, { ctx, signal, progress }) => {
    const { run } = await ctx.runs.show(brand, run_id);
    if (run.state === "done")
      throw new AssayError("conflict", `Run ${run_id} is done.`, "Start a new one with `assay run`.");
    const request = { brand, as_of: run.as_of ?? undefined, fit_as_of: run.fit_as_of ?? undefined };
    return follow(ctx, launch(ctx, request), { signal, progress, owns: true });
  },
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
