import { cacheOperations } from "./contract/cache.ts";
import { campaignOperations } from "./contract/campaigns.ts";
import { clusterOperations } from "./contract/cluster.ts";
import { customerOperations } from "./contract/customers.ts";
import { disclosureOperations } from "./contract/disclosures.ts";
import { erasureOperations } from "./contract/erasure.ts";
import { experimentOperations } from "./contract/experiments.ts";
import { handOffOperations } from "./contract/hand-off.ts";
import { identityOperations } from "./contract/identity.ts";
import { modelOperations } from "./contract/models.ts";
import { nightOperations } from "./contract/nights.ts";
import { offerOperations } from "./contract/offers.ts";
import { offlineOperations } from "./contract/offline.ts";
import { ownModelOperations } from "./contract/own-models.ts";
import { periodOperations } from "./contract/periods.ts";
import { preferenceOperations } from "./contract/preferences.ts";
import { proofOperations } from "./contract/proof.ts";
import { retentionOperations } from "./contract/retention.ts";
import { returnOperations } from "./contract/returns.ts";
import { runOperations } from "./contract/runs.ts";
import { segmentOperations } from "./contract/segments.ts";
import { shareOperations } from "./contract/shares.ts";
import { sourceWorthOperations } from "./contract/source-worth.ts";
import { sourceOperations } from "./contract/sources.ts";
import { sqlOperations } from "./contract/sql.ts";
import { tournamentOperations } from "./contract/tournament.ts";
import { uploadOperations } from "./contract/uploads.ts";
import { workspaceOperations } from "./contract/workspace.ts";

/** Everything that a screen, the command line or a test can ask of the program. */
export const contract = {
  ...workspaceOperations,
  ...sourceOperations,
  ...returnOperations,
  ...runOperations,
  ...nightOperations,
  ...clusterOperations,
  ...customerOperations,
  ...periodOperations,
  ...preferenceOperations,
  ...segmentOperations,
  ...campaignOperations,
  ...offerOperations,
  ...sourceWorthOperations,
  ...modelOperations,
  ...ownModelOperations,
  ...sqlOperations,
  ...handOffOperations,
  ...proofOperations,
  ...disclosureOperations,
  ...erasureOperations,
  ...shareOperations,
  ...identityOperations,
  ...uploadOperations,
  ...experimentOperations,
  ...tournamentOperations,
  ...cacheOperations,
  ...retentionOperations,
  ...offlineOperations,
};
export type AssayContract = typeof contract;
export type OperationName = keyof AssayContract;
