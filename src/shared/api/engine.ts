import type { CampaignArm } from "../domain/campaign.ts";
import type { MountRequest } from "../domain/mount.ts";
import type { SegmentRefresh } from "../domain/night.ts";
import type { OfferTable } from "../domain/offer.ts";
import type { Permit } from "../domain/own-model.ts";
import type { RetentionRules } from "../domain/retention.ts";
import type { SourceWorth } from "../domain/source-worth.ts";
import type { ArtifactSummary, TaskNode, TaskProgress } from "../domain/task.ts";
import type { TournamentTarget } from "../domain/tournament.ts";
import { erasureEngine } from "./engine-erasure.ts";
import { keptEngine } from "./engine-kept.ts";
import { logEngine } from "./engine-log.ts";
import { sourcesEngine } from "./engine-sources.ts";
import { call, stream } from "./operation.ts";
import { plain } from "./plain.ts";

export interface BrandParameters {
  readonly currency: string;
  readonly timeZone: string;
  readonly returnWindowDays: number | null;
}
export interface LandedFile {
  readonly path: string;
  readonly name: string;
  readonly landed: string;
  readonly sha256: string;
  readonly bytes: number;
  /** Of a file that rows of erased people were left out of: how many, and the digest of what was delivered. */
  readonly rows_erased?: number;
  readonly delivered_sha256?: string;
}
/** What keeps erased people out of a delivery. */
export interface Screening {
  readonly tombstones: readonly string[];
  readonly mapping: unknown;
  readonly time_zone: string;
}
export interface CountedFile {
  readonly sha256: string;
  readonly rows_read: number;
  readonly rows_accepted: number;
  readonly rows_rejected: number;
  readonly rows_repeated: number;
  readonly rejects: readonly { readonly reason: string; readonly count: number }[];
}
export interface SnapshotTableFile {
  readonly key: string;
  readonly output: string;
  readonly bucket: number;
}
export interface SnapshotManifest {
  readonly snapshot_id: string;
  readonly as_of: string;
  readonly known_at: string | null;
  readonly horizon_days: number;
  readonly purchase_horizon_days: number;
  readonly fit_as_of: string;
  readonly is_variant: boolean;
  readonly brand: BrandParameters;
  readonly bucket_count: number;
  readonly tables: Readonly<Record<string, readonly SnapshotTableFile[]>>;
  readonly fits: Readonly<Record<string, SnapshotTableFile>>;
  /** What each tournament came to; not there in snapshots of earlier programs. */
  readonly choices?: Readonly<Record<string, SnapshotTableFile>>;
  /** Parameters that differ from the program's. */
  readonly params?: Readonly<Record<string, number | boolean | string>>;
}
export interface ArtifactSum {
  readonly artifacts: number;
  readonly bytes: number;
  /** Core seconds that it took to make them. */
  readonly seconds: number;
}
export interface DescribedArtifact extends ArtifactSummary {
  readonly step: string;
  readonly version: number;
  readonly host: string;
  readonly made_at: string;
  readonly inputs: readonly string[];
}
export interface SnapshotComparison {
  readonly customers_before: number;
  readonly customers: number;
  /** Customers of the earlier one of whose records some belong to another id now. */
  readonly changed_ids: number;
  /** Revenue up to the earlier one's day, as each of the two has it. */
  readonly revenue_before_minor: number;
  readonly revenue_minor: number;
}
export type QuerySnapshot = {
  readonly brandDir: string;
  readonly snapshot_id: string;
  readonly evaluations: readonly ArtifactSummary[];
  /** The table of segments' members as last refreshed, where it was. */
  readonly members?: string | undefined;
};

