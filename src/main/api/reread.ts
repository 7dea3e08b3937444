import { throwIfCancelled } from "../../shared/base/errors.ts";
import { type BatchBody, liveBatches } from "../../shared/domain/brand-state.ts";
import { requireWritable } from "./context.ts";
import type { HandlersOf, Named } from "./handlers-type.ts";
import { normaliseTask, readDelivery } from "./ingest.ts";

const rowsOf = (batch: Pick<BatchBody, "files">, pick: (file: BatchBody["files"][number]) => number) =>
  batch.files.reduce((sum, file) => sum + pick(file), 0);

/** Reads deliveries again with their source's present mapping and counts what is left out of them now. The raw files are those
 *  that were landed; the next run does with what was read. */
export const rereadHandlers: Pick<HandlersOf<Named<"batches">>, "batches.reread"> = {
  "batches.reread": async ({ brand, source, batch_id }, { ctx, signal, progress }) => {
    const { brands } = requireWritable(ctx);
    const answers = [];
    const wanted = liveBatches(await brands.refresh(brand)).filter(
      (batch) => (!source || batch.source === source) && (!batch_id || batch.batch_id === batch_id),
    );
    for (const [done, batch] of wanted.entries()) {
      throwIfCancelled(signal);
      progress({ label: `Reading ${batch.source} again`, done, total: wanted.length, unit: "deliveries" });
      const state = await brands.refresh(brand);
      const known = state.sources.get(batch.source);
      if (!known) continue;
      const before = rowsOf(batch, (file) => file.rows_rejected);
      const isSame = normaliseTask(ctx, state, batch, known.mapping).key === batch.normalised;
      const siblings = liveBatches(state).filter((one) => one.source === batch.source);
      const at = siblings.findIndex((one) => one.batch_id === batch.batch_id);
      const read = isSame
        ? batch
        : await readDelivery(ctx, {
            ...{ brand, state, source: known, batchId: batch.batch_id, files: batch.files, signal },
            arrivedAt: new Date(batch.arrived_at),
            earlier: siblings.slice(0, at),
          });
      if (!isSame) {
        const { arrived_at: _, ...body } = read;
        await brands.append(brand, "batch_reread", body, `reread:${batch.batch_id}:${read.normalised}`);
        ctx.tell("sources");
      }
      answers.push({
        source: batch.source,
        batch_id: batch.batch_id,
        rows_accepted: rowsOf(read, (file) => file.rows_accepted),
        rows_rejected: rowsOf(read, (file) => file.rows_rejected),
        rows_rejected_before: before,
      });
    }
    return { batches: answers };
  },
};
