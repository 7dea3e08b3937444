import type { Run } from "../../shared/api/contract/runs.ts";
import type { RunCost, RunUsage } from "../../shared/domain/run-log.ts";
import type { Brands } from "./brands.ts";

/** Writes into the brand's log that a run has ended, and what it took. */
export async function noteEnd(brands: Brands, brand: string, document: Run): Promise<void> {
  const { run_id, state, requested_at, snapshot_id, host, user, runner } = document;
  const body = {
    ...{ run_id, state, requested_at, snapshot_id, host, document: null, usage: usageOf(document) },
    ...(user === undefined ? {} : { user }),
    ...(runner === undefined ? {} : { runner }),
  };
  await brands.append(brand, "run_ended", body, `run-ended:${run_id}`);
}

function usageOf({ usage, bytes_written, cost }: Run): RunUsage {
  const rounded = (seconds = 0) => Math.round(seconds * 1000) / 1000;
  return {
    core_seconds: rounded(usage?.core_seconds),
    cpu_seconds: rounded(usage?.cpu_seconds),
    read_bytes: usage?.read_bytes ?? 0,
    written_bytes: bytes_written,
    instance_seconds: rounded(cost?.instance_seconds),
    cost: cost ? paidOf(cost) : null,
  };
}

function paidOf({ currency, instances, share_read, share_written }: NonNullable<Run["cost"]>): RunCost {
  return { currency, instances, share_read, share_written };
}
