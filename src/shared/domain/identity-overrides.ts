/** A source record: its key space and its id in it. */
export interface RecordName {
  readonly key_space: string;
  readonly source_record_id: string;
}
/** What a person said of records against what was worked out: these are one person, or `records` are none of `rest`. */
export interface OverrideBody {
  readonly override: string;
  readonly kind: "join" | "split";
  readonly records: readonly RecordName[];
  /** The customer's other records, where some are split off. */
  readonly rest: readonly RecordName[];
  /** The customers that they belonged to then. */
  readonly customers: readonly string[];
  readonly note: string | null;
}
/** A reviewer's word on a pair; it measures the matching and changes nothing. */
export interface LabelBody {
  readonly a: RecordName;
  readonly b: RecordName;
  /** Whose they were then. */
  readonly customers: readonly string[];
  readonly is_one_person: boolean;
}

export interface IdentityEntryBodies {
  identity_overridden: OverrideBody;
  override_undone: { override: string };
  pair_labelled: LabelBody;
}

export interface IdentityState {
  /** In the order in which they were said; those undone stay, marked. */
  overrides: (OverrideBody & { at: string; undone: boolean })[];
  labels: (LabelBody & { at: string })[];
}

type Fold<K extends keyof IdentityEntryBodies> = (
  state: IdentityState,
  body: IdentityEntryBodies[K],
  entry: { readonly at: string },
) => void;

export const identityFolds: { readonly [K in keyof IdentityEntryBodies]: Fold<K> } = {
  identity_overridden: (state, body, { at }) => {
    state.overrides.push({ ...body, at, undone: false });
  },
  override_undone: (state, { override }) => {
    for (const one of state.overrides) if (one.override === override) one.undone = true;
  },
  pair_labelled: (state, body, { at }) => {
    const isSame = (a: RecordName, b: RecordName) =>
      a.key_space === b.key_space && a.source_record_id === b.source_record_id;
    const known = state.labels.findIndex(({ a, b }) => isSame(a, body.a) && isSame(b, body.b));
    if (known >= 0) state.labels.splice(known, 1);
    state.labels.push({ ...body, at });
  },
};
