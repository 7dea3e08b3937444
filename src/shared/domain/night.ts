import type { GateResult, GateSettings } from "./gate.ts";

export interface SegmentRefresh {
  readonly segment: string;
  readonly version: number;
  readonly customers: number;
  readonly revenue_minor: number;
  readonly reachable: number;
  /** Null where there is nothing to compare with: the first time, or after a change of the rule. */
  readonly entered: number | null;
  readonly left: number | null;
}

/** How a nightly job ended. */
export interface NightBody {
  readonly night: string;
  /** The moment of the brand's own schedule that it answers, where the program began it. */
  readonly slot: string | null;
  readonly started_at: string;
  readonly ended_at: string;
  readonly host: string;
  readonly run_id: string | null;
  readonly snapshot_id: string | null;
  readonly published: boolean;
  readonly gate: readonly GateResult[];
  readonly batches: readonly { readonly source: string; readonly batch_id: string; readonly rows: number }[];
  readonly exports: readonly { readonly export: string; readonly path: string; readonly rows: number }[];
  readonly segments: readonly SegmentRefresh[];
  readonly warnings: readonly string[];
  readonly error: string | null;
  /** Where its run was done; left out by earlier programs, as what follows. */
  readonly runner?: NightRunner;
  /** When it was to be done. */
  readonly due_at?: string | null;
  /** Machines of EC2 that it asked for. */
  readonly scaled?: NightScaled | null;
}

export type NightRunner = "pool" | "inline" | "cluster";

export interface NightScaled {
  readonly instances: number;
  readonly cost: number;
  readonly currency: string;
}

export interface NightSettings {
  /** When the program does the job by itself while it is open; null: only when it is asked. */
  readonly schedule: string | null;
  /** When that was set: moments before it ask for nothing. */
  readonly since: string | null;
  /** Where its run is done unless the command says otherwise; on the cluster only where agents are there. */
  readonly runner: "pool" | "cluster";
  /** Time of day, in the brand's zone, by which it should be done. */
  readonly done_by: string | null;
  readonly gate: GateSettings;
}
