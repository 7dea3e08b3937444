import { hostname, userInfo } from "node:os";
import type { Run } from "../../shared/api/contract/runs.ts";
import type { RunOptions } from "./run-plan.ts";

type Asked = RunOptions & {
  readonly runner?: Run["runner"] | undefined;
  readonly workers: number;
  readonly memoryBytes: number;
  readonly due_at?: string | undefined;
};

/** What was asked for, so that it can be asked again; only what is there, as it becomes JSON. */
function optionsOf({
  as_of,
  fit_as_of,
  known_at,
  models,
  params,
  horizon_days,
  seed,
  is_variant,
}: Asked): NonNullable<Run["request"]> {
  return JSON.parse(JSON.stringify({ as_of, fit_as_of, known_at, models, params, horizon_days, seed, is_variant }));
}

/** The account that this process runs under; its number where it has no name. */
export function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "unknown");
  }
}

export function newDocument(id: string, request: Asked, now: Date): Run {
  return {
    run_id: id,
    state: "planning",
    as_of: request.as_of ?? null,
    snapshot_id: null,
    requested_at: now.toISOString(),
    host: hostname(),
    user: accountName(),
    runner: request.runner ?? "pool",
    request: optionsOf(request),
    waiting_for: null,
    ...(request.due_at === undefined ? {} : { due_at: request.due_at }),
    seconds: 0,
    seconds_left: null,
    tasks: { total: 0, reused: 0, computed: 0, failed: 0, running: 0 },
    rows: 0,
    rows_per_second: null,
    bytes_written: 0,
    rss_bytes: 0,
    peak_rss_bytes: 0,
    memory_limit_bytes: request.memoryBytes,
    workers: request.workers,
    steps: [],
    warnings: [],
    error: null,
  };
}
