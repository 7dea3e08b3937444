import type { SnapshotManifest, SnapshotTableFile } from "../../shared/api/engine.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { type Day, toEpochDay, weekEnd } from "../../shared/base/time.ts";
import { type BrandState, liveBatches } from "../../shared/domain/brand-state.ts";
import type { OwnDefinition, OwnProgram } from "../../shared/domain/own-model.ts";
import type { ParamSpec, Params } from "../../shared/domain/params.ts";
import type { SnapshotTable } from "../../shared/domain/snapshot.ts";
import type { StepDeclaration } from "../../shared/domain/step.ts";
import { judgedDays, tournamentTargets } from "../../shared/domain/tournament.ts";
import { exactCut, rollingCut } from "../plan/cuts.ts";
import { keyOf } from "../plan/key.ts";
import { type PlannedBatch, Planner, type PlanRequest, partKeys } from "../plan/plan.ts";

export const customersPerBucket = 100_000;
export const defaultHorizonDays = 365;
export const defaultPurchaseHorizonDays = 90;

export interface RunOptions {
  readonly as_of?: string | undefined;
  /** Day of the fits: a named day's own, else the end of the week, so that a night without a refit is cheap. */
  readonly fit_as_of?: string | undefined;
  readonly known_at?: string | undefined;
  readonly models?: readonly string[] | undefined;
  readonly params?: Readonly<Record<string, number | boolean | string>> | undefined;
  readonly horizon_days?: number | undefined;
  readonly seed?: number | undefined;
  /** A variant whatever it asks for: never the current snapshot. */
  readonly is_variant?: boolean | undefined;
}

export interface PlannedModel {
  readonly name: string;
  readonly inputs: Readonly<Record<string, object>>;
}

/** What a run is planned with: the program's own steps and models, and those behind a retailer's definitions. */
export interface PlanCatalogue {
  readonly steps: ReadonlyMap<string, StepDeclaration>;
  readonly models: readonly PlannedModel[];
  readonly own?: (definitions: readonly OwnDefinition[]) => {
    readonly steps: readonly StepDeclaration[];
    readonly models: readonly PlannedModel[];
    readonly broken: readonly { readonly name: string; readonly why: string }[];
  };
}

export interface RunPlan {
  readonly asOf: Day;
  readonly fitAsOf: Day;
  readonly models: readonly string[];
  /** Those of the models that are programs of the retailer's own, and whether each was asked for by name. */
  readonly programs: readonly OwnProgram[];
  readonly isAskedFor: (model: string) => boolean;
  readonly warnings: readonly string[];
  readonly isVariant: boolean;
  readonly base: Omit<PlanRequest, "bucketCount">;
}

export function plannedBatches(state: BrandState, knownAt: string | undefined): PlannedBatch[] {
  return liveBatches(state, knownAt).map((batch) => {
    const source = state.sources.get(batch.source);
    return { source: batch.source, batchId: batch.batch_id, subject: normaliseSubject(batch, source?.mapping) };
  });
}

/** What the reading of a delivery depends on. The mapping is the source's present one: a mended mapping reads all again. Of a file's path only
 *  its name: mappings ask for it and rejects bear it, while the folder that it was taken from says nothing. */
export function normaliseSubject(
  batch: {
    source: string;
    batch_id: string;
    not_after: string | null;
    files: readonly { name: string; landed: string; sha256: string }[];
  },
  mapping: unknown,
): Record<string, unknown> {
  return {
    source: batch.source,
    batch_id: batch.batch_id,
    files: batch.files.map(({ name, landed, sha256 }) => ({
      name: name.split(/[\\/]/).at(-1) ?? name,
      landed,
      sha256,
    })),
    mapping: mapping ?? null,
    not_after: batch.not_after,
  };
}

