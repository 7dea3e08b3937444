import { resolve } from "node:path";
import type { FittedModel, ModelEvaluation } from "../../shared/api/contract/models.ts";
import { AssayError } from "../../shared/base/errors.ts";
import type { ModelDeclaration } from "../../shared/domain/model.ts";
import { evaluateAtCuts } from "../schedule/evaluate.ts";
import { type ApiContext, findSnapshot, requireWritable } from "./context.ts";
import { describeFit } from "./describe-fit.ts";
import type { HandlersOf, Named } from "./handlers-type.ts";

function modelDocument(model: ModelDeclaration) {
  return {
    name: model.name,
    title: model.title,
    purpose: model.card.purpose,
    group: model.group,
    version: model.version,
    inputs: Object.values(model.inputs).map((input) => ("feature" in input ? input.feature : `scores_${input.scores}`)),
    outputs: model.outputs.map(({ name }) => name),
    params: model.params as never,
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

async function evaluationsOf(ctx: ApiContext, brand: string): Promise<ModelEvaluation[]> {
  const { reference, brandDir } = await findSnapshot(ctx, brand);
  const found: ModelEvaluation[] = [];
  for (const { key } of reference.evaluations) {
    const { value } = await ctx.engine.call("artifacts.json", { brandDir, key, output: "evaluations" });
    found.push(...(value as ModelEvaluation[]));
  }
  return found;
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
    "models.list": async () => ({ models: models.map(modelDocument) }),
    "models.show": async ({ name }) => {
      const model = requireModel(models, name);
      const { method, references, assumptions, limits, metrics } = model.card;
      const lists = {
        references: [...references],
        assumptions: [...assumptions],
        limits: [...limits],
        metrics: [...metrics],
      };
      return { ...modelDocument(model), method, ...lists };
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
    "models.evaluate": async ({ brand, models: wanted, cuts = 1, horizon_days = 90 }, { ctx, signal, progress }) => {
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
