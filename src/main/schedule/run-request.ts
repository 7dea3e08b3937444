import type { Run } from "../../shared/api/contract/runs.ts";
import type { GateResult } from "../../shared/domain/gate.ts";
import type { SnapshotTable } from "../../shared/domain/snapshot.ts";
import type { Brands } from "./brands.ts";
import type { Cluster } from "./cluster/cluster.ts";
import type { Prices } from "./cost/prices.ts";
import type { Engine } from "./engine-client.ts";
import type { Permits } from "./own-programs.ts";
import type { MemoryLine } from "./run-figures.ts";
import type { RunLogs } from "./run-logs.ts";
import type { PlanCatalogue, RunOptions } from "./run-plan.ts";
import type { ScheduledTask } from "./scheduler.ts";

export interface Catalogue extends PlanCatalogue {
  /** Tables of a snapshot beside the models' scores. */
  readonly snapshotTables: readonly SnapshotTable[];
}

export interface RunRequest extends RunOptions {
  readonly brand: string;
  readonly runner?: "pool" | "inline" | "cluster" | undefined;
  /** The broker of a run on the cluster; else the one of this machine's settings. */
  readonly redis?: string | undefined;
  readonly workers: number;
  readonly memoryBytes: number;
  /** The most that it may cost, in the currency of the prices; it is stopped there. */
  readonly budget?: number | undefined;
  /** When it is to be done. */
  readonly due_at?: string | undefined;
  /** Asked before a new snapshot is published; where a rule doesn't hold it is kept back. */
  readonly judge?: ((snapshotId: string) => Promise<readonly GateResult[]>) | undefined;
}

/** What is kept of a run. */
export interface EndedRun {
  readonly brand: string;
  readonly document: Run;
  readonly logs: RunLogs;
  readonly memory: MemoryLine;
  tasks(): readonly ScheduledTask[];
}

export interface Effects {
  readonly engine: Engine;
  readonly brands: Brands;
  readonly cluster: Cluster;
  readonly catalogue: Catalogue;
  /** Which of the brand's own programs this machine may run. */
  readonly permits: (brand: string) => Promise<Permits>;
  /** What time and bytes of a run are paid with; null where nothing is. */
  readonly prices: () => Promise<Prices | null>;
  readonly now: () => Date;
  readonly newId: () => string;
  /** Seconds that a step's task took when it was last computed here. */
  readonly secondsBefore: (brand: string) => Promise<ReadonlyMap<string, number>>;
  /** Keeps a run that has ended. */
  readonly keep: (run: EndedRun) => Promise<void>;
  readonly onChange: (brand: string, run: Run) => void;
}
