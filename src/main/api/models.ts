import { resolve } from "node:path";
import type { FittedModel, ModelEvaluation } from "../../shared/api/contract/models.ts";
import { AssayError } from "../../shared/base/errors.ts";
import type { ModelDeclaration } from "../../shared/domain/model.ts";
import { needsOf, type Verdict, verdictOf } from "../../shared/domain/verdict.ts";
import { evaluateAtCuts } from "../schedule/evaluate.ts";
import { type ApiContext, findSnapshot, requireWritable } from "./context.ts";
import { describeFit } from "./describe-fit.ts";
import type { HandlersOf, Named } from "./handlers-type.ts";

/** What the brand's own data say of each model; null where none were judged yet. */
async function verdictsOf(ctx: ApiContext, brand: string | undefined): Promise<((name: string) => Verdict) | null> {
  if (brand === undefined) return null;
  const rows = await evaluationsOf(ctx, brand).catch((error: unknown) => {
    if (error instanceof AssayError && error.code === "not_found") return [];
    throw error;
  });
  return rows.length === 0 ? null : (name) => verdictOf(rows.filter((row) => row.model === name));
}

function modelDocument(model: ModelDeclaration, verdicts: ((name: string) => Verdict) | null) {
  const inputs = [model.inputs, model.outcomes ?? {}, model.learns ?? {}].flatMap((tables) => Object.values(tables));
  return {
    name: model.name,
    title: model.title,
    purpose: model.card.purpose,
    group: model.group,
    version: model.version,
    inputs: Object.values(model.inputs).map((input) => ("feature" in input ? input.feature : `scores_${input.scores}`)),
    outputs: model.outputs.map(({ name }) => name),
    params: model.params as never,
    main_metric: model.mainMetric ?? null,
    verdict: verdicts ? verdicts(model.name) : null,
    needs: needsOf(
      inputs.flatMap((input) => ("feature" in input ? input.feature : [])),
      model.needs,
    ),
  };
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

async function fitsOf(ctx: ApiContext, brand: string): Promise<FittedModel[]> {
  const { reference, brandDir } = await findSnapshot(ctx, brand);
  const manifest = await ctx.engine.call("snapshots.manifest", {
    brandDir,
    snapshot_id: reference.snapshot_id,
  });
  const found: FittedModel[] = [];
  for (const [name, { key, output }] of Object.entries(manifest.fits)) {
    const { value } = await ctx.engine.call("artifacts.json", { brandDir, key, output });
    const fit = describeFit(name, manifest.fit_as_of, value);
    if (fit) found.push(fit);
  }
  return found;
}

/** The handlers about models; `models` are the catalogue's declarations. */
export function modelHandlers(models: readonly ModelDeclaration[]): HandlersOf<Named<"models">> {
  return {
    "models.list": async ({ brand }, { ctx }) => {
      const verdicts = await verdictsOf(ctx, brand);
      return { models: models.map((model) => modelDocument(model, verdicts)) };
    },
    "models.show": async ({ name, brand }, { ctx }) => {
      const model = requireModel(models, name);
      const { method, references, assumptions, limits, metrics } = model.card;
      const lists = {
        references: [...references],
        assumptions: [...assumptions],
        limits: [...limits],
        metrics: [...metrics],
      };
      return { ...modelDocument(model, await verdictsOf(ctx, brand)), method, ...lists };
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
    "models.evaluations": async ({ brand }, { ctx }) => ({ evaluations: await evaluationsOf(ctx, brand) }),
    "models.evaluate": async ({ brand, models: wanted, cuts = 1, horizon_days }, { ctx, signal, progress }) => {
      for (const name of wanted ?? []) requireModel(models, name);
      const { brands } = requireWritable(ctx);
      const { snapshot } = await findSnapshot(ctx, brand);
      const evaluations = await evaluateAtCuts(
        { engine: ctx.engine, catalogue: ctx.runs.catalogue, brands },
        {
          brand,
          asOf: snapshot.as_of,
          models: wanted,
          cuts,
          horizonDays: horizon_days,
          signal,
          onProgress: (done, total, cutOn) =>
            progress({ label: `Judging on what followed ${cutOn}`, done, total, unit: "tasks" }),
          ...ctx.defaults,
        },
      );
      return { evaluations };
    },
  };
}
