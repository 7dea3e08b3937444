import { assert } from "../../shared/base/assert.ts";
import type { ModelDeclaration } from "../../shared/domain/model.ts";

/** Declares a model; its name, outputs and card are checked where it is written. */
export function defineModel(model: ModelDeclaration): ModelDeclaration {
  assert(/^[a-z][a-z0-9_]*$/.test(model.name), `${model.name} is a model's name`);
  assert(model.outputs.every(({ pii }) => !pii), `${model.name} tells nothing of who somebody is`);
  for (const text of [model.card.purpose, model.card.method, ...model.card.references]) assert(text.length > 10, `${model.name} has a full card`);
  assert(model.card.references.length > 0 && model.card.limits.length > 0 && model.card.metrics.length > 0, `${model.name} has a full card`);
  return model;
}
