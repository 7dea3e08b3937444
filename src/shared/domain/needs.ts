import { type BrandState, currentSnapshot, type EntryBodies, type EntryKind, liveBatches } from "./brand-state.ts";
import type { RetentionRules } from "./retention.ts";

/** What rests on the share's files: keys of artifacts, and ids of snapshots with all that their manifests name. */
export interface Needs {
  readonly keys: readonly string[];
  readonly snapshots: readonly string[];
}

type Refers = { readonly [K in EntryKind]?: (body: EntryBodies[K]) => Partial<Needs> };

const refers: Refers = {
  batch_landed: ({ normalised }) => ({ keys: [normalised] }),
  batch_reread: ({ normalised }) => ({ keys: [normalised] }),
  ids_assigned: ({ ids }) => ({ keys: [ids] }),
  snapshot_published: ({ snapshot_id }) => ({ snapshots: [snapshot_id] }),
  snapshot_kept_back: ({ snapshot_id }) => ({ snapshots: [snapshot_id] }),
  snapshot_made_current: ({ snapshot_id }) => ({ snapshots: [snapshot_id] }),
  evaluations_added: ({ artifacts }) => ({ keys: artifacts.map(({ key }) => key) }),
  segments_refreshed: ({ members }) => ({ keys: [members] }),
  campaign_created: ({ offers }) => ({ keys: offers ? [offers.key] : [] }),
  campaign_drawn: ({ assignments }) => ({ keys: [assignments] }),
  campaign_restored: ({ keys }) => ({ keys }),
};

/** What an entry of the log refers to: it must be there when the entry is, and stay. */
export function refersOf(kind: string, body: unknown): Needs {
  const found = Object.hasOwn(refers, kind)
    ? (refers[kind as EntryKind] as (body: unknown) => Partial<Needs>)(body)
    : {};
  return { keys: found.keys ?? [], snapshots: found.snapshots ?? [] };
}

/** What a brand needs of its artifacts: every snapshot that is not dropped, the ledger of ids, readings of deliveries, members of
 *  segments, groups and offers of campaigns, evaluations. */
export function needsOf(state: BrandState): Needs {
  return {
    keys: [
      ...state.ids.map(({ ids }) => ids),
      ...state.batches.filter(({ withdrawn }) => !withdrawn).map(({ normalised }) => normalised),
      ...liveBatches(state).map(({ normalised }) => normalised),
      ...[...state.members.values()].map(({ key }) => key),
      ...[...state.campaigns.values()].flatMap(({ drawn, offers }) =>
        [drawn?.assignments ?? [], offers?.key ?? []].flat(),
      ),
      ...[...state.evaluations.values()].flatMap((list) => list.map(({ key }) => key)),
    ],
    snapshots: state.snapshots.map(({ snapshot_id }) => snapshot_id),
  };
}

/** Snapshots that the rules let go: never the current one, one among the latest or the young, one that a campaign was drawn on, or
 *  one of an experiment that goes on. Variants of dropped experiments go at once. */
export function expiredSnapshots(state: BrandState, rules: RetentionRules, now: Date): string[] {
  const experiments = [...state.experiments.values()];
  const variantsOf = (dropped: boolean) =>
    new Set(
      experiments
        .filter(({ outcome }) => (outcome === "dropped") === dropped)
        .flatMap(({ variants }) =>
          variants.flatMap(({ snapshot_id, base_snapshot_id }) => [snapshot_id, base_snapshot_id]),
        ),
    );
  const held = variantsOf(false);
  const ofDropped = variantsOf(true);
  for (const { drawn } of state.campaigns.values()) if (drawn) held.add(drawn.snapshot_id);
  held.add(currentSnapshot(state)?.snapshot_id ?? null);
  const before = new Date(now.getTime() - rules.keep_days * 86_400_000).toISOString();
  const latest = [...state.snapshots]
    .filter(({ is_variant }) => !is_variant)
    .sort((a, b) => (a.as_of < b.as_of || (a.as_of === b.as_of && a.version < b.version) ? 1 : -1))
    .slice(0, rules.keep_snapshots);
  for (const { snapshot_id } of latest) held.add(snapshot_id);
  return state.snapshots
    .filter(({ snapshot_id }) => !held.has(snapshot_id))
    .filter(
      ({ snapshot_id, published_at, is_variant }) =>
        published_at < before || (is_variant && ofDropped.has(snapshot_id)),
    )
    .map(({ snapshot_id }) => snapshot_id);
}
