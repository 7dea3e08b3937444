import { resolve } from "node:path";
import type { FittedModel, ModelEvaluation, OutputDrift } from "../../shared/api/contract/models.ts";
import type { SnapshotManifest } from "../../shared/api/engine.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { doubtedColumns } from "../../shared/domain/column-models.ts";
import type { ModelDeclaration } from "../../shared/domain/model.ts";
import { type Verdict, verdictOf } from "../../shared/domain/verdict.ts";
import { evaluateAtCuts } from "../schedule/evaluate.ts";
import { type ApiContext, findSnapshot, requireWorkspace, requireWritable } from "./context.ts";
import { describeFit } from "./describe-fit.ts";
import type { HandlersOf, Named } from "./handlers-type.ts";
import { modelDocument, type OwnDeclarations, ownState } from "./model-document.ts";
import { askSnapshot } from "./query.ts";

/** What the brand's own data say of each model; null where none were judged yet. */
async function verdictsOf(ctx: ApiContext, brand: string | undefined): Promise<((name: string) => Verdict) | null> {
  if (brand === undefined) return null;
  const rows = await evaluationsOf(ctx, brand).catch((error: unknown) => {
    if (error instanceof AssayError && error.code === "not_found") return [];
    throw error;
  });
  return rows.length === 0 ? null : (name) => verdictOf(rows.filter((row) => row.model === name));
}

type Verdicts = Awaited<ReturnType<typeof verdictsOf>>;

function doubtedOf(all: readonly ModelDeclaration[], verdicts: Verdicts): string[] {
  if (!verdicts) return [];
  const own = all
    .filter(({ group }) => group === "own")
    .map(({ name, outputs }) => [name, outputs.map((one) => one.name)]);
  return doubtedColumns((name) => verdicts(name).state === "unproven", Object.fromEntries(own));
}

function requireModel(models: readonly ModelDeclaration[], name: string): ModelDeclaration {
  const found = models.find((model) => model.name === name);
  if (!found) {
    throw new AssayError(
      "not_found",
      `No model is called ${name}.`,
      `There are: ${models.map((model) => model.name).join(", ")}.`,
    );
  }
  return found;
}

export async function evaluationsOf(ctx: ApiContext, brand: string, snapshotId?: string): Promise<ModelEvaluation[]> {
  const { reference, brandDir } = await findSnapshot(ctx, brand, snapshotId);
  const found = await Promise.all(
    reference.evaluations.map(({ key }) => ctx.engine.call("artifacts.json", { brandDir, key, output: "evaluations" })),
  );
  return found.flatMap(({ value }) => value as ModelEvaluation[]);
}

async function manifestOf(ctx: ApiContext, brand: string): Promise<SnapshotManifest> {
  const { reference, brandDir } = await findSnapshot(ctx, brand);
  return ctx.engine.call("snapshots.manifest", { brandDir, snapshot_id: reference.snapshot_id });
}

async function fitsOf(ctx: ApiContext, brand: string): Promise<FittedModel[]> {
  const { brandDir } = await findSnapshot(ctx, brand);
  const manifest = await manifestOf(ctx, brand);
  const found: FittedModel[] = [];
  for (const [name, { key, output }] of Object.entries(manifest.fits)) {
    const { value } = await ctx.engine.call("artifacts.json", { brandDir, key, output });
    const fit = describeFit(name, manifest.fit_as_of, value);
    if (fit) found.push(fit);
  }
  return found;
}

