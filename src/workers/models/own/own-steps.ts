import type { Json } from "../../../shared/base/canonical-json.ts";
import type { ModelDeclaration } from "../../../shared/domain/model.ts";
import { essenceOf, type OwnDefinition } from "../../../shared/domain/own-model.ts";
import { defineStep, type Step } from "../../engine/step-context.ts";
import { modelSteps } from "../steps.ts";
import { eventSteps, judgingSteps } from "./event-steps.ts";
import { ownProgram } from "./program.ts";
import { type ProgramTables, programStep } from "./program-step.ts";
import { ownPropensity } from "./propensity.ts";

export function ownModel(definition: OwnDefinition): ModelDeclaration {
  return definition.kind === "propensity" ? ownPropensity(definition) : ownProgram(definition);
}

/** All steps behind a definition; each carries what of it results can depend on, so that any worker can make them again. */
export function ownSteps(definition: OwnDefinition, tables: ProgramTables): readonly Step[] {
  const subject = { own: essenceOf(definition) } as unknown as Json;
  return stepsOf(definition, tables).map((step) => ({ ...step, subject }));
}

function stepsOf(definition: OwnDefinition, tables: ProgramTables): readonly Step[] {
  const steps = modelSteps([ownModel(definition)]);
  const { name } = definition;
  if (definition.kind === "propensity") {
    const { event, horizon_days: horizonDays, population } = definition;
    return [...eventSteps({ name, event, horizonDays, population }), ...steps];
  }
  const { predicts } = definition;
  const judging = predicts
    ? judgingSteps({ name, event: predicts.event, horizonDays: predicts.horizon_days, population: {} })
    : [];
  const own = steps.map((step) => {
    if (step.name === `scores_${name}`) return programStep(definition, tables);
    return predicts || step.name !== `evaluate_${name}` ? step : unjudged(step);
  });
  return [...judging, ...own];
}

/** Without a promise there is nothing to run at an earlier day for. */
function unjudged(step: Step): Step {
  return defineStep({ ...step, inputs: {}, run: async (context) => context.output.json("evaluations", []) });
}

/** The definition that a task carries, as far as its results depend on it; undefined where it is of Assay's own steps. */
export function definitionIn(subject: Json): OwnDefinition | undefined {
  if (typeof subject !== "object" || subject === null || !("own" in subject)) return undefined;
  const essence = subject["own"] as unknown as OwnDefinition;
  return { ...essence, title: essence.name, purpose: "" };
}
