import { AssayError, throwIfCancelled } from "../../shared/base/errors.ts";
import { type BatchBody, type BrandState, liveBatches } from "../../shared/domain/brand-state.ts";
import { requireWritable } from "./context.ts";
import type { HandlersOf, Named } from "./handlers-type.ts";
import { normaliseTask, readDelivery } from "./ingest.ts";

const rowsOf = (batch: Pick<BatchBody, "files">, pick: (file: BatchBody["files"][number]) => number) =>
  batch.files.reduce((sum, file) => sum + pick(file), 0);

/** An erasure swaps the files of deliveries: what was read of those before is of no use, and would keep whom it takes out. */
function requireNoErasure({ erasures }: BrandState): void {
  if ([...erasures.values()].every(({ ended }) => ended !== null)) return;
  throw new AssayError(
    "conflict",
    "Somebody is being erased in this brand.",
    "Wait until that has ended, or run the erasure again where it was stopped, then read again.",
  );
}

/** Reads deliveries again with their source's present mapping and counts what is left out of them now. The raw files are those
 *  that were landed; the next run does with what was read. */
export const rereadHandlers: Pick<HandlersOf<Named<"batches">>, "batches.reread"> = {
  "batches.reread": async ({ brand, source, batch_id }, { ctx, signal, progress }) => {
    const { brands } = requireWritable(ctx);
    const answers = [];
    const asked = await brands.refresh(brand);
    if (source !== undefined && !asked.sources.has(source)) {
      const known = [...asked.sources.keys()].join(", ") || "none yet";
      throw new AssayError("not_found", `There is no source ${source}.`, `Sources: ${known}.`);
    }
    if (batch_id !== undefined && !asked.batches.some((batch) => batch.batch_id === batch_id))
      throw new AssayError("not_found", `${brand} has no delivery ${batch_id}.`, "See `assay batches list`.");
    const wanted = liveBatches(asked).filter(
      (batch) => (!source || batch.source === source) && (!batch_id || batch.batch_id === batch_id),
    );
    for (let done = 0; done < wanted.length; ) {
      throwIfCancelled(signal);
      const state = await brands.refresh(brand);
      const batch = liveBatches(state).find(({ batch_id: id }) => id === wanted[done]?.batch_id);
      const known = batch && state.sources.get(batch.source);
      if (!known) {
        done++;
        continue;
      }
      progress({ label: `Reading ${batch.source} again`, done, total: wanted.length, unit: "deliveries" });
      const erasures = state.erasures.size;
      requireNoErasure(state);
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
        const taskKey = `reread:${batch.batch_id}:${read.normalised}`;
        const entry = { kind: "batch_reread" as const, body, taskKey };
        if (!(await brands.appendWhile(brand, entry, (latest) => latest.erasures.size === erasures))) continue;
        ctx.tell("sources");
      }
      done++;
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
