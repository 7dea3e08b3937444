import { type CampaignEntryBodies, type CampaignsState, campaignFolds } from "./campaign.ts";
import { type DisclosureEntryBodies, type DisclosureState, disclosureFolds, emptyDisclosures } from "./disclosure.ts";
import { type ErasureEntryBodies, type ErasuresState, erasureFolds } from "./erasure.ts";
import { type ExperimentEntryBodies, type ExperimentsState, experimentFolds } from "./experiment.ts";
import { calendarYear, type FiscalSettings } from "./fiscal-calendar.ts";
import { defaultGate, type GateResult } from "./gate.ts";
import { type IdentityEntryBodies, type IdentityState, identityFolds } from "./identity-overrides.ts";
import type { NightBody, NightSettings, SegmentRefresh } from "./night.ts";
import type { OwnDefinition } from "./own-model.ts";
import { emptyRetention, type RetentionEntryBodies, type RetentionState, retentionFolds } from "./retention.ts";
import { emptyRuns, type RunEntryBodies, type RunsState, runFolds } from "./run-log.ts";
import { type SegmentEntryBodies, type SegmentsState, segmentFolds } from "./segment-state.ts";
import { type WorthEntryBodies, type WorthState, worthFolds } from "./source-worth.ts";
import type { ArtifactSummary } from "./task.ts";
import type { ExportBody } from "./written-list.ts";

export interface BrandSettingsBody {
  readonly brand: string;
  readonly currency: string;
  readonly time_zone: string;
  readonly return_window_days: number | null;
}
/** How periods are grouped changes no number of a snapshot, and logs of older programs don't tell of it. */
export type BrandSettings = BrandSettingsBody & FiscalSettings;

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
  /** The mapping that it was added with, where another was set since: by it its files are told from those of other sources. */
  readonly proposed?: SourceBody["mapping"];
  /** When it delivers, as a cron pattern in the brand's time zone, and the time of day by which a delivery is expected. */
  readonly schedule: string | null;
  readonly expected_by: string | null;
  readonly added_at?: string;
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
  /** Of a file that rows of erased people were left out of: how many, and the digest of what was delivered. */
  readonly rows_erased?: number;
  readonly delivered_sha256?: string;
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
  /** How far the run that made it had read the brand's log: later deliveries are not in it. */
  readonly log_version?: number;
}

export interface KeptBody extends SnapshotBody {
  readonly run_id: string;
  readonly gate: readonly GateResult[];
}

/** A list that is written anew into a folder for every published snapshot, or when its own schedule has come. */
export interface ExportPlanBody {
  readonly export: string;
  readonly segment: string;
  readonly template: string;
  readonly fields: readonly string[];
  readonly folder: string;
  readonly schedule: string | null;
}

export interface DefinitionBody {
  readonly where?: unknown;
  readonly sql?: string;
}

/** What each kind of log entry carries. */
export interface EntryBodies
  extends CampaignEntryBodies,
    DisclosureEntryBodies,
    ErasureEntryBodies,
    ExperimentEntryBodies,
    IdentityEntryBodies,
    RetentionEntryBodies,
    SegmentEntryBodies,
    RunEntryBodies,
    WorthEntryBodies {
  brand_created: BrandSettingsBody & Partial<FiscalSettings>;
  brand_changed: Partial<Omit<BrandSettings, "brand">>;
  source_added: SourceBody;
  source_removed: { source: string };
  mapping_changed: { source: string; mapping: SourceBody["mapping"] };
  schedule_changed: { source: string; schedule: string | null; expected_by: string | null };
  batch_landed: BatchBody;
  batch_withdrawn: { batch_id: string };
  /** A delivery's files were read again with another mapping. */
  batch_reread: Omit<BatchBody, "arrived_at">;
  ids_assigned: { clusters: string; ids: string; previous: string | null };
  snapshot_published: SnapshotBody & { readonly gate?: readonly GateResult[] };
  snapshot_kept_back: KeptBody;
  snapshot_made_current: { snapshot_id: string; gate?: readonly GateResult[] };
  snapshot_rolled_back: { snapshot_id: string };
  evaluations_added: { snapshot_id: string; artifacts: readonly ArtifactSummary[] };
  model_defined: { definition: OwnDefinition };
  model_removed: { model: string };
  segments_refreshed: { snapshot_id: string; members: string; segments: readonly SegmentRefresh[] };
  export_written: ExportBody;
  export_planned: ExportPlanBody;
  export_unplanned: { export: string };
  night_settings: Partial<NightSettings>;
  night_ended: NightBody;
}
export type EntryKind = keyof EntryBodies;

