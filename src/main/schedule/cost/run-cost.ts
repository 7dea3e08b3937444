import type { Run } from "../../../shared/api/contract/runs.ts";
import type { RunCost } from "../../../shared/domain/run-log.ts";
import type { Prices } from "./prices.ts";

/** What a run has taken, or may take. */
export interface Taken {
  /** Seconds of paid instances, idle ones included. */
  readonly instanceSeconds: number;
  readonly readBytes: number;
  readonly writtenBytes: number;
}

const gigabyte = 1e9;

/** Money for time and bytes, in the prices' currency. */
export function costOf({ instanceSeconds, readBytes, writtenBytes }: Taken, prices: Prices): RunCost {
  return {
    currency: prices.currency,
    instances: (instanceSeconds / 3600) * prices.instanceHour,
    share_read: (readBytes / gigabyte) * (prices.share?.readPerGb ?? 0),
    share_written: (writtenBytes / gigabyte) * (prices.share?.writtenPerGb ?? 0),
  };
}

/** A month of what it leaves on the share. */
export function keptPerMonth(writtenBytes: number, prices: Prices): number {
  return (writtenBytes / gigabyte) * (prices.share?.keptPerGbMonth ?? 0);
}

export function totalOf({ instances, share_read, share_written }: RunCost): number {
  return instances + share_read + share_written;
}

/** What a run has cost so far, as its document says it. */
export function runCost(run: Run, instanceSeconds: number, prices: Prices): NonNullable<Run["cost"]> {
  const taken = { instanceSeconds, readBytes: run.usage?.read_bytes ?? 0, writtenBytes: run.bytes_written };
  const cost = costOf(taken, prices);
  return {
    ...cost,
    instance_seconds: instanceSeconds,
    share_kept_month: keptPerMonth(taken.writtenBytes, prices),
    total: totalOf(cost),
    source: prices.source,
  };
}

interface WorkingAgent {
  readonly instance: string | null;
  readonly tasks: readonly { readonly run: string }[];
}

/** How much of the paid instances' time is this run's: of each the share of its tasks that are; all of one that has nothing to do. */
export function paidShare(agents: readonly WorkingAgent[], run: string): number {
  const paid = agents.filter(({ instance }) => instance !== null);
  return paid.reduce((sum, { tasks }) => {
    const own = tasks.filter((task) => task.run === run).length;
    return sum + (tasks.length === 0 ? 1 : own / tasks.length);
  }, 0);
}
