/** What a brand keeps and for how long. */
export interface RetentionRules {
  /** Every snapshot so young stays (days). */
  readonly keep_days: number;
  /** So many of the latest snapshots stay, however old they are. */
  readonly keep_snapshots: number;
  /** Intermediates that no kept snapshot needs and that the next run wouldn't reuse stay so long (days). */
  readonly unused_days: number;
  /** Between the entry that names what goes and its being set aside, and from then to its being deleted (hours of the share's clock). */
  readonly wait_hours: number;
  readonly trash_hours: number;
  /** The nightly job collects at its end. */
  readonly nightly: boolean;
}

export const defaultRetention: RetentionRules = {
  keep_days: 90,
  keep_snapshots: 30,
  unused_days: 14,
  wait_hours: 168,
  trash_hours: 24,
  nightly: false,
};

export interface Collected {
  readonly artifacts: number;
  readonly snapshots: number;
  readonly bytes: number;
}

/** What each kind of log entry about keeping and dropping carries. What goes, or comes back, stands in the entry's own lists. */
export interface RetentionEntryBodies {
  retention_changed: Partial<RetentionRules>;
  snapshot_dropped: { readonly snapshot_id: string; readonly why: "asked" | "rules" };
  /** From here on nothing new may rest on these without naming them again. */
  artifacts_retired: Collected & { readonly server_at: string };
  /** Still there and wanted again. */
  artifacts_revived: { readonly names: number };
  /** They are moved to this folder of the trash, by whoever comes first. */
  artifacts_removed: Collected & { readonly server_at: string; readonly trash: string };
  /** The folder of the trash is gone. */
  trash_emptied: { readonly trash: string; readonly bytes: number };
}

export interface DroppedSnapshot {
  readonly snapshot_id: string;
  readonly as_of: string;
  readonly dropped_at: string;
}

export interface RetentionState {
  retention: RetentionRules;
  /** Snapshots that aren't kept any more; one that is made again leaves this list. */
  dropped: Map<string, DroppedSnapshot>;
  /** The entry that dropped a snapshot last, whether or not it was made again. */
  lastDrops: Map<string, number>;
  /** What collections did so far, in all. */
  collected: { at: string | null; retired: number; removed: number; freed_bytes: number };
}

interface Foldable extends RetentionState {
  snapshots: { readonly snapshot_id: string; readonly as_of: string }[];
  evaluations: Map<string, unknown>;
  members: Map<string, unknown>;
}

type Folds = {
  readonly [K in keyof RetentionEntryBodies]: (
    state: Foldable,
    body: RetentionEntryBodies[K],
    entry: { readonly version: number; readonly at: string },
  ) => void;
};

export const retentionFolds: Folds = {
  retention_changed: (state, body) => {
    state.retention = { ...state.retention, ...body };
  },
  snapshot_dropped: (state, { snapshot_id }, { at, version }) => {
    const found = state.snapshots.findIndex((one) => one.snapshot_id === snapshot_id);
    const as_of = state.snapshots[found]?.as_of;
    if (as_of === undefined) return;
    state.snapshots.splice(found, 1);
    state.evaluations.delete(snapshot_id);
    state.members.delete(snapshot_id);
    state.dropped.set(snapshot_id, { snapshot_id, as_of, dropped_at: at });
    state.lastDrops.set(snapshot_id, version);
  },
  artifacts_retired: (state, { artifacts }, { at }) => {
    state.collected = { ...state.collected, at, retired: state.collected.retired + artifacts };
  },
  artifacts_revived: () => {},
  artifacts_removed: (state, { artifacts }, { at }) => {
    state.collected = { ...state.collected, at, removed: state.collected.removed + artifacts };
  },
  trash_emptied: (state, { bytes }, { at }) => {
    state.collected = { ...state.collected, at, freed_bytes: state.collected.freed_bytes + bytes };
  },
};

export function emptyRetention(): RetentionState {
  return {
    retention: defaultRetention,
    dropped: new Map(),
    lastDrops: new Map(),
    collected: { at: null, retired: 0, removed: 0, freed_bytes: 0 },
  };
}

/** Ends a task's name in the log where its snapshot was dropped before: what is made again is another entry. */
export function afterDrop({ lastDrops }: Pick<RetentionState, "lastDrops">, snapshotId: string): string {
  const version = lastDrops.get(snapshotId);
  return version === undefined ? "" : `:${version}`;
}
