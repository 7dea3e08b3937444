import { customerSteps } from "./customers/list.ts";
import type { Step } from "./engine/step-context.ts";
import { featureSteps } from "./features/list.ts";
import { people } from "./identity/people-step.ts";
import { clusters, customerIds } from "./identity/steps.ts";
import { lake } from "./landing/lake-step.ts";
import { models } from "./models/list.ts";
import { modelSteps } from "./models/steps.ts";
import { normalise } from "./normalise/normalise-step.ts";
import { profileSteps } from "./profiles/list.ts";
import { snapshotTables } from "./profiles/snapshot-tables.ts";

const all: readonly Step[] = [
  normalise,
  lake,
  clusters,
  customerIds,
  people,
  ...customerSteps,
  ...featureSteps,
  ...modelSteps(models),
  ...profileSteps,
];

/** Every step of the program by name; loads no native module. */
export const steps: ReadonlyMap<string, Step> = new Map(all.map((step) => [step.name, step]));

export { models, snapshotTables };
