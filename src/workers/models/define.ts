import { assert } from "../../shared/base/assert.ts";
import type { ModelDeclaration } from "../../shared/domain/model.ts";

/** Declares a model; its name, outputs, parameters and card are checked where it is written. */
export function defineModel(model: ModelDeclaration): ModelDeclaration {
  const { name, outputs, params, card } = model;
  assert(/^[a-z][a-z0-9_]*$/.test(name), `${name} is a model's name`);
  assert(model.version >= 1 && Number.isInteger(model.version), `${name} has a version`);
  assert(Object.keys(model.inputs).length > 0, `${name} reads something`);
  const names = outputs.map((output) => output.name);
  assert(names.length > 0 && new Set(names).size === names.length, `${name} names each output once`);
  assert(
    outputs.every(({ pii }) => !pii),
    `${name} tells nothing of who somebody is`,
  );
  for (const output of names.filter((one) => /_(low|high)$/.test(one))) {
    const other = output.endsWith("_low") ? output.replace(/_low$/, "_high") : output.replace(/_high$/, "_low");
    assert(names.includes(other) && names.includes(output.replace(/_(low|high)$/, "")), `${output} has its pair`);
  }
  for (const [param, spec] of Object.entries(params)) {
    assert(spec.label.length > 0 && spec.help.length > 0, `${name} explains ${param}`);
    if (spec.kind === "number") assert(spec.min <= spec.default && spec.default <= spec.max, `${param} has a default`);
  }
  for (const { param, methods, standing } of model.contest ? [model.contest] : []) {
    const spec = params[param];
    const able = methods.filter(({ onlyShown }) => onlyShown === undefined).map((method) => method.name);
    assert(spec?.kind === "choice" && able.every((method) => spec.choices.includes(method)), `${param} names methods`);
    assert(able.includes(standing), `${standing} is a method of ${name}`);
  }
  for (const text of [card.purpose, card.method, ...card.references])
    assert(text.length > 10, `${name} has a full card`);
  for (const list of [card.references, card.assumptions, card.limits, card.metrics]) {
    assert(list.length > 0, `${name} has a full card`);
  }
  return model;
}
