import type { z } from "zod";
import type {
  Experiment,
  ExperimentComparison,
  ExperimentVariant,
  MetricComparison,
} from "../../shared/api/contract/experiments.ts";
import type { ModelEvaluation } from "../../shared/api/contract/models.ts";
import type { Run } from "../../shared/api/contract/runs.ts";
import type { stepProgress } from "../../shared/api/contract/workspace.ts";
import { canonicalJson } from "../../shared/base/canonical-json.ts";
import { AssayError, throwIfCancelled } from "../../shared/base/errors.ts";
import type { BrandState, EntryBodies } from "../../shared/domain/brand-state.ts";
import type { ExperimentState } from "../../shared/domain/experiment.ts";
import type { Params } from "../../shared/domain/params.ts";
import { sha256 } from "../plan/key.ts";
import { planRun } from "../schedule/run-plan.ts";
import { type ApiContext, findSnapshot, requireEditable, requireWorkspace, requireWritable } from "./context.ts";
import type { HandlersOf, Named } from "./handlers-type.ts";
import { follow, launch } from "./launch.ts";

type StepProgress = z.output<typeof stepProgress>;
const mostVariants = 25;

/** Every combination of the values, named by what differs. */
export function variantsOf(params: Readonly<Record<string, unknown>>): { variant: string; params: Params }[] {
  let all: Params[] = [{}];
  for (const [name, values] of Object.entries(params)) {
    const list = Array.isArray(values) ? values : [values];
    all = all.flatMap((one) => list.map((value) => ({ ...one, [name]: value })));
  }
  if (all.length > mostVariants) {
    throw new AssayError(
      "bad_input",
      `${all.length} variants are too many.`,
      `Sweep at most ${mostVariants} at a time.`,
    );
  }
  const told = (one: Params) =>
    Object.entries(one)
      .map(([name, value]) => `${name}=${value}`)
      .join(", ");
  return all.map((one) => ({ variant: told(one) || "as it is", params: one }));
}

function requireExperiment(state: BrandState, name: string): ExperimentState {
  const found = state.experiments.get(name);
  if (!found) {
    const known = [...state.experiments.keys()].join(", ") || "none yet";
    throw new AssayError("not_found", `There is no experiment ${name}.`, `There are: ${known}.`);
  }
  return found;
}

export function experimentDocument(state: ExperimentState): Experiment {
  const hasRun = state.variants.every(({ snapshot_id }) => snapshot_id !== null);
  return {
    experiment: state.experiment,
    note: state.note,
    created_at: state.created_at,
    models: state.models ? [...state.models] : null,
    horizon_days: state.horizon_days,
    as_of: state.as_of,
    state: state.outcome ?? (hasRun ? "ready" : "planned"),
    ended_at: state.ended_at,
    promoted_variant: state.promoted_variant,
    variants: state.variants.map((one) => ({
      ...one,
      params: { ...one.params },
      cost: one.cost ? { ...one.cost } : null,
    })),
  };
}

function costOf(run: Run, now: Date): NonNullable<ExperimentVariant["cost"]> {
  return {
    run_id: run.run_id,
    seconds: run.seconds,
    core_seconds: run.steps.reduce((sum, { seconds, computed }) => sum + (computed > 0 ? seconds : 0), 0),
    tasks: run.tasks.total,
    reused: run.tasks.reused,
    computed: run.tasks.computed,
    bytes_written: run.bytes_written,
    ran_at: now.toISOString(),
    host: run.host,
  };
}

/** The variant that is meant: the named one, else the only one. */
function requireVariant(found: ExperimentState, name: string | undefined): ExperimentState["variants"][number] {
  const [only, another] = found.variants;
  const chosen =
    name === undefined ? (another ? undefined : only) : found.variants.find(({ variant }) => variant === name);
  if (!chosen) {
    const names = found.variants.map(({ variant }) => `“${variant}”`).join(", ");
    throw new AssayError("bad_input", `${found.experiment} has several variants.`, `Name one: ${names}.`);
  }
  return chosen;
}

/** Tells a second end, after the first was taken back, from the first. */
function timeOf({ reopened }: ExperimentState): string {
  return reopened === 0 ? "" : `:${reopened}`;
}

async function end(
  ctx: ApiContext,
  brand: string,
  found: ExperimentState,
  body: Pick<EntryBodies["experiment_ended"], "outcome" | "variant" | "replaced">,
): Promise<Experiment> {
  const { brands } = requireWritable(ctx);
  if (found.outcome !== null) {
    throw new AssayError("conflict", `${found.experiment} was ${found.outcome} already.`, "Create another.");
  }
  const { experiment } = found;
  const state = await brands.append(
    brand,
    "experiment_ended",
    { experiment, ...body },
    `experiment-ended:${experiment}${timeOf(found)}`,
  );
  ctx.tell("experiments");
  return experimentDocument(requireExperiment(state, experiment));
}

