import { canonicalJson } from "../../shared/base/canonical-json.ts";
import type { BrandState } from "../../shared/domain/brand-state.ts";
import type { SegmentRefresh } from "../../shared/domain/night.ts";
import { afterDrop } from "../../shared/domain/retention.ts";
import { keyOf } from "../plan/key.ts";
import { type ApiContext, findSnapshot, requireWritable } from "./context.ts";
import { segmentRules } from "./segments.ts";

/** The latest refresh on another snapshot that still stands: what entered and left is told against it. */
function refreshBefore(state: BrandState, snapshotId: string) {
  const standing = new Set(
    state.snapshots
      .filter(({ withdrawn, kept_back, is_variant }) => !withdrawn && !kept_back && !is_variant)
      .map(({ snapshot_id }) => snapshot_id),
  );
  return [...state.members]
    .filter(([id]) => id !== snapshotId && standing.has(id))
    .map(([, refresh]) => refresh)
    .reduce<{ key: string; segments: readonly SegmentRefresh[]; version: number } | null>(
      (best, one) => (best === null || one.version > best.version ? one : best),
      null,
    );
}

/** Counts every saved segment on a snapshot and keeps who is in it, with who entered and left since the refresh before.
 *  The same segments on the same snapshot are refreshed once. */
export async function refreshSegments(
  ctx: ApiContext,
  brand: string,
  snapshotId: string,
  signal: AbortSignal,
): Promise<readonly SegmentRefresh[]> {
  const { brands } = requireWritable(ctx);
  const { state, reference } = await findSnapshot(ctx, brand, snapshotId);
  const segments = [...state.segments]
    .map(([segment, { definition, version }]) => ({ segment, version, definition }))
    .sort((a, b) => (a.segment < b.segment ? -1 : 1));
  const known = state.members.get(snapshotId);
  const isSame = (refresh: typeof known) =>
    refresh !== undefined &&
    canonicalJson(refresh.segments.map(({ segment, version }) => [segment, version])) ===
      canonicalJson(segments.map(({ segment, version }) => [segment, version]));
  if (known && isSame(known)) return known.segments;
  if (segments.length === 0) return [];
  const before = refreshBefore(state, snapshotId);
  const key = keyOf({ step: "segment_members", version: 1, snapshotId, segments, before: before?.key ?? null });
  const input = { key, segments, rules: segmentRules(state), before };
  const made = await ctx.engine.call("segments.refresh", { snapshot: reference, input }, { signal });
  const body = { snapshot_id: snapshotId, members: key, segments: made.segments };
  await brands.append(brand, "segments_refreshed", body, `segments:${key}${afterDrop(state, snapshotId)}`);
  ctx.tell("segments");
  return made.segments;
}