export interface StateEntry {
  readonly version: number;
  readonly kind: string;
  readonly at: string;
  readonly body: unknown;
}

export interface BrandState
  extends CampaignsState,
    ErasuresState,
    DisclosureState,
    ExperimentsState,
    IdentityState,
    RetentionState,
    SegmentsState,
    RunsState,
    WorthState {
  version: number;
  settings: BrandSettings | null;
  sources: Map<string, SourceBody>;
  batches: (BatchBody & { withdrawn: boolean; version: number })[];
  ids: EntryBodies["ids_assigned"][];
  snapshots: SnapshotState[];
  evaluations: Map<string, readonly ArtifactSummary[]>;
  /** The segments as last refreshed on a snapshot: the key of the table of members, and each segment's figures. */
  members: Map<string, { key: string; segments: readonly SegmentRefresh[]; version: number }>;
  /** The retailer's own models; `version` counts how often the definition changed. */
  models: Map<string, { definition: OwnDefinition; version: number; created_at: string; changed_at: string }>;
  plans: Map<string, ExportPlanBody>;
  /** Every list and report that was written, in order. */
  exports: (ExportBody & { at: string; version: number })[];
  /** Planned lists that were written, by list and occasion. */
  written: Map<string, ExportBody & { at: string }>;
  night: NightSettings;
  nights: NightBody[];
}

export interface SnapshotState extends SnapshotBody {
  published_at: string;
  /** Of the log entry that made it current last. */
  version: number;
  withdrawn: boolean;
  /** Kept back by a gate and not published since. */
  kept_back: boolean;
  gate: readonly GateResult[];
}

export function emptyState(): BrandState {
  return {
    version: 0,
    settings: null,
    sources: new Map(),
    batches: [],
    ids: [],
    overrides: [],
    labels: [],
    snapshots: [],
    evaluations: new Map(),
    members: new Map(),
    segments: new Map(),
    formerSegments: new Map(),
    models: new Map(),
    plans: new Map(),
    exports: [],
    written: new Map(),
    night: { schedule: null, since: null, runner: "pool", done_by: null, gate: defaultGate },
    nights: [],
    campaigns: new Map(),
    params: new Map(),
    experiments: new Map(),
    erasures: new Map(),
    tombstones: new Set(),
    formerCampaigns: new Map(),
    globalHoldout: 0,
    worth: new Map(),
    ...emptyDisclosures(),
    ...emptyRetention(),
    ...emptyRuns(),
  };
}

type Folds = { readonly [K in EntryKind]: (state: BrandState, body: EntryBodies[K], entry: StateEntry) => void };