/** Settles what a run asks for against what the brand has. */
export function planRun(state: BrandState, options: RunOptions, given: PlanCatalogue): RunPlan {
  if (!state.settings)
    throw new AssayError("not_found", "The brand has no settings.", "Create it with `assay brand create`.");
  const { catalogue, warnings } = withOwn(state, given);
  const batches = plannedBatches(state, options.known_at);
  if (batches.length === 0) {
    throw new AssayError(
      "not_found",
      `${state.settings.brand} has no delivery to run on.`,
      "Add a source and take its delivery: `assay source add`, then `assay ingest`.",
    );
  }
  const asOf = options.as_of ?? latestOrderDay(state, options.known_at);
  toEpochDay(asOf);
  const fitAsOf = options.fit_as_of ?? options.as_of ?? weekEnd(asOf);
  if (toEpochDay(fitAsOf) > toEpochDay(asOf)) {
    throw new AssayError(
      "bad_input",
      `Fits of ${fitAsOf} would see what comes after ${asOf}.`,
      "Fit at an earlier day.",
    );
  }
  const models = chosenModels(options.models, catalogue.models);
  for (const [name, value] of Object.entries(options.params ?? {})) checkParam(name, value, catalogue);
  const variantParams = Object.keys(options.params ?? {}).length > 0;
  return {
    asOf,
    fitAsOf,
    models,
    programs: models.flatMap((name) => {
      const definition = state.models.get(name)?.definition;
      return definition?.kind === "program" ? [definition] : [];
    }),
    isAskedFor: (model) => options.models?.includes(model) === true,
    warnings,
    isVariant: options.is_variant === true || options.models !== undefined || variantParams,
    base: {
      steps: catalogue.steps,
      batches,
      brand: {
        currency: state.settings.currency,
        timeZone: state.settings.time_zone,
        returnWindowDays: state.settings.return_window_days,
      },
      asOf,
      spanEnds: [rollingCut(asOf, 2), rollingCut(asOf, 1), weekEnd(asOf)],
      fitAsOf,
      horizonDays: options.horizon_days ?? defaultHorizonDays,
      purchaseHorizonDays: options.horizon_days ?? defaultPurchaseHorizonDays,
      seed: options.seed ?? 1,
      params: { ...ownParams(state, catalogue.steps), ...options.params },
      overrides: state.overrides
        .filter(({ undone }) => !undone)
        .map(({ kind, records, rest }) => (kind === "join" ? { kind, records } : { kind, records, rest })),
      previousIds: (clusters) => previousIds(state, clusters),
    },
  };
}

function withOwn(state: BrandState, { steps, models, own }: PlanCatalogue) {
  const defined = [...state.models.values()].map(({ definition }) => definition);
  const made = defined.length > 0 ? own?.(defined) : undefined;
  if (!made) return { catalogue: { steps, models }, warnings: [] };
  return {
    catalogue: {
      steps: new Map([...steps, ...made.steps.map((step) => [step.name, step] as const)]),
      models: [...models, ...made.models],
    },
    warnings: made.broken.map(({ name, why }) => `${name} is left out: its definition can't be used here (${why})`),
  };
}

/** Ids go on from the latest assignment; one made from these very clusters is simply found again. */
function previousIds(state: BrandState, clusters: string): string | null {
  const same = state.ids.find((one) => one.clusters === clusters);
  return same ? same.previous : (state.ids.at(-1)?.ids ?? null);
}

function latestOrderDay(state: BrandState, knownAt: string | undefined): Day {
  const days = liveBatches(state, knownAt).flatMap(({ latest_order_on }) => latest_order_on ?? []);
  const latest = days.sort().at(-1) ?? "";
  if (latest === "") {
    throw new AssayError(
      "not_found",
      "No delivery holds an order.",
      "Add a source of orders, a customer, a date and an amount in each row; without any, say a day with --as-of.",
    );
  }
  return latest;
}

function chosenModels(wanted: readonly string[] | undefined, models: readonly PlannedModel[]): readonly string[] {
  const known = new Map(models.map((model) => [model.name, model]));
  if (!wanted) return [...known.keys()];
  const chosen = new Set<string>();
  const add = (name: string) => {
    const model = known.get(name);
    if (!model) {
      throw new AssayError("not_found", `No model is called ${name}.`, `There are: ${[...known.keys()].join(", ")}.`);
    }
    chosen.add(name);
    for (const input of Object.values(model.inputs)) if ("scores" in input) add(String(input.scores));
  };
  for (const name of wanted) add(name);
  return [...chosen];
}

function paramOf(name: string, steps: ReadonlyMap<string, StepDeclaration>) {
  const [owner = "", param = ""] = name.split(".");
  const step = steps.get(`scores_${owner}`) ?? steps.get(owner);
  return { owner, param, step, spec: step && Object.hasOwn(step.params, param) ? step.params[param] : undefined };
}

function checkParam(
  name: string,
  value: Params[string],
  catalogue: { steps: ReadonlyMap<string, StepDeclaration> },
): void {
  const { owner, param, step, spec } = paramOf(name, catalogue.steps);
  if (!step) throw new AssayError("not_found", `No model is called ${owner}.`, "Write --param model.name=value.");
  if (!spec) {
    const names = Object.keys(step.params).join(", ") || "none";
    throw new AssayError("not_found", `${owner} has no parameter ${param}.`, `Its parameters: ${names}.`);
  }
  const wrong = whatIsWrong(spec, value);
  if (wrong) throw new AssayError("bad_input", `${name} can't be ${value}.`, wrong);
}

