import type { Collection } from "../../shared/api/contract/retention.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { currentSnapshot } from "../../shared/domain/brand-state.ts";
import { defaultRetention, type RetentionRules } from "../../shared/domain/retention.ts";
import { type ApiContext, findSnapshot, requireEditable, requireWorkspace, requireWritable } from "./context.ts";
import type { HandlersOf, Named } from "./handlers-type.ts";

interface Collecting {
  readonly dry_run?: boolean | undefined;
  readonly older_than_days?: number | undefined;
  readonly takes_reusable?: boolean | undefined;
  readonly wait_hours?: number | undefined;
}
interface Following {
  readonly signal: AbortSignal;
  readonly progress: (progress: { label: string; done: number; total: number | null; unit: string }) => void;
}

/** Drops from a brand what its rules let go. */
export async function collect(
  ctx: ApiContext,
  brand: string,
  { dry_run = false, older_than_days, takes_reusable = false, wait_hours }: Collecting,
  { signal, progress }: Following,
): Promise<Collection> {
  const { brands } = dry_run ? requireWorkspace(ctx) : requireWritable(ctx);
  const state = await brands.refresh(brand);
  const asOf = new Map(state.snapshots.map((one) => [one.snapshot_id, one.as_of]));
  const rules: RetentionRules = {
    ...state.retention,
    ...(older_than_days === undefined ? {} : { unused_days: older_than_days }),
    ...(wait_hours === undefined ? {} : { wait_hours }),
  };
  const found = await ctx.engine.stream(
    "retention.collect",
    { brandDir: brands.directory(brand), rules, takes_reusable, dry_run },
    { signal, onProgress: (step) => progress({ ...step, unit: "" }) },
  );
  if (!dry_run) {
    await brands.refresh(brand);
    for (const topic of ["snapshots", "settings"] as const) ctx.tell(topic);
  }
  const { tidied, ...rest } = found;
  return {
    ...rest,
    dry_run,
    dropped: found.dropped.map((snapshot_id) => ({ snapshot_id, as_of: asOf.get(snapshot_id) ?? "" })),
    tidied: { ...tidied, broken: [...tidied.broken] },
  };
}

/** Drops a snapshot that a person no longer wants; its files go with the next collections. */
export async function dropSnapshot(ctx: ApiContext, brand: string, snapshotId: string) {
  const { brands } = requireWritable(ctx);
  const { state, snapshot } = await findSnapshot(ctx, brand, snapshotId);
  const { snapshot_id, as_of } = snapshot;
  if (currentSnapshot(state)?.snapshot_id === snapshot_id) {
    throw new AssayError(
      "conflict",
      `The snapshot of ${as_of} is the current one.`,
      "Roll it back or publish another first.",
    );
  }
  const campaign = [...state.campaigns.values()].find(({ drawn }) => drawn?.snapshot_id === snapshot_id);
  if (campaign) {
    throw new AssayError(
      "conflict",
      `The campaign ${campaign.campaign} was drawn on the snapshot of ${as_of}.`,
      "Remove the campaign first.",
    );
  }
  const body = { snapshot_id, why: "asked" as const };
  await brands.append(brand, "snapshot_dropped", body, `snapshot-dropped:${snapshot_id}:${state.version}`);
  ctx.tell("snapshots");
  return { snapshot_id, as_of };
}

export const retentionHandlers: HandlersOf<Named<"retention">> = {
  "retention.preview": async ({ brand, older_than_days = 0 }, { ctx, signal }) => {
    const { brands } = requireWorkspace(ctx);
    await brands.refresh(brand);
    const input = { brandDir: brands.directory(brand), older_than_days };
    const { all, needed, droppable, cold, steps, snapshots } = await ctx.engine.stream("retention.plan", input, {
      signal,
    });
    const titles = ctx.runs.catalogue.steps;
    return {
      artifacts: all.artifacts,
      bytes: all.bytes,
      needed: { artifacts: needed.artifacts, bytes: needed.bytes, snapshots },
      droppable: { ...droppable },
      cold: { ...cold },
      steps: steps
        .map((one) => ({ ...one, title: titles.get(one.step)?.title ?? one.step }))
        .sort((a, b) => b.bytes - a.bytes || (a.step < b.step ? -1 : 1)),
    };
  },
  "retention.rules": async ({ brand }, { ctx }) => {
    const { retention, snapshots, dropped, collected } = await requireWorkspace(ctx).brands.refresh(brand);
    const { at, removed, freed_bytes } = collected;
    return {
      rules: { ...retention },
      defaults: { ...defaultRetention },
      snapshots: snapshots.length,
      dropped: dropped.size,
      collected: { at, removed, freed_bytes },
    };
  },
  "retention.change": async ({ brand, rules }, { ctx }) => {
    const { brands } = requireEditable(ctx);
    const { version, retention } = await brands.refresh(brand);
    const changed = Object.entries(rules).filter(
      ([name, value]) => value !== undefined && value !== retention[name as keyof RetentionRules],
    );
    const given: Partial<RetentionRules> = Object.fromEntries(changed);
    const state = await brands.append(brand, "retention_changed", given, `retention:${version}`);
    ctx.tell("settings");
    return { rules: { ...state.retention } };
  },
  "retention.collect": ({ brand, ...asked }, { ctx, signal, progress }) =>
    collect(ctx, brand, asked, { signal, progress }),
};
