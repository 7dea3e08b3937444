import type { QuerySnapshot } from "../../shared/api/engine.ts";
import { AssayError } from "../../shared/base/errors.ts";
import type { StartProcess } from "../../shared/base/started-process.ts";
import type { BrandState } from "../../shared/domain/brand-state.ts";
import { currentSnapshot } from "../../shared/domain/brand-state.ts";
import { type Brands, waitsForShare } from "../schedule/brands.ts";
import type { Cluster } from "../schedule/cluster/cluster.ts";
import type { BrokerFile } from "../schedule/cluster/settings-file.ts";
import type { Desk } from "../schedule/desk.ts";
import type { Engine } from "../schedule/engine-client.ts";
import type { Runs } from "../schedule/runs.ts";
import type { ShareLook } from "../schedule/share-watch.ts";
import type { Store } from "../store/store.ts";
import type { Uploads } from "./uploads.ts";

export interface OpenWorkspace {
  readonly path: string;
  readonly workspace_id: string;
  readonly read_only_reason: string | null;
  readonly brands: Brands;
  /** What this machine has of it. */
  readonly desk: Desk;
  /** Its directory doesn't answer: what is kept on this machine is read, changes wait. */
  readonly away: { readonly state: "gone" | "silent"; readonly why: string; readonly since: string } | null;
}

export type Topic =
  | "workspace"
  | "sources"
  | "runs"
  | "snapshots"
  | "segments"
  | "campaigns"
  | "settings"
  | "nights"
  | "experiments";

/** What the handlers stand on; one per core. */
export interface ApiContext {
  readonly version: string;
  /** Answers for the open workspace, wherever it is read at the moment. */
  readonly engine: Engine;
  /** The one that touches the share, and one that never does. */
  readonly engines: { readonly engine: Engine; away(): Engine };
  readonly startProcess: StartProcess | undefined;
  lookAtShare(path: string): Promise<ShareLook>;
  readonly store: Store;
  readonly runs: Runs;
  readonly cluster: Cluster;
  readonly brokerFile: BrokerFile;
  readonly dataFolder: string;
  readonly demoCustomers: number | undefined;
  readonly defaults: { readonly workers: number; readonly memoryBytes: number };
  readonly now: () => Date;
  readonly uploads: Uploads;
  readonly log: (line: string) => void;
  workspace: OpenWorkspace | null;
  tell(topic: Topic): void;
  onTell(listener: (topic: Topic) => void): () => void;
  /** Builds the search index of a snapshot in the background, once unless it is wanted `again`. */
  indexPeople(brand: string, again?: boolean): void;
}

export function requireWorkspace(context: ApiContext): OpenWorkspace {
  if (!context.workspace) {
    throw new AssayError(
      "not_found",
      "No workspace is open.",
      "Name one with --workspace, or create one with `assay workspace create`.",
    );
  }
  return context.workspace;
}

/** A workspace whose directory answers. */
export function requireContact(context: ApiContext): OpenWorkspace {
  const workspace = requireWorkspace(context);
  if (workspace.away) throw waitsForShare();
  return workspace;
}

/** A workspace whose files may be written to. */
export function requireWritable(context: ApiContext): OpenWorkspace {
  requireContact(context);
  return requireEditable(context);
}

/** A workspace whose log may be added to: now, or once its directory answers again. */
export function requireEditable(context: ApiContext): OpenWorkspace {
  const workspace = requireWorkspace(context);
  if (workspace.read_only_reason) {
    throw new AssayError(
      "unsupported",
      `The workspace is open for reading only: ${workspace.read_only_reason}`,
      "See `assay doctor`.",
    );
  }
  return workspace;
}

export function settingsOf(state: BrandState): NonNullable<BrandState["settings"]> {
  if (!state.settings) throw new AssayError("corrupt", "The brand's log has no beginning.", "See `assay doctor`.");
  return state.settings;
}

export interface FoundSnapshot {
  readonly state: BrandState;
  readonly brandDir: string;
  readonly snapshot: BrandState["snapshots"][number];
  readonly reference: QuerySnapshot;
  /** The snapshot to compare with: the latest other one that looks back from an earlier day. */
  readonly before: QuerySnapshot | null;
}

/** The snapshot that a question is about: the named one, else the current one. */
export async function findSnapshot(context: ApiContext, brand: string, snapshotId?: string): Promise<FoundSnapshot> {
  const { brands } = requireWorkspace(context);
  const state = await brands.refresh(brand);
  const snapshot = snapshotId
    ? state.snapshots.find(({ snapshot_id }) => snapshot_id.startsWith(snapshotId))
    : currentSnapshot(state);
  if (!snapshot) {
    throw snapshotId
      ? new AssayError("not_found", `${brand} has no snapshot ${snapshotId}.`, "See `assay snapshot list`.")
      : new AssayError("not_found", `${brand} has no published snapshot yet.`, "Make one with `assay run`.");
  }
  const brandDir = brands.directory(brand);
  const reference = (one: BrandState["snapshots"][number]): QuerySnapshot => ({
    brandDir,
    snapshot_id: one.snapshot_id,
    evaluations: state.evaluations.get(one.snapshot_id) ?? [],
    members: state.members.get(one.snapshot_id)?.key,
  });
  const earlier = state.snapshots
    .filter((one) => one.as_of < snapshot.as_of && !one.is_variant && !one.withdrawn && !one.kept_back)
    .sort((a, b) => (a.as_of < b.as_of ? 1 : -1))[0];
  return { state, brandDir, snapshot, reference: reference(snapshot), before: earlier ? reference(earlier) : null };
}

/** What the search index of a snapshot is called: another one once somebody was erased from it. */
export function indexName({ snapshot, state }: Pick<FoundSnapshot, "snapshot" | "state">): string {
  const erased = [...state.erasures.values()].filter(({ ended }) => ended !== null).length;
  return erased === 0 ? snapshot.snapshot_id : `${snapshot.snapshot_id}-${erased}`;
}

/** How many erasures an index of that name knows of. */
export function erasuresIn(name: string): string {
  return name.split("-")[1] ?? "0";
}
