import type { ArtifactSummary } from "./task.ts";

export interface BrandSettingsBody {
  readonly brand: string;
  readonly currency: string;
  readonly time_zone: string;
  readonly return_window_days: number | null;
}

export interface MappingTable {
  readonly table: string;
  readonly columns: Readonly<Record<string, unknown>>;
}

export interface SourceBody {
  readonly source: string;
  readonly paths: readonly string[];
  readonly layout: string;
  readonly mapping: { readonly layout: string; readonly tables: readonly MappingTable[] };
  /** Its files were told apart by layout: a delivery takes those of its paths that carry this layout. */
  readonly is_detected: boolean;
  readonly schedule: string | null;
  readonly expected_by: string | null;
}

export interface BatchFileBody {
  readonly path: string;
  readonly name: string;
  readonly landed: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly rows_read: number;
  readonly rows_accepted: number;
  readonly rows_rejected: number;
  readonly rows_repeated: number;
  readonly rejects: readonly { readonly reason: string; readonly count: number }[];
}

export interface BatchBody {
  readonly source: string;
  readonly batch_id: string;
  readonly arrived_at: string;
  readonly files: readonly BatchFileBody[];
  readonly warnings: readonly string[];
  /** Orders dated after it are rejects; set only where the delivery held such rows. */
  readonly not_after: string | null;
  /** The latest day of an order in it, in the brand's zone, and the latest instant of any row. */
  readonly latest_order_on: string | null;
  readonly records_until: string | null;
  readonly normalised: string;
}

export interface SnapshotBody {
  readonly snapshot_id: string;
  readonly as_of: string;
  readonly known_at: string | null;
  readonly horizon_days: number;
  readonly purchase_horizon_days: number;
  readonly is_variant: boolean;
  readonly customers: number;
  readonly tables: Readonly<Record<string, { readonly rows: number; readonly bytes: number }>>;
}

export interface DefinitionBody {
  readonly where?: unknown;
  readonly sql?: string;
}

export interface RunBody {
  readonly run_id: string;
  readonly state: string;
  readonly requested_at: string;
  readonly snapshot_id: string | null;
  readonly host: string;
  readonly document: unknown;
}

/** What each kind of log entry carries. */
export interface EntryBodies {
  brand_created: BrandSettingsBody;
  source_added: SourceBody;
  source_removed: { source: string };
  mapping_changed: { source: string; mapping: SourceBody["mapping"] };
  batch_landed: BatchBody;
  batch_withdrawn: { batch_id: string };
  ids_assigned: { clusters: string; ids: string; previous: string | null };
  snapshot_published: SnapshotBody;
  snapshot_made_current: { snapshot_id: string };
  snapshot_rolled_back: { snapshot_id: string };
  evaluations_added: { snapshot_id: string; artifacts: readonly ArtifactSummary[] };
  segment_saved: { segment: string; definition: DefinitionBody };
  segment_removed: { segment: string };
  export_written: { export: string; segment: string | null; rows: number; sha256: string };
  run_ended: RunBody;
}
export type EntryKind = keyof EntryBodies;

export interface StateEntry {
  readonly version: number;
  readonly kind: string;
  readonly at: string;
  readonly body: unknown;
}

export interface BrandState {
  version: number;
  settings: BrandSettingsBody | null;
  sources: Map<string, SourceBody>;
  batches: (BatchBody & { withdrawn: boolean })[];
  ids: EntryBodies["ids_assigned"][];
  snapshots: (SnapshotBody & { published_at: string; version: number; withdrawn: boolean })[];
  evaluations: Map<string, readonly ArtifactSummary[]>;
  segments: Map<string, { definition: DefinitionBody; version: number; created_at: string; changed_at: string }>;
  runs: RunBody[];
}

export function emptyState(): BrandState {
  return {
    version: 0,
    settings: null,
    sources: new Map(),
    batches: [],
    ids: [],
    snapshots: [],
    evaluations: new Map(),
    segments: new Map(),
    runs: [],
  };
}

type Folds = { readonly [K in EntryKind]: (state: BrandState, body: EntryBodies[K], entry: StateEntry) => void };

const folds: Folds = {
  brand_created: (state, body) => {
    state.settings ??= body;
  },
  source_added: (state, body) => {
    state.sources.set(body.source, body);
  },
  source_removed: (state, { source }) => {
    state.sources.delete(source);
  },
  mapping_changed: (state, { source, mapping }) => {
    const known = state.sources.get(source);
    if (known) state.sources.set(source, { ...known, mapping });
  },
  batch_landed: (state, body) => {
    const known = state.batches.findIndex(({ batch_id }) => batch_id === body.batch_id);
    if (known >= 0) state.batches.splice(known, 1); // withdrawn before, delivered again
    state.batches.push({ ...body, withdrawn: false });
  },
  batch_withdrawn: (state, { batch_id }) => {
    for (const batch of state.batches) if (batch.batch_id === batch_id) batch.withdrawn = true;
  },
  ids_assigned: (state, body) => {
    state.ids.push(body);
  },
  snapshot_published: (state, body, { at, version }) => {
    if (state.snapshots.some(({ snapshot_id }) => snapshot_id === body.snapshot_id)) return;
    state.snapshots.push({ ...body, published_at: at, version, withdrawn: false });
  },
  snapshot_made_current: (state, { snapshot_id }, { version }) => {
    for (const one of state.snapshots) {
      if (one.snapshot_id === snapshot_id) Object.assign(one, { withdrawn: false, is_variant: false, version });
    }
  },
  snapshot_rolled_back: (state, { snapshot_id }) => {
    for (const one of state.snapshots) if (one.snapshot_id === snapshot_id) one.withdrawn = true;
  },
  evaluations_added: (state, { snapshot_id, artifacts }) => {
    state.evaluations.set(snapshot_id, artifacts);
  },
  segment_saved: (state, { segment, definition }, { at }) => {
    const known = state.segments.get(segment);
    const version = (known?.version ?? 0) + 1;
    state.segments.set(segment, { definition, version, created_at: known?.created_at ?? at, changed_at: at });
  },
  segment_removed: (state, { segment }) => {
    state.segments.delete(segment);
  },
  export_written: () => {},
  run_ended: (state, body) => {
    state.runs.push(body);
  },
};

/** Folds one entry into the state; kinds of a newer program are passed over. */
export function applyEntry(state: BrandState, entry: StateEntry): void {
  if (Object.hasOwn(folds, entry.kind)) {
    const fold = folds[entry.kind as EntryKind] as (state: BrandState, body: unknown, entry: StateEntry) => void;
    fold(state, entry.body, entry);
  }
  state.version = entry.version;
}

/** The current snapshot: the greatest as_of, then the latest published; never a variant, never one rolled back. */
export function currentSnapshot(state: BrandState): BrandState["snapshots"][number] | undefined {
  return state.snapshots
    .filter(({ is_variant, withdrawn }) => !is_variant && !withdrawn)
    .reduce<BrandState["snapshots"][number] | undefined>((best, one) => {
      if (!best || one.as_of > best.as_of || (one.as_of === best.as_of && one.version > best.version)) return one;
      return best;
    }, undefined);
}

/** Batches that count, by source and within a source in order of arrival. */
export function liveBatches(state: BrandState, knownAt?: string): BrandState["batches"] {
  const live = state.batches.filter(
    ({ withdrawn, source, arrived_at }) =>
      !withdrawn && state.sources.has(source) && (!knownAt || arrived_at <= knownAt),
  );
  return live.sort((a, b) => (a.source < b.source ? -1 : a.source > b.source ? 1 : 0)); // stable: arrival order stays
}
