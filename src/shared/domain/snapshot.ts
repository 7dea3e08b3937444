/** One table of a published snapshot and the step that makes it. */
export interface SnapshotTable {
  readonly table: string;
  readonly step: string;
  readonly output: string;
}
