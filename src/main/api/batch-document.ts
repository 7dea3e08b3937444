import type { Batch } from "../../shared/api/contract/sources.ts";
import type { CountedFile } from "../../shared/api/engine.ts";
import type { BatchBody } from "../../shared/domain/brand-state.ts";

export function batchDocument(batch: BatchBody & { withdrawn: boolean }): Batch {
  return {
    source: batch.source,
    batch_id: batch.batch_id,
    arrived_at: batch.arrived_at,
    withdrawn: batch.withdrawn,
    warnings: [...batch.warnings],
    files: batch.files.map((file) => fileDocument(file, file.path)),
  };
}

export function fileDocument(file: CountedFile, path: string): Batch["files"][number] {
  const { sha256, rows_read, rows_accepted, rows_rejected, rows_repeated, rejects } = file;
  return {
    path,
    sha256,
    rows_read,
    rows_accepted,
    rows_rejected,
    rows_repeated,
    rejects: rejects.map((reject) => ({ ...reject })),
  };
}