/** The handlers about models; `models` are the catalogue's declarations. */
export function modelHandlers(models: readonly ModelDeclaration[], own: OwnDeclarations): HandlersOf<Named<"models">> {
  async function allOf(ctx: ApiContext, brand: string | undefined) {
    const verdicts = await verdictsOf(ctx, brand);
    const documentOf = (model: ModelDeclaration) => modelDocument(model, verdicts);
    if (brand === undefined || !ctx.workspace) return { all: models, documentOf, verdicts };
    const state = await requireWorkspace(ctx).brands.refresh(brand);
    const permits = await ctx.runs.permits(brand);
    return {
      all: [...models, ...own(state)],
      verdicts,
      documentOf: (model: ModelDeclaration) => ({ ...documentOf(model), ...ownState(state, permits, model.name) }),
    };
  }
  return {
    "models.list": async ({ brand }, { ctx }) => {
      const { all, documentOf, verdicts } = await allOf(ctx, brand);
      return { models: all.map(documentOf), doubted: doubtedOf(all, verdicts) };
    },
    "models.show": async ({ name, brand }, { ctx }) => {
      const { all, documentOf } = await allOf(ctx, brand);
      const model = requireModel(all, name);
      const { method, references, assumptions, limits, metrics } = model.card;
      const lists = {
        references: [...references],
        assumptions: [...assumptions],
        limits: [...limits],
        metrics: [...metrics],
      };
      return { ...documentOf(model), method, ...lists };
    },
    "models.fit": async ({ name, summary, columns = {} }, { ctx, signal }) => {
      requireModel(models, name);
      return (await ctx.engine.call("models.fit", { name, summary: resolve(summary), columns }, { signal })) as never;
    },
    "models.predict": ({ name, summary, columns = {}, horizon, params, out }, { ctx, signal }) => {
      requireModel(models, name);
      const input = { name, summary: resolve(summary), columns, horizon, params: params ?? null, out: resolve(out) };
      return ctx.engine.call("models.predict", input, { signal });
    },
    "models.self_test": async (_, { ctx, signal, progress }) =>
      (await ctx.engine.stream(
        "models.self_test",
        {},
        { signal, onProgress: ({ label, done, total }) => progress({ label, done, total, unit: "models" }) },
      )) as never,
    "models.fits": async ({ brand }, { ctx }) => ({ fits: await fitsOf(ctx, brand) }),
    "models.evaluations": async ({ brand }, { ctx }) => {
      const [evaluations, { bucket_count, tables }] = await Promise.all([
        evaluationsOf(ctx, brand),
        manifestOf(ctx, brand),
      ]);
      const scored = Object.keys(tables).flatMap((table) => /^scores_(.+)$/.exec(table)?.[1] ?? []);
      return { evaluations, judged_one_in: bucket_count, scored };
    },
    "models.drift": async ({ brand, snapshot_id, models: wanted }, { ctx, signal }) => {
      const { all } = await allOf(ctx, brand);
      const asked = wanted ? wanted.map((name) => requireModel(all, name)) : all;
      const found = await findSnapshot(ctx, brand, snapshot_id);
      const as_of = found.snapshot.as_of;
      const before = found.state.snapshots.find((one) => one.snapshot_id === found.before?.snapshot_id);
      if (!before) return { before: null, as_of, outputs: [] };
      const columns = asked.map(({ name, outputs }) => ({
        model: name,
        outputs: outputs.map((output) => output.name).filter((output) => !/_(?:low|high)$/.test(output)),
      }));
      const { outputs } = (await askSnapshot(ctx, found, "models.drift", { models: columns }, signal)) as {
        outputs: OutputDrift[];
      };
      return { before: { snapshot_id: before.snapshot_id, as_of: before.as_of }, as_of, outputs };
    },
    "models.evaluate": async (
      { brand, models: wanted, cuts = 1, horizon_days, known_at },
      { ctx, signal, progress },
    ) => {
      const { all } = await allOf(ctx, brand);
      for (const name of wanted ?? []) requireModel(all, name);
      const { brands } = requireWritable(ctx);
      const { snapshot } = await findSnapshot(ctx, brand);
      const evaluations = await evaluateAtCuts(
        { engine: ctx.engine, catalogue: ctx.runs.catalogue, brands },
        {
          brand,
          asOf: snapshot.as_of,
          knownAt: known_at ?? snapshot.known_at ?? undefined,
          models: wanted,
          cuts,
          horizonDays: horizon_days,
          signal,
          permits: await ctx.runs.permits(brand),
          onProgress: (done, total, cutOn) =>
            progress({ label: `Judging on what followed ${cutOn}`, done, total, unit: "tasks" }),
          ...ctx.defaults,
        },
      );
      return { evaluations };
    },
  };
}