async function compareVariant(
  ctx: ApiContext,
  brand: string,
  one: ExperimentState["variants"][number],
): Promise<ExperimentComparison> {
  const [own, base] = [
    await findSnapshot(ctx, brand, one.snapshot_id ?? ""),
    await findSnapshot(ctx, brand, one.base_snapshot_id ?? ""),
  ];
  const brandDir = own.brandDir;
  const changes = await ctx.engine.call("snapshots.changes", {
    brandDir,
    before: base.snapshot.snapshot_id,
    after: own.snapshot.snapshot_id,
  });
  const rowsOf = async (keys: readonly string[]) => {
    const read = keys.map((key) => ctx.engine.call("artifacts.json", { brandDir, key, output: "evaluations" }));
    return (await Promise.all(read)).flatMap(({ value }) => value as ModelEvaluation[]);
  };
  const baseKeys = new Set(base.reference.evaluations.map(({ key }) => key));
  const changed = own.reference.evaluations.map(({ key }) => key).filter((key) => !baseKeys.has(key));
  const [theirs, before] = [await rowsOf(changed), await rowsOf([...baseKeys])];
  return {
    variant: one.variant,
    snapshot_id: own.snapshot.snapshot_id,
    base_snapshot_id: base.snapshot.snapshot_id,
    is_like: own.snapshot.as_of === base.snapshot.as_of && own.snapshot.horizon_days === base.snapshot.horizon_days,
    metrics: theirs.map((row) => metricOf(row, before)),
    customers: changes.customers,
    changes: changes.columns.map(({ column, changed: n, moves }) => ({ column, changed: n, moves: [...moves] })),
    totals: changes.totals.map((total) => ({ ...total })),
    cost: one.cost ? { ...one.cost } : null,
  };
}

/** A row of the variant beside the current snapshot's on the same split. */
export function metricOf(row: ModelEvaluation, before: readonly ModelEvaluation[]): MetricComparison {
  const { model, metric, cut_on, horizon_days, n, baseline, baseline_value } = row;
  const same = before.find(
    (one) => one.model === model && one.metric === metric && one.cut_on === cut_on && one.horizon_days === horizon_days,
  );
  const [own, theirs] = [row.advantage ?? null, same?.advantage ?? null];
  const figure = ({ value, low, high }: ModelEvaluation) => ({ value, low, high });
  return {
    ...{ model, metric, cut_on, horizon_days, n, baseline, baseline_value },
    base: same ? figure(same) : null,
    variant: figure(row),
    gain: own !== null && theirs !== null ? own - theirs : null,
    is_main: row.is_main === true,
  };
}

/** Runs what hasn't run of an experiment, variant by variant, each beside the snapshot that is current by then. */
async function runMissing(
  ctx: ApiContext,
  { brand, experiment }: { brand: string; experiment: string },
  { signal, progress }: { signal: AbortSignal; progress: (value: StepProgress) => void },
): Promise<Experiment> {
  const { brands } = requireWritable(ctx);
  const found = requireExperiment(await brands.refresh(brand), experiment);
  const { variants } = found;
  for (const [at, one] of variants.entries()) {
    throwIfCancelled(signal);
    if (one.snapshot_id !== null) continue;
    const { snapshot, brandDir } = await findSnapshot(ctx, brand);
    const { fit_as_of } = await ctx.engine.call("snapshots.manifest", { brandDir, snapshot_id: snapshot.snapshot_id });
    const label = variants.length > 1 ? `Running variant ${at + 1} of ${variants.length}` : "Running the variant";
    const request = {
      brand,
      params: { ...one.params },
      models: found.models ? [...found.models] : undefined,
      horizon_days: found.horizon_days ?? undefined,
      as_of: found.as_of ?? snapshot.as_of,
      fit_as_of: found.as_of === null ? fit_as_of : undefined,
      is_variant: true,
    };
    const run = await follow(ctx, launch(ctx, request), {
      signal,
      owns: true,
      progress: ({ tasks }) =>
        progress({ label, done: tasks.reused + tasks.computed, total: tasks.total, unit: "tasks" }),
    });
    const snapshot_id = run.snapshot_id ?? "";
    const cost = costOf(run, ctx.now());
    const body = { experiment, variant: one.variant, snapshot_id, base_snapshot_id: snapshot.snapshot_id, cost };
    await brands.append(brand, "experiment_ran", body, `experiment-ran:${experiment}:${one.variant}`);
    ctx.tell("experiments");
  }
  return experimentDocument(requireExperiment(await brands.refresh(brand), experiment));
}

