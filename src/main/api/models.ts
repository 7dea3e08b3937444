import { resolve } from "node:path";
import type { ModelEvaluation } from "../../shared/api/contract/models.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { addDays, weekEnd } from "../../shared/base/time.ts";
import type { ModelDeclaration } from "../../shared/domain/model.ts";
import { type ApiContext, findSnapshot, requireWritable } from "./context.ts";
import type { HandlersOf, Named } from "./handlers-type.ts";

function modelDocument(model: ModelDeclaration) {
  return {
    name: model.name,
    title: model.title,
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

/** The handlers about models; `models` are the catalogue's declarations. */
export function modelHandlers(models: readonly ModelDeclaration[]): HandlersOf<Named<"models">> {
  return {
    "models.list": async () => ({ models: models.map(modelDocument) }),
    "models.show": async ({ name }) => {
      const model = requireModel(models, name);
      const { purpose, method, references, assumptions, limits, metrics } = model.card;
      const lists = {
        references: [...references],
        assumptions: [...assumptions],
        limits: [...limits],
        metrics: [...metrics],
      };
      return { ...modelDocument(model), purpose, method, ...lists };
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
    "models.self_test": async (_, { ctx, signal }) =>
      (await ctx.engine.call("models.self_test", {}, { signal })) as never,
    "models.evaluations": async ({ brand }, { ctx }) => ({ evaluations: await evaluationsOf(ctx, brand) }),
    "models.evaluate": async ({ brand, models: wanted, cuts = 1, horizon_days = 90 }, { ctx, signal, progress }) => {
      for (const name of wanted ?? []) requireModel(models, name);
      const { brands } = requireWritable(ctx);
      const { snapshot } = await findSnapshot(ctx, brand);
      const evaluations: ModelEvaluation[] = [];
      for (let cut = 0; cut < cuts; cut++) {
        const cutOn = addDays(weekEnd(snapshot.as_of), -horizon_days * (cut + 1));
        progress({ label: `Judging on what followed ${cutOn}`, done: cut, total: cuts, unit: "cuts" });
        evaluations.push(
          ...(await ctx.runs.evaluate(brands, {
            brand,
            asOf: snapshot.as_of,
            models: wanted,
            cutsBack: cut,
            horizonDays: horizon_days,
            signal,
            ...ctx.defaults,
          })),
        );
      }
      return { evaluations };
    },
  };
}
