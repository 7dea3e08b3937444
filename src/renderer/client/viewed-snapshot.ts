import { useRoute } from "../app/route.ts";

/** What can be asked of an older snapshot, by the noun of its operation; one that takes none passes the id over. */
const nouns: ReadonlySet<string> = new Set([
  "customers",
  "handoff",
  "identity",
  "lifecycle",
  "overview",
  "periods",
  "preferences",
  "python",
  "returns",
  "segments",
  "snapshots",
  "sql",
]);

export function looksAtSnapshot(operation: string): boolean {
  if (operation === "models.drift") return true; // what else is asked about models is asked of the current one
  return nouns.has(operation.split(".")[0] ?? "") && operation !== "snapshots.list";
}

/** The snapshot that the address names; undefined: the current one. */
export function useViewedSnapshot(): string | undefined {
  return useRoute().params.get("snapshot") ?? undefined;
}

/** The question as it is put while an older snapshot is looked at. */
export function asked<T extends object>(name: string, input: T, snapshotId: string | undefined): T {
  return snapshotId === undefined || !looksAtSnapshot(name) || "snapshot_id" in input
    ? input
    : { ...input, snapshot_id: snapshotId };
}
