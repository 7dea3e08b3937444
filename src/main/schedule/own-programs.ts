import { canonicalJson } from "../../shared/base/canonical-json.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { essenceOf, type OwnDefinition, type OwnProgram, type Permit } from "../../shared/domain/own-model.ts";
import type { TaskNode } from "../../shared/domain/task.ts";
import { sha256 } from "../plan/key.ts";
import type { RunSession } from "./cluster/run-session.ts";
import type { RunTask } from "./run-graph.ts";
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

/** Where a run's tasks may be done. */
export interface RunPlaces {
  readonly programs: readonly OwnProgram[];
  readonly permits: Permits;
  readonly session: Pick<RunSession, "runTask" | "labelled"> | undefined;
  readonly here: RunTask;
}

/** Who does a task. A program runs where its user allowed it, whoever does the rest: on agents of its label where there are any,
 *  else on this machine. Throws `not_permitted` where neither may. */
export async function runnerOf(node: TaskNode, { programs, permits, session, here }: RunPlaces): Promise<RunTask> {
  const program = programs.find(({ name }) => node.step === `scores_${name}`);
  const label = session && program?.label;
  const labelled = label === undefined ? null : await session?.labelled(label);
  if (labelled) return labelled;
  if (permitOf(node, permits)) return here;
  if (label !== undefined) {
    throw new AssayError(
      "not_permitted",
      `No agent with the label ${label} is there, and this machine has no leave to run the program.`,
      `Start one with --labels ${label}, or allow the model on this machine.`,
    );
  }
  return session?.runTask ?? here;
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