const folds: Folds = {
  brand_created: (state, body) => {
    state.settings ??= { ...calendarYear, ...body };
  },
  brand_changed: (state, body) => {
    const { settings } = state;
    if (!settings) return;
    const isOurs = ([name, value]: [string, unknown]) => name !== "brand" && name in settings && value !== undefined;
    state.settings = { ...settings, ...Object.fromEntries(Object.entries(body).filter(isOurs)) };
  },
  source_added: (state, body) => {
    state.sources.set(body.source, body);
  },
  source_removed: (state, { source }) => {
    state.sources.delete(source);
  },
  mapping_changed: (state, { source, mapping }) => {
    const known = state.sources.get(source);
    if (known) state.sources.set(source, { ...known, mapping, proposed: known.proposed ?? known.mapping });
  },
  schedule_changed: (state, { source, schedule, expected_by }) => {
    const known = state.sources.get(source);
    if (known) state.sources.set(source, { ...known, schedule, expected_by });
  },
  batch_landed: (state, body, { version }) => {
    const known = state.batches.findIndex(({ batch_id }) => batch_id === body.batch_id);
    if (known >= 0) state.batches.splice(known, 1); // withdrawn before, delivered again
    state.batches.push({ ...body, withdrawn: false, version });
  },
  batch_reread: (state, body) => {
    const at = state.batches.findIndex(({ batch_id }) => batch_id === body.batch_id);
    const known = state.batches[at];
    if (known) state.batches[at] = { ...known, ...body };
  },
  batch_withdrawn: (state, { batch_id }) => {
    for (const batch of state.batches) if (batch.batch_id === batch_id) batch.withdrawn = true;
  },
  ids_assigned: (state, body) => {
    state.ids.push(body);
  },
  snapshot_published: (state, body, { at, version }) => {
    const known = state.snapshots.find(({ snapshot_id }) => snapshot_id === body.snapshot_id);
    if (known) return;
    const standing = { published_at: at, version, withdrawn: false, kept_back: false };
    state.dropped.delete(body.snapshot_id);
    state.snapshots.push({ ...body, ...standing, gate: body.gate ?? [] });
  },
  snapshot_kept_back: (state, { run_id: _, ...body }, { at, version }) => {
    const known = state.snapshots.find(({ snapshot_id }) => snapshot_id === body.snapshot_id);
    if (!known) {
      state.dropped.delete(body.snapshot_id);
      state.snapshots.push({ ...body, published_at: at, version, withdrawn: false, kept_back: true });
    } else if (known.kept_back) known.gate = body.gate;
  },
  snapshot_made_current: (state, { snapshot_id, gate }, { version }) => {
    for (const one of state.snapshots) {
      if (one.snapshot_id !== snapshot_id) continue;
      Object.assign(one, { withdrawn: false, kept_back: false, is_variant: false, version, gate: gate ?? one.gate });
    }
  },
  snapshot_rolled_back: (state, { snapshot_id }) => {
    for (const one of state.snapshots) if (one.snapshot_id === snapshot_id) one.withdrawn = true;
  },
  evaluations_added: (state, { snapshot_id, artifacts }) => {
    state.evaluations.set(snapshot_id, artifacts);
  },
  model_defined: (state, { definition }, { at }) => {
    const known = state.models.get(definition.name);
    const version = (known?.version ?? 0) + 1;
    state.models.set(definition.name, { definition, version, created_at: known?.created_at ?? at, changed_at: at });
  },
  model_removed: (state, { model }) => {
    state.models.delete(model);
  },
  segments_refreshed: (state, { snapshot_id, members, segments }, { version }) => {
    state.members.set(snapshot_id, { key: members, segments, version });
  },
  export_written: (state, body, { at, version }) => {
    state.exports.push({ ...body, at, version });
    if (body.occasion !== undefined) state.written.set(occasionKey(body.export, body.occasion), { ...body, at });
  },
  export_planned: (state, body) => {
    state.plans.set(body.export, body);
  },
  export_unplanned: (state, body) => {
    state.plans.delete(body.export);
  },
  night_settings: (state, body) => {
    state.night = { ...state.night, ...body, gate: { ...state.night.gate, ...body.gate } };
  },
  night_ended: (state, body) => {
    state.nights.push(body);
  },
  ...campaignFolds,
  ...disclosureFolds,
  ...erasureFolds,
  ...experimentFolds,
  ...identityFolds,
  ...retentionFolds,
  ...segmentFolds,
  ...runFolds,
  ...worthFolds,
};

/** Folds one entry into the state; kinds of a newer program are passed over. */
export function applyEntry(state: BrandState, entry: StateEntry): void {
  if (Object.hasOwn(folds, entry.kind)) {
    const fold = folds[entry.kind as EntryKind] as (state: BrandState, body: unknown, entry: StateEntry) => void;
    fold(state, entry.body, entry);
  }
  state.version = entry.version;
}

export function occasionKey(name: string, occasion: string): string {
  return `${name} ${occasion}`;
}

/** The current snapshot: the greatest as_of, then the latest published; never a variant, one kept back or one rolled back. */
export function currentSnapshot(state: BrandState): BrandState["snapshots"][number] | undefined {
  return state.snapshots
    .filter(({ is_variant, withdrawn, kept_back }) => !is_variant && !withdrawn && !kept_back)
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
