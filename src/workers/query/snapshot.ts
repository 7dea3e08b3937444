import type { Json } from "../../shared/base/canonical-json.ts";
import type { Day } from "../../shared/base/time.ts";
import type { TournamentChoice } from "../../shared/domain/tournament.ts";
import { ident } from "../engine/sql.ts";

/** A published snapshot as this layer reads it: the checked files of every table, and what its manifest says. */
export interface SnapshotHandle {
  readonly snapshot_id: string;
  readonly as_of: Day;
  readonly horizon_days: number;
  readonly purchase_horizon_days?: number;
  readonly fit_as_of?: Day;
  readonly published_at: string;
  readonly brand: { readonly currency: string; readonly timeZone: string };
  readonly tables: Readonly<Record<string, readonly string[]>>;
  /** What each tournament came to, pins included. */
  readonly choices?: Readonly<
    Record<string, Pick<TournamentChoice, "chosen" | "weights" | "refined" | "level" | "one_time_slope">>
  >;
  /** What the models' fits gave, by model; the surface of P(alive) is drawn from the chosen one's. */
  readonly fits?: Readonly<Record<string, Json>>;
  /** The snapshot to compare with. */
  readonly before?: SnapshotHandle;
}

export function purchaseHorizon(handle: SnapshotHandle): number {
  return handle.purchase_horizon_days ?? Math.min(90, handle.horizon_days);
}

export type ColumnTypes = ReadonlyMap<string, string>;

/** The column, or NULL of that type where a table of this snapshot lacks it. */
export function columnOr(columns: ColumnTypes, name: string, type: string, alias = ""): string {
  return columns.has(name) ? `${alias}${ident(name)}` : `CAST(NULL AS ${type})`;
}