export const experimentHandlers: HandlersOf<Named<"experiments"> | Named<"params">> = {
  "experiments.create": async (input, { ctx, signal, progress }) => {
    const { brands } = requireWritable(ctx);
    const { brand, experiment, params, models, horizon_days, as_of, note } = input;
    const variants = variantsOf(params);
    const before = await brands.refresh(brand);
    for (const one of variants)
      planRun(before, { params: one.params, models, horizon_days, as_of }, ctx.runs.catalogue);
    await findSnapshot(ctx, brand);
    const body = {
      experiment,
      note: note ?? "",
      variants,
      models: models ?? null,
      horizon_days: horizon_days ?? null,
      as_of: as_of ?? null,
    };
    const known = before.experiments.get(experiment);
    if (known && (known.outcome !== null || canonicalJson(known.asked as never) !== canonicalJson(body as never))) {
      throw new AssayError("conflict", `There is an experiment ${experiment} already.`, "Choose another name.");
    }
    const taskKey = `experiment:${experiment}:${sha256(canonicalJson(body as never))}`;
    if (!known) await brands.append(brand, "experiment_created", body, taskKey);
    ctx.tell("experiments");
    return runMissing(ctx, { brand, experiment }, { signal, progress });
  },
  "experiments.run": ({ brand, experiment }, { ctx, signal, progress }) =>
    runMissing(ctx, { brand, experiment }, { signal, progress }),
  "experiments.list": async ({ brand }, { ctx }) => {
    const state = await requireWorkspace(ctx).brands.refresh(brand);
    return { experiments: [...state.experiments.values()].reverse().map(experimentDocument) };
  },
  "experiments.show": async ({ brand, experiment }, { ctx }) =>
    experimentDocument(requireExperiment(await requireWorkspace(ctx).brands.refresh(brand), experiment)),
  "experiments.compare": async ({ brand, experiment, variant }, { ctx }) => {
    const found = requireExperiment(await requireWorkspace(ctx).brands.refresh(brand), experiment);
    const wanted = variant === undefined ? found.variants : [requireVariant(found, variant)];
    const ran = wanted.filter(({ snapshot_id }) => snapshot_id !== null);
    if (ran.length === 0) {
      throw new AssayError("not_found", `${experiment} has not run yet.`, "Create it again to go on with it.");
    }
    const comparisons: ExperimentComparison[] = [];
    for (const one of ran) comparisons.push(await compareVariant(ctx, brand, one));
    return { experiment, comparisons };
  },
  "experiments.promote": async ({ brand, experiment, variant }, { ctx }) => {
    const { brands } = requireWritable(ctx);
    const state = await brands.refresh(brand);
    const found = requireExperiment(state, experiment);
    const chosen = requireVariant(found, variant);
    if (Object.keys(chosen.params).length === 0) {
      const hint = "Only parameters are promoted; a horizon or a day is said at a run.";
      throw new AssayError("bad_input", `“${chosen.variant}” changes no parameter.`, hint);
    }
    const names = Object.keys(chosen.params);
    const before = (name: string) => {
      const known = state.params.get(name);
      return known && known.from !== experiment ? known.value : null; // its own: of a promotion that was stopped half-way
    };
    const replaced = Object.fromEntries(names.map((name) => [name, before(name)]));
    if (found.outcome === null) {
      const body = { params: chosen.params, from: experiment };
      const key = `params:experiment:${experiment}:${chosen.variant}${timeOf(found)}`;
      await brands.append(brand, "params_changed", body, key);
    }
    return end(ctx, brand, found, { outcome: "promoted", variant: chosen.variant, replaced });
  },
  "experiments.drop": async ({ brand, experiment }, { ctx }) => {
    const found = requireExperiment(await requireWritable(ctx).brands.refresh(brand), experiment);
    return end(ctx, brand, found, { outcome: "dropped", variant: null });
  },
  "experiments.reopen": async ({ brand, experiment }, { ctx }) => {
    const { brands } = requireWritable(ctx);
    const state = await brands.refresh(brand);
    const found = requireExperiment(state, experiment);
    if (found.outcome === null)
      throw new AssayError("conflict", `${experiment} hasn't ended.`, "Promote or drop it first.");
    const unchanged = Object.entries(found.replaced).filter(([name]) => state.params.get(name)?.from === experiment);
    if (unchanged.length > 0) {
      const body = { params: Object.fromEntries(unchanged), from: null };
      await brands.append(brand, "params_changed", body, `params:reopened:${experiment}:${found.reopened}`);
    }
    const key = `experiment-reopened:${experiment}:${found.reopened}`;
    const after = await brands.append(brand, "experiment_reopened", { experiment }, key);
    ctx.tell("experiments");
    return experimentDocument(requireExperiment(after, experiment));
  },
  "params.list": async ({ brand }, { ctx }) => {
    const state = await requireWorkspace(ctx).brands.refresh(brand);
    return { params: [...state.params].map(([name, { value, set_at, from }]) => ({ name, value, set_at, from })) };
  },
  "params.set": async ({ brand, name, value }, { ctx }) => {
    const { brands } = requireEditable(ctx);
    const state = await brands.refresh(brand);
    if (value !== null) planRun(state, { params: { [name]: value } }, ctx.runs.catalogue);
    const body = { params: { [name]: value }, from: null };
    await brands.append(brand, "params_changed", body, `params:${state.version}:${name}:${value}`);
    ctx.tell("experiments");
    return { ok: true };
  },
};