/** What core asks of the engine, the only one that touches the share. */
export const engineContract = {
  "workspace.create": call({
    input: plain<{ path: string }>(),
    output: plain<{ workspace_id: string; path: string }>(),
  }),
  "workspace.open": call({
    input: plain<{ path: string }>(),
    output: plain<{ workspace_id: string; path: string; brands: string[]; read_only_reason: string | null }>(),
  }),
  /** Copies a workspace, backs it up, or makes one from a backup. */
  "workspace.copy": stream({
    input: plain<{ from: string; to: string; kind: "copy" | "backup" | "restore" }>(),
    progress: plain<{ label: string; done: number; total: number | null; bytes: number }>(),
    output: plain<{
      path: string;
      workspace_id: string;
      brands: readonly { brand: string; version: number; artifacts: number }[];
      damaged: readonly string[];
      files: number;
      bytes: number;
      standing: number;
    }>(),
  }),
  "workspace.doctor": call({
    input: plain<{ path: string }>(),
    output: plain<{ checks: { name: string; status: "ok" | "warn" | "fail"; measured: string; advice: string }[] }>(),
  }),
  "brand.create": call({ input: plain<{ path: string; brand: string }>(), output: plain<{ brandDir: string }>() }),
  ...logEngine,
  "demo.make": stream({
    input: plain<{ path: string; customers?: number | undefined; seed?: number | undefined }>(),
    progress: plain<{ done: number; total: number; label: string }>(),
    output: plain<{ files: string[] }>(),
  }),
  ...sourcesEngine,
  /** Copies raw files into the landing area; files that the source delivered before are only told. */
  "landing.copy": call({
    input: plain<{
      brandDir: string;
      source: string;
      paths: readonly string[];
      known: readonly string[];
      screen?: Screening | undefined;
    }>(),
    output: plain<{ batch_id: string; files: LandedFile[]; known: LandedFile[] }>(),
  }),
  /** Takes away what a delivery left that nothing refers to: files that it copied, and what was read of them. */
  "landing.drop": call({
    input: plain<{ brandDir: string; landed: readonly string[]; keys: readonly string[] }>(),
    output: plain<{ files: number; artifacts: number }>(),
  }),
  /** Counts a read delivery against the earlier ones of its source. */
  "landing.count": call({
    input: plain<{ brandDir: string; key: string; earlier: readonly string[] }>(),
    output: plain<{
      files: CountedFile[];
      latest_order_on: string | null;
      records_until: string | null;
      warnings: string[];
    }>(),
  }),
  /** How many customer ids of a delivery stand for other people at the sources of other deliveries. */
  "landing.conflicts": call({
    input: plain<{ brandDir: string; key: string; others: readonly string[] }>(),
    output: plain<{ conflicts: { source: string; ids: number }[] }>(),
  }),
  "landing.rejects": call({
    input: plain<{ brandDir: string; key: string; offset: number; limit: number }>(),
    output: plain<{ total: number; rejects: Record<string, unknown>[] }>(),
  }),
  "artifacts.find": call({
    /** `keeps`: they are going to be used, so that those that were to go are brought back. */
    input: plain<{ brandDir: string; keys: readonly string[]; keeps?: boolean | undefined }>(),
    output: plain<{ found: (ArtifactSummary & { attempt: string })[]; damaged: string[] }>(),
  }),
  /** What is known of artifacts and what each reads; those that aren't there are left out. */
  "artifacts.describe": call({
    input: plain<{ brandDir: string; keys: readonly string[] }>(),
    output: plain<{ artifacts: DescribedArtifact[] }>(),
  }),
  /** What nothing rests on, by step; nothing is dropped. */
  "retention.plan": stream({
    input: plain<{ brandDir: string; older_than_days: number }>(),
    progress: plain<{ done: number; total: number; label: string }>(),
    output: plain<{
      all: ArtifactSum;
      needed: ArtifactSum;
      droppable: ArtifactSum;
      cold: ArtifactSum;
      steps: (ArtifactSum & { step: string; cold_bytes: number; oldest_at: string; newest_at: string })[];
      snapshots: number;
    }>(),
  }),
  /** Drops, names, sets aside and deletes what the rules let go. */
  "retention.collect": stream({
    input: plain<{ brandDir: string; rules: RetentionRules; takes_reusable: boolean; dry_run: boolean }>(),
    progress: plain<{ done: number; total: number | null; label: string }>(),
    output: plain<{
      dropped: readonly string[];
      retired: ArtifactSum;
      waiting: { artifacts: number; until: string | null };
      held: number;
      set_aside: { artifacts: number };
      freed: { artifacts: number; bytes: number };
      tidied: { staging: number; hints: number; checkpoints: number; broken: readonly string[] };
    }>(),
  }),
  /** Pins a version of the log until the call is cancelled: nothing that was there then is set aside meanwhile. */
  "pins.hold": stream({
    input: plain<{ brandDir: string; version: number }>(),
    progress: plain<{ version: number }>(),
    output: plain<{ version: number }>(),
  }),
  /** Customers whose stage, tier, band or category differs between two snapshots, and sums of their scores. */
  "snapshots.changes": call({
    input: plain<{ brandDir: string; before: string; after: string }>(),
    output: plain<{
      customers: number;
      columns: {
        column: string;
        changed: number;
        moves: { from: string | null; to: string | null; customers: number }[];
      }[];
      totals: { column: string; base: number | null; variant: number | null }[];
    }>(),
  }),
  "artifacts.json": call({
    input: plain<{ brandDir: string; key: string; output: string }>(),
    output: plain<{ value: unknown }>(),
  }),
  "tasks.run": stream({
    input: plain<{
      brandDir: string;
      node: TaskNode;
      memoryBytes: number;
      workers: number;
      inline: boolean;
      attempt: string;
      permit?: Permit | null | undefined;
      /** What of the attempt's results this machine's own disk keeps: those that aren't committed yet, or all, until it is ended by
       *  `tasks.forget`. Either way the worker is free before its results stand. */
      keeps?: "uncommitted" | "all" | undefined;
    }>(),
    progress: plain<TaskProgress>(),
    output: plain<{ outcome: (ArtifactSummary & { computed: boolean }) | null }>(),
  }),
  /** An attempt has ended: nothing of it is kept on this machine's own disk. */
  "tasks.forget": call({ input: plain<{ attempt: string }>(), output: plain<Record<string, never>>() }),
  /** Lays a task's document on the share for a day, where it is too large for a queue. */
  "tasks.keep": call({
    input: plain<{ brandDir: string; node: TaskNode; kept: string }>(),
    output: plain<{ kept: string }>(),
  }),
  "tasks.kept": call({ input: plain<{ brandDir: string; kept: string }>(), output: plain<{ node: TaskNode }>() }),
  /** Keeps what a task was asked that ended whoever worked on it. */
  "tasks.quarantine": call({
    input: plain<{ brandDir: string; node: TaskNode; run: string; why: string }>(),
    output: plain<{ path: string }>(),
  }),
  "snapshots.publish": call({
    input: plain<{ brandDir: string; manifest: SnapshotManifest }>(),
    output: plain<{ customers: number; tables: Record<string, { rows: number; bytes: number }> }>(),
  }),
  "snapshots.check": call({
    input: plain<{ brandDir: string; snapshot_id: string }>(),
    output: plain<{ damaged: string[] }>(),
  }),
  "snapshots.manifest": call({
    input: plain<{ brandDir: string; snapshot_id: string }>(),
    output: plain<SnapshotManifest>(),
  }),
  "snapshots.add_evaluations": call({
    input: plain<{ brandDir: string; snapshot_id: string; keys: readonly string[] }>(),
    output: plain<{ rows: number }>(),
  }),
  "snapshots.path": call({
    input: plain<{ brandDir: string; snapshot_id: string; table: string }>(),
    output: plain<{ table: string; files: string[] }>(),
  }),
  /** How a new snapshot differs from the one before it: what a gate judges by. */
  "snapshots.compare": call({
    input: plain<{ brandDir: string; before: string; after: string }>(),
    output: plain<SnapshotComparison>(),
  }),
  /** Counts the saved segments on a snapshot and keeps who is in them. */
  "segments.refresh": call({
    input: plain<{ snapshot: QuerySnapshot; input: object }>(),
    output: plain<{ segments: SegmentRefresh[] }>(),
  }),
  /** Draws a campaign's groups and keeps who is in which under the key. */
  "campaigns.draw": call({
    input: plain<{ snapshot: QuerySnapshot; key: string; input: object }>(),
    output: plain<{ audience: number; arms: CampaignArm[]; left_out: { reason: string; count: number }[] }>(),
  }),
  /** Works out a plan of offers and keeps who is offered what under the key. */
  "campaigns.keep_offers": call({
    input: plain<{ snapshot: QuerySnapshot; key: string; input: object }>(),
    output: plain<Omit<OfferTable, "key" | "scope" | "days"> & { readonly customers: number }>(),
  }),
  /** Holds a piece of work for this process until the call is cancelled; told at once whether it was free. */
  "claims.hold": stream({
    input: plain<{ brandDir: string; claim: string }>(),
    progress: plain<{ held: boolean }>(),
    output: plain<{ held: boolean }>(),
  }),
  /** Copies tables of a snapshot into a folder that stands by itself. */
  "snapshots.hand_off": stream({
    input: plain<{
      brandDir: string;
      snapshot_id: string;
      tables: readonly string[];
      to: string;
      about: Readonly<Record<string, string | number | null>>;
    }>(),
    progress: plain<{ done: number; total: number; label: string }>(),
    output: plain<{ tables: { name: string; path: string; rows: number; partitions: number }[] }>(),
  }),
  /** A question to a published snapshot, by name. */
  query: stream({
    input: plain<{ name: string; snapshot: QuerySnapshot; before: QuerySnapshot | null; input: unknown }>(),
    progress: plain<{ done: number; total: number | null; label: string }>(),
    output: plain<object>(),
  }),
  ...erasureEngine,
  ...keptEngine,
  "shares.list": call({
    input: plain<object>(),
    output: plain<{ shares: readonly { readonly at: string; readonly kind: string; readonly source: string }[] }>(),
  }),
  "shares.mount": call({ input: plain<{ request: MountRequest }>(), output: plain<object>() }),
  "shares.unmount": call({ input: plain<{ at: string }>(), output: plain<{ at: string; source: string }>() }),
  /** The digest of a file anywhere, and what a manifest of ours beside it says. */
  "exports.look": call({
    input: plain<{ path: string }>(),
    output: plain<{ sha256: string; bytes: number; manifest: { sha256: string; file: string } | null }>(),
  }),
  "models.fit": call({
    input: plain<{ name: string; summary: string; columns: Readonly<Record<string, string>> }>(),
    output: plain<Record<string, unknown>>(),
  }),
  "models.predict": call({
    input: plain<{
      name: string;
      summary: string;
      columns: Readonly<Record<string, string>>;
      horizon: number;
      params: Readonly<Record<string, number>> | null;
      out: string;
    }>(),
    output: plain<{ rows: number; horizon: number }>(),
  }),
  /** Compares scores at some splits with and without a source. */
  "models.source_worth": call({
    input: plain<{
      brandDir: string;
      questions: readonly {
        target: TournamentTarget;
        model: string;
        isChosen: boolean;
        weights: Readonly<Record<string, number>>;
        ranking: readonly string[];
        columns: Readonly<Record<string, string>>;
      }[];
      splits: readonly {
        outcomes: string;
        scores: Readonly<Record<string, string>>;
        without: Readonly<Record<string, string>>;
      }[];
    }>(),
    output: plain<Omit<SourceWorth, "source" | "verdict">>(),
  }),
  "templates.list": call({
    input: plain<object>(),
    output: plain<{
      templates: { name: string; title: string; columns: string[]; takes_fields: boolean; channel: string }[];
    }>(),
  }),
  "models.self_test": stream({
    input: plain<object>(),
    progress: plain<{ label: string; done: number; total: number }>(),
    output: plain<{ checks: Record<string, unknown>[] }>(),
  }),
  "process.memory": call({ input: plain<object>(), output: plain<{ rss_bytes: number; peak_rss_bytes: number }>() }),
};
export type EngineContract = typeof engineContract;
