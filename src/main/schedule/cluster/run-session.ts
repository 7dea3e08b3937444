import type { Run } from "../../../shared/api/contract/runs.ts";
import type { Brands } from "../brands.ts";
import { tellMilliseconds } from "../broker/told-runs.ts";
import type { Engine } from "../engine-client.ts";
import { holdClaim } from "../hold-claim.ts";
import { noteEnd } from "../note-end.ts";
import type { RunTask } from "../run-graph.ts";
import type { ToldRun } from "../shown-run.ts";
import type { Cluster } from "./cluster.ts";
import type { ClusterRunner } from "./runner.ts";

/** Tasks that one run has in the queue at a time. */
export const queueWindow = 256;

/** What a run on the cluster has open while it goes on. */
export interface RunSession {
  readonly runTask: RunTask;
  /** The way to the agents of a label; null where there is none at the moment. */
  labelled(label: string): Promise<RunTask | null>;
  close(): Promise<void>;
}
export interface SessionRequest {
  readonly cluster: Cluster;
  readonly brands: Brands;
  readonly engine: Engine;
  readonly brand: string;
  readonly redis: string | undefined;
  readonly isNightly: boolean;
  readonly request: unknown;
  readonly document: Run;
  /** The run with its tasks as it stands; asked every two seconds. */
  readonly told: () => ToldRun;
  readonly cancel: () => void;
  readonly onPaid: (seconds: number) => void;
}

/** Opens the queue and notes the run in the brand's log, so that another machine can take it up when this one vanishes. */
export async function openRunSession(options: SessionRequest): Promise<RunSession> {
  const { cluster, brands, engine, brand, redis, isNightly, request, document } = options;
  const { run_id, requested_at, host } = document;
  const brandDir = brands.directory(brand);
  const { workspaceId } = brands;
  const asked = {
    ...{ workspaceId, redis, brandDir, brand, run: run_id, isNightly },
    onCancelled: options.cancel,
    onPaid: options.onPaid,
    onNotice: (text: string) => void document.warnings.push(text),
    onWaiting: (what: string | null, slots: number) => {
      document.waiting_for = what;
      if (slots > 0) document.workers = slots;
    },
  };
  const runner = await cluster.openRunner(asked);
  const byLabel = new Map<string, ClusterRunner>();
  let letGo: (() => Promise<void>) | null = null;
  try {
    letGo = await holdClaim(engine, brandDir, runClaim(run_id));
    const body = { run_id, requested_at, host, is_nightly: isNightly, request };
    await brands.append(brand, "run_requested", body, `run-requested:${run_id}`);
  } catch (error) {
    await letGo?.().catch(() => {});
    await runner.close();
    throw error;
  }
  const telling = setInterval(() => void runner.tell(options.told()), tellMilliseconds);
  telling.unref();
  return {
    runTask: runner.runTask,
    labelled: async (label) => {
      const known = byLabel.get(label);
      if (known) return known.runTask;
      if (!(await cluster.hasLabel(workspaceId, redis, label).catch(() => false))) return null;
      const opened = await cluster.openRunner({ ...asked, label, onPaid: undefined }); // counted once
      byLabel.set(label, opened);
      return opened.runTask;
    },
    close: async () => {
      clearInterval(telling);
      document.waiting_for = null;
      await noteEnd(brands, brand, document).catch(() => {});
      await letGo?.().catch(() => {});
      for (const one of [...byLabel.values(), runner]) await one.close();
    },
  };
}

export function runClaim(runId: string): string {
  return `run ${runId}`;
}
