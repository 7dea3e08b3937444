/** What a run took, as its entry in the brand's log says it. */
export interface RunUsage {
  readonly core_seconds: number;
  readonly cpu_seconds: number;
  readonly read_bytes: number;
  readonly written_bytes: number;
  /** Seconds of paid instances, idle ones included; 0 where it ran on machines of one's own. */
  readonly instance_seconds: number;
  /** Null where nothing is paid by the hour or byte. */
  readonly cost: RunCost | null;
}

export interface RunCost {
  readonly currency: string;
  readonly instances: number;
  readonly share_read: number;
  readonly share_written: number;
}

export interface RunBody {
  readonly run_id: string;
  readonly state: string;
  readonly requested_at: string;
  readonly snapshot_id: string | null;
  readonly host: string;
  readonly document: unknown;
  /** The rest isn't there in entries of earlier programs, nor of a run whose scheduler was lost. */
  readonly user?: string;
  readonly runner?: string;
  readonly usage?: RunUsage;
}

/** A run on the cluster from its beginning on, so that another machine can take it up. */
export interface RunRequestedBody {
  readonly run_id: string;
  readonly requested_at: string;
  readonly host: string;
  readonly is_nightly: boolean;
  readonly request: unknown;
}

export interface RunEntryBodies {
  run_requested: RunRequestedBody;
  run_ended: RunBody;
}

/** Sums of the runs that one account asked for in a month (UTC) on one kind of runner. */
export interface UsageSum {
  readonly month: string;
  readonly user: string;
  readonly runner: string;
  runs: number;
  core_seconds: number;
  cpu_seconds: number;
  read_bytes: number;
  written_bytes: number;
  instance_seconds: number;
  /** In `currency`; what was paid in another one is counted by itself. */
  cost: number;
  readonly currency: string | null;
}

export interface RunsState {
  runs: RunBody[];
  /** Runs on the cluster that no entry says the end of. */
  openRuns: Map<string, RunRequestedBody>;
  usage: Map<string, UsageSum>;
}

type Folds = {
  readonly [K in keyof RunEntryBodies]: (state: RunsState, body: RunEntryBodies[K]) => void;
};

export const runFolds: Folds = {
  run_requested: (state, body) => {
    state.openRuns.set(body.run_id, body);
  },
  run_ended: (state, body) => {
    state.openRuns.delete(body.run_id);
    state.runs.push(body);
    const { usage } = body;
    if (!usage) return;
    const currency = usage.cost?.currency ?? null;
    const month = body.requested_at.slice(0, 7);
    const { user = "unknown", runner = "pool" } = body;
    const key = JSON.stringify([month, user, runner, currency]);
    const sum = state.usage.get(key) ?? { month, user, runner, currency, ...nothing };
    const { instances = 0, share_read = 0, share_written = 0 } = usage.cost ?? {};
    state.usage.set(key, {
      ...sum,
      runs: sum.runs + 1,
      core_seconds: sum.core_seconds + usage.core_seconds,
      cpu_seconds: sum.cpu_seconds + usage.cpu_seconds,
      read_bytes: sum.read_bytes + usage.read_bytes,
      written_bytes: sum.written_bytes + usage.written_bytes,
      instance_seconds: sum.instance_seconds + usage.instance_seconds,
      cost: sum.cost + instances + share_read + share_written,
    });
  },
};

const nothing = {
  runs: 0,
  core_seconds: 0,
  cpu_seconds: 0,
  read_bytes: 0,
  written_bytes: 0,
  instance_seconds: 0,
  cost: 0,
};

export function emptyRuns(): RunsState {
  return { runs: [], openRuns: new Map(), usage: new Map() };
}
