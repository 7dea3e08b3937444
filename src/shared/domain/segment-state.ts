import type { BrandState, DefinitionBody } from "./brand-state.ts";

export interface SegmentEntryBodies {
  segment_saved: { segment: string; definition: DefinitionBody };
  segment_removed: { segment: string };
}

export interface SegmentState {
  readonly definition: DefinitionBody;
  readonly version: number;
  readonly created_at: string;
  readonly changed_at: string;
  /** Every rule that it had, the oldest first. */
  readonly versions: readonly { readonly version: number; readonly definition: DefinitionBody; readonly at: string }[];
}

export interface SegmentsState {
  segments: Map<string, SegmentState>;
  /** Removed ones: who takes such a name again goes on with its versions, and figures of an older rule aren't taken for those of the new. */
  formerSegments: Map<string, SegmentState>;
}

interface Entry {
  readonly at: string;
}
export const segmentFolds = {
  segment_saved: (state: BrandState, body: SegmentEntryBodies["segment_saved"], { at }: Entry): void => {
    const { segment, definition } = body;
    const known = state.segments.get(segment) ?? state.formerSegments.get(segment);
    const version = (known?.version ?? 0) + 1;
    const versions = [...(known?.versions ?? []), { version, definition, at }];
    state.formerSegments.delete(segment);
    state.segments.set(segment, { definition, version, versions, created_at: known?.created_at ?? at, changed_at: at });
  },
  segment_removed: (state: BrandState, { segment }: SegmentEntryBodies["segment_removed"]): void => {
    const known = state.segments.get(segment);
    if (known) state.formerSegments.set(segment, known);
    state.segments.delete(segment);
  },
};
