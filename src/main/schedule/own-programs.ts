import { canonicalJson } from "../../shared/base/canonical-json.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { essenceOf, type OwnDefinition, type Permit } from "../../shared/domain/own-model.ts";
import type { TaskNode } from "../../shared/domain/task.ts";
import { sha256 } from "../plan/key.ts";
import type { RunPlan } from "./run-plan.ts";

/** What this machine's user allowed, by the model's name. */
export type Permits = ReadonlyMap<string, Permit>;

/** Names a definition by all that its results can depend on: a permit is for exactly one. */
export function digestOf(definition: OwnDefinition): string {
  return sha256(canonicalJson({ own: essenceOf(definition) }));
}

/** The permit that a task takes with it; undefined where it runs no program. */
export function permitOf(node: TaskNode, permits: Permits): Permit | undefined {
  return node.step.startsWith("scores_") ? permits.get(node.step.slice("scores_".length)) : undefined;
}

/** Failures of a program that don't concern the rest of a run. */
export function isLeftOut(error: unknown): error is AssayError {
  return error instanceof AssayError && (error.code === "condition_failed" || error.code === "not_permitted");
}

/** A plan of all else. */
export function withoutPrograms(plan: RunPlan): RunPlan {
  const names = new Set(plan.programs.map(({ name }) => name));
  return { ...plan, models: plan.models.filter((name) => !names.has(name)) };
}
