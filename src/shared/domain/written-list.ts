import type { DefinitionBody } from "./brand-state.ts";
import type { Account } from "./disclosure.ts";

/** What a list or report was made from: with the snapshot all that is needed to make it again. Lies in the log, beside the digest of
 *  the file, since platforms take no foreign lines in one. */
export interface Recipe {
  readonly kind: "segment" | "campaign" | "query";
  /** SHA-256 of what decides how a list reads beside rule and snapshot: template, form of cells, engine. */
  readonly code: string;
  readonly program: string;
  readonly template: string | null;
  readonly fields: readonly string[];
  readonly include_unreachable: boolean;
  readonly definition: DefinitionBody | null;
  /** Rules that the rule names. */
  readonly segments: Readonly<Record<string, DefinitionBody>>;
  readonly campaign: {
    readonly campaign: string;
    readonly variant: string;
    readonly assignments: string;
    /** Key of the table of who is offered what. */
    readonly offers?: string;
  } | null;
  readonly query: { readonly sql: string; readonly format: "csv" | "json" | "parquet" } | null;
  /** Where a table of whom it holds lies, relative to the brand's folder. */
  readonly recipients: string | null;
}

/** How far a machine without its share knows of consents, suppressions and erasures. */
export interface RestsOn {
  readonly log_version: number;
  readonly seen_at: string;
}

export interface ExportBody {
  readonly export: string;
  readonly segment: string | null;
  readonly rows: number;
  readonly sha256: string;
  /** Who wrote it; entries of earlier programs don't say. */
  readonly by?: Account;
  /** Columns of it, or tables that it was made from, that hold personal data, hashed ones too. */
  readonly personal?: readonly string[];
  readonly snapshot_id?: string;
  readonly path?: string;
  /** The occasion of a planned export: each is written once. */
  readonly occasion?: string;
  /** Of a list that was written without the share: how far its writer knew the log, and since when no further. */
  readonly rests_on?: RestsOn;
  /** By which it can be made again; lists of earlier programs have none. */
  readonly recipe?: Recipe;
}

export type DifferenceKind = "missing" | "added" | "changed";
export interface Difference {
  readonly kind: DifferenceKind;
  /** Row of the file, its header not counted; of a missing row: the row of the list as it is made again. */
  readonly row: number;
  readonly customer_id: string | null;
  /** Columns that differ, of a changed row. */
  readonly columns: readonly string[];
}
export interface ListComparison {
  readonly rows: number;
  readonly rows_again: number;
  readonly counts: Readonly<Record<DifferenceKind, number>>;
  /** The first of them. */
  readonly differences: readonly Difference[];
  readonly isSameOrder: boolean;
}