function whatIsWrong(spec: ParamSpec, value: Params[string]): string | null {
  if (spec.kind === "boolean") return typeof value === "boolean" ? null : "It is true or false.";
  if (spec.kind === "choice")
    return spec.choices.includes(String(value)) ? null : `One of: ${spec.choices.join(", ")}.`;
  const isInside = typeof value === "number" && value >= spec.min && value <= spec.max;
  const isWhole = !spec.integer || Number.isInteger(value);
  return isInside && isWhole
    ? null
    : `${spec.integer ? "A whole number" : "A number"} from ${spec.min} to ${spec.max}.`;
}

/** The brand's own values of parameters that the program still has. */
function ownParams(state: BrandState, steps: ReadonlyMap<string, StepDeclaration>): Params {
  const known = [...state.params].filter(([name, { value }]) => {
    const { spec } = paramOf(name, steps);
    return spec !== undefined && whatIsWrong(spec, value) === null;
  });
  return Object.fromEntries(known.map(([name, { value }]) => [name, value]));
}

export function bucketsFor(customers: number): number {
  let buckets = 1;
  while (customers / buckets > customersPerBucket) buckets *= 2;
  return buckets;
}

/** The manifest of a snapshot: every table with the artifacts that it is made of; its id is the hash of all that. */
export function manifestOf(
  plan: RunPlan,
  planner: Planner,
  tables: readonly SnapshotTable[],
  bucketCount: number,
  knownAt: string | null,
): SnapshotManifest {
  const files = (table: SnapshotTable): SnapshotTableFile[] =>
    planner
      .require(table.step)
      .flatMap((node) =>
        partKeys(node, plan.base.steps.get(table.step)).flatMap((key) =>
          tableFiles(plan, table, key, node.bucket, bucketCount),
        ),
      );
  const made = Object.fromEntries(tables.map((table) => [table.table, files(table)]));
  const fits = Object.fromEntries(
    plan.models.map((model) => [
      model,
      { key: planner.require(`fit_${model}`)[0]?.key ?? "", output: "fitted", bucket: 0 },
    ]),
  );
  const choices = Object.fromEntries(
    tournamentTargets.map((target) => [
      target,
      { key: planner.require(`tournament_${target}`)[0]?.key ?? "", output: "choice", bucket: 0 },
    ]),
  );
  const { horizonDays, purchaseHorizonDays, brand } = plan.base;
  const question = { as_of: plan.asOf, horizonDays, purchaseHorizonDays, made, fits, variant: plan.isVariant };
  return {
    snapshot_id: keyOf(question).slice(0, 20),
    as_of: plan.asOf,
    known_at: knownAt,
    horizon_days: horizonDays,
    purchase_horizon_days: purchaseHorizonDays,
    fit_as_of: plan.fitAsOf,
    is_variant: plan.isVariant,
    brand,
    bucket_count: bucketCount,
    tables: made,
    fits,
    choices,
    params: plan.base.params,
  };
}

function tableFiles(
  plan: RunPlan,
  table: SnapshotTable,
  key: string,
  bucket: number,
  bucketCount: number,
): SnapshotTableFile[] {
  const declared = plan.base.steps.get(table.step)?.outputs.find(({ name }) => name === table.output);
  if (!declared?.isPartitioned) return [{ key, output: table.output, bucket }];
  return Array.from({ length: bucketCount }, (_, part) => ({ key, output: `${table.output}#${part}`, bucket: part }));
}

/** Cuts at which a run judges its models. */
export const rollingCuts = 2;

/** The planner of an evaluation: the same graph at an earlier day, judged on what followed. Where a length is named, cuts lie exactly
 *  so many days apart from the day itself. One bucket of the customers is judged, where there are several. */
export function cutPlanner(
  plan: RunPlan,
  bucketCount: number,
  cutsBack: number,
  namedDays: number | undefined,
): { planner: Planner; cutOn: Day; horizonDays: number } {
  const horizonDays = namedDays ?? judgedDays;
  const cutOn =
    namedDays === undefined ? rollingCut(plan.asOf, cutsBack + 1) : exactCut(plan.asOf, cutsBack + 1, namedDays);
  const planner = new Planner({
    ...plan.base,
    bucketCount,
    asOf: cutOn,
    fitAsOf: namedDays === undefined ? undefined : cutOn,
    horizonDays,
    purchaseHorizonDays: horizonDays,
    isDrawn: true,
    role: `cut ${cutsBack + 1}`,
  });
  return { planner, cutOn, horizonDays };
}
