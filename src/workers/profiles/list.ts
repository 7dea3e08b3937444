import { consentStates } from "./consent-states.ts";
import { customerAttributes } from "./customer-attributes.ts";
import { customerReturnRisks } from "./customer-return-risks.ts";
import { identityLinks } from "./identity-links.ts";
import { identityPairs } from "./identity-pairs.ts";
import { lifecycleTransitions } from "./lifecycle-transitions.ts";
import { profiles } from "./profiles.ts";
import { snapshotLake } from "./snapshot-lake.ts";
import { sourceQuality } from "./source-quality.ts";

export const profileSteps = [
  consentStates,
  customerAttributes,
  identityLinks,
  identityPairs,
  customerReturnRisks,
  profiles,
  lifecycleTransitions,
  ...snapshotLake,
  sourceQuality,
];
