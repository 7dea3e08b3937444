import type { BatchFileBody, BrandState } from "./brand-state.ts";

/** One person as everything of them is found by. Holds personal data: it lies in the workspace only while an erasure goes on. */
export interface Person {
  readonly customer_ids: readonly string[];
  readonly records: readonly { readonly key_space: string; readonly id: string }[];
  readonly orders: readonly { readonly key_space: string; readonly id: string }[];
  readonly emails: readonly string[];
  readonly phones: readonly string[];
  readonly cards: readonly string[];
  readonly visitors: readonly string[];
}

/** What an erasure counted; figures and names of tables only. */
export interface ErasureCounts {
  readonly customers: number;
  readonly records: number;
  readonly orders: number;
  /** Addresses, numbers and cards that somebody else has too: they stay, for the others. */
  readonly shared_values: number;
  readonly landed_files: number;
  readonly landed_rows: number;
  readonly artifacts: number;
  /** Rows that were taken out of artifacts, by step. */
  readonly rows: Readonly<Record<string, number>>;
  readonly snapshots: number;
  readonly lists_rewritten: number;
  readonly search_index: number;
}

export interface OutsideList {
  readonly export: string;
  readonly written_at: string;
  readonly kind: string;
  readonly segment: string | null;
  readonly campaign: string | null;
  /** The platform that it was made for. */
  readonly template: string | null;
  /** "yes": it held the person; "may": whom it held is not known. */
  readonly held: "yes" | "may";
}

export interface ErasureReceipt {
  readonly format: "assay-erasure";
  readonly format_version: 1;
  readonly erasure: string;
  /** HMAC-SHA-256 of the customer's id with the workspace's key. */
  readonly subjects: readonly string[];
  readonly begun_at: string;
  readonly ended_at: string;
  readonly program: string;
  readonly workspace_id: string;
  readonly brand: string;
  readonly counts: ErasureCounts;
  /** How many tombstones keep them out from now on. */
  readonly tombstones: number;
  /** Lists that lie outside the workspace: whoever got them has to be told. */
  readonly lists_outside: readonly OutsideList[];
  readonly notes: readonly string[];
  /** What a search over the workspace found afterwards. */
  readonly remaining: number;
}

export interface ErasureEntryBodies {
  erasure_begun: {
    readonly erasure: string;
    readonly subjects: readonly string[];
    readonly tombstones: readonly string[];
  };
  person_erased: {
    readonly erasure: string;
    readonly files: readonly { readonly batch_id: string; readonly sha256: string; readonly file: BatchFileBody }[];
    readonly lists: readonly { readonly sha256_before: string; readonly sha256: string }[];
    /** Delivered files that are taken away, relative to the brand's folder. */
    readonly removed: readonly string[];
    readonly receipt: ErasureReceipt;
  };
}

export interface ErasureState {
  readonly erasure: string;
  readonly subjects: readonly string[];
  readonly tombstones: readonly string[];
  readonly begun_at: string;
  readonly ended: ErasureEntryBodies["person_erased"] | null;
}
export interface ErasuresState {
  erasures: Map<string, ErasureState>;
  /** Pseudonyms of whoever was erased: checked at every delivery. */
  tombstones: Set<string>;
}

interface Entry {
  readonly at: string;
}
export const erasureFolds = {
  erasure_begun: (state: BrandState, body: ErasureEntryBodies["erasure_begun"], { at }: Entry): void => {
    const { erasure, subjects, tombstones } = body;
    state.erasures.set(erasure, { erasure, subjects, tombstones, begun_at: at, ended: null });
    for (const one of tombstones) state.tombstones.add(one);
  },
  person_erased: (state: BrandState, body: ErasureEntryBodies["person_erased"]): void => {
    const known = state.erasures.get(body.erasure);
    if (!known || known.ended) return;
    state.erasures.set(body.erasure, { ...known, ended: body });
    for (const [at, batch] of state.batches.entries()) {
      const swapped = body.files.filter((one) => one.batch_id === batch.batch_id);
      if (swapped.length === 0) continue;
      const files = batch.files.map((file) => swapped.find(({ sha256 }) => sha256 === file.sha256)?.file ?? file);
      state.batches[at] = { ...batch, files };
    }
    for (const [at, one] of state.exports.entries()) {
      const list = body.lists.find(({ sha256_before }) => sha256_before === one.sha256);
      if (list) state.exports[at] = { ...one, sha256: list.sha256 };
    }
  },
};
