import type { CallNames, StreamNames } from "../../shared/api/client.ts";
import type { AssayContract } from "../../shared/api/contract.ts";
import { useRoute } from "../app/route.ts";

/** Questions that can be put to an older snapshot. */
export const snapshotQuestions: ReadonlySet<CallNames<AssayContract> | StreamNames<AssayContract>> = new Set([
  "customers.fields",
  "customers.page",
  "customers.show",
  "handoff.write",
  "lifecycle.read",
  "overview.read",
  "python.script",
  "segments.compare",
  "segments.count",
  "segments.export",
  "segments.export_preview",
  "segments.list",
  "segments.members",
  "snapshots.path",
  "snapshots.show",
  "sql.export",
  "sql.query",
  "sql.tables",
] as const);

/** The snapshot that the address names; undefined: the current one. */
export function useViewedSnapshot(): string | undefined {
  return useRoute().params.get("snapshot") ?? undefined;
}

/** The question as it is put while an older snapshot is looked at. */
export function asked<T extends object>(name: string, input: T, snapshotId: string | undefined): T {
  const isOf = (snapshotQuestions as ReadonlySet<string>).has(name);
  return snapshotId === undefined || !isOf || "snapshot_id" in input ? input : { ...input, snapshot_id: snapshotId };
}
