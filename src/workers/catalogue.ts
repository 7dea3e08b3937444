import type { ModelDeclaration } from "../shared/domain/model.ts";
import type { OwnDefinition } from "../shared/domain/own-model.ts";
import type { InputReference } from "../shared/domain/step.ts";
import type { TaskNode } from "../shared/domain/task.ts";
import { customerSteps } from "./customers/list.ts";
import type { Step } from "./engine/step-context.ts";
import { featureSteps } from "./features/list.ts";
import { clusters } from "./identity/clusters-step.ts";
import { customerIds } from "./identity/customer-ids-step.ts";
import { people } from "./identity/people-step.ts";
import { recordPairs } from "./identity/record-pairs.ts";
import { lakeSteps } from "./landing/lake-step.ts";
import { models } from "./models/list.ts";
import { definitionIn, ownModel, ownSteps } from "./models/own/own-steps.ts";
import type { ProgramTables } from "./models/own/program-step.ts";
import { ownFeatures } from "./models/own/propensity-fit.ts";
import { modelSteps } from "./models/steps.ts";
import { methodSteps } from "./models/tournament/methods.ts";
import { tournamentSteps } from "./models/tournament/steps.ts";
import { normalise } from "./normalise/normalise-step.ts";
import { profileSteps } from "./profiles/list.ts";
import { snapshotTables } from "./profiles/snapshot-tables.ts";

const all: readonly Step[] = [
  normalise,
  ...lakeSteps,
  recordPairs,
  clusters,
  customerIds,
  people,
  ...customerSteps,
  ...featureSteps,
  ...modelSteps(models),
  ...tournamentSteps(models),
  ...methodSteps(models),
  ...profileSteps,
];

/** Every step of the program by name; loads no native module. */
export const steps: ReadonlyMap<string, Step> = new Map(all.map((step) => [step.name, step]));

/** Tables with contact data, and whose record is whose. */
const notForPrograms = ["people", "identity_links", "identity_pairs", "consent_states"];

const programTables: ReadonlyMap<string, InputReference> = new Map([
  ...featureSteps
    .filter(
      ({ stage, timing, name, outputs }) =>
        stage === "features" &&
        timing === "as_of" &&
        outputs.some((one) => one.name === name && one.kind === "parquet"),
    )
    .map(({ name }) => [name, { step: name, output: name }] as const),
  ...models.map(({ name }) => [`scores_${name}`, { step: `scores_${name}`, output: "scores" }] as const),
  ...snapshotTables
    .filter(({ table, step }) => !notForPrograms.includes(table) && steps.get(step)?.timing === "as_of")
    .map(({ table, step, output }) => [table, { step, output }] as const),
]);
const forPrograms: ProgramTables = {
  tables: programTables,
  customers: { step: "customer_base", output: "customer_base" },
  products: { step: "snapshot_products", output: "products" },
};

export interface OwnCatalogue {
  readonly steps: readonly Step[];
  readonly models: readonly ModelDeclaration[];
  /** Definitions that this program can't make sense of: a newer one wrote them. */
  readonly broken: readonly { readonly name: string; readonly why: string }[];
}

/** Steps and models behind a retailer's own definitions. */
export function ownCatalogue(definitions: readonly OwnDefinition[]): OwnCatalogue {
  const made: { steps: Step[]; models: ModelDeclaration[]; broken: { name: string; why: string }[] } = {
    steps: [],
    models: [],
    broken: [],
  };
  for (const definition of definitions) {
    try {
      made.steps.push(...ownSteps(definition, forPrograms));
      made.models.push(ownModel(definition));
    } catch (error) {
      made.broken.push({ name: definition.name, why: error instanceof Error ? error.message : String(error) });
    }
  }
  return made;
}

/** What definitions can name. */
export const ownNames = {
  features: ownFeatures,
  tables: [...programTables.keys()].sort(),
  models: new Set(models.map(({ name }) => name)),
};

/** The step of a task: of the program, or of a definition that the task carries. */
export function stepOf({ step, subject }: Pick<TaskNode, "step" | "subject">): Step | undefined {
  const definition = definitionIn(subject);
  return definition ? ownSteps(definition, forPrograms).find(({ name }) => name === step) : steps.get(step);
}

export { models, snapshotTables };
