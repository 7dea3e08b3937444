import { useState } from "react";
import type { Run } from "../../../shared/api/contract/runs.ts";
import { go } from "../../app/route.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { useWork } from "../../client/use-work.ts";
import { Panel } from "../../components/Panel.tsx";
import { Empty, Failure, Head } from "../../components/parts.tsx";
import { Skeleton } from "../../components/Skeleton.tsx";
import { bytes, day, instant, integer, seconds, share } from "../../format/format.ts";
import { EstimatePanel } from "./EstimatePanel.tsx";
import { RunState } from "./RunState.tsx";
import "./runs.css";
import { UsagePanel } from "./UsagePanel.tsx";

function reusedText({ tasks }: Run): string {
  return tasks.reused === 0 ? "0" : `${integer(tasks.reused)}, ${share(tasks.reused / tasks.total, 0)}`;
}

export function RunList({ brand }: { brand: string }) {
  const client = useClient();
  const runs = useAsk("runs.list", { brand });
  const { doing, error, start } = useWork();
  const [runner, setRunner] = useState<"pool" | "cluster">("pool");
  const [isEstimating, setIsEstimating] = useState(false);
  const broker = useAsk("cluster.settings", {});
  const hasBroker = typeof broker.data?.url === "string";
  const launch = () =>
    start("Starting", async () => {
      const { run_id } = await client.call("runs.launch", { brand, runner: hasBroker ? runner : "pool" });
      go(`/runs/${run_id}`);
    });
  const list = runs.data?.runs ?? [];
  return (
    <>
      <Head
        title="Runs"
        right={
          <>
            {hasBroker && (
              <select
                className="field"
                aria-label="Where the run is done"
                value={runner}
                onChange={(event) => setRunner(event.target.value === "cluster" ? "cluster" : "pool")}
              >
                <option value="pool">On this machine</option>
                <option value="cluster">On the cluster</option>
              </select>
            )}
            <button
              type="button"
              className="button"
              aria-pressed={isEstimating}
              onClick={() => setIsEstimating(!isEstimating)}
            >
              Estimate
            </button>
            <button type="button" className="button primary" disabled={doing !== null} onClick={() => void launch()}>
              {doing ? "Starting…" : "Run"}
            </button>
          </>
        }
      />
      {error && <Failure error={error} />}
      {isEstimating && (
        <div className="estimate">
          <EstimatePanel brand={brand} runner={hasBroker ? runner : "pool"} onClose={() => setIsEstimating(false)} />
        </div>
      )}
      {runs.isError && <Failure error={runs.error} onRetry={() => void runs.refetch()} />}
      {runs.isPending && <Skeleton label="Reading the runs" columns={[{ part: 1, panels: [420] }]} />}
      {runs.isSuccess && list.length === 0 && (
        <Empty title="No run of this machine yet">
          Deliveries become profiles in a run; every step of it can be watched here.
        </Empty>
      )}
      <div className="stack">
        {list.length > 0 && (
          <Panel
            title={`${integer(list.length)} ${list.length === 1 ? "run" : "runs"} from this machine`}
            under="The latest first"
          >
            <div className="scroll">
              <table className="plain run-list">
                <thead>
                  <tr>
                    <th>Requested</th>
                    <th>State</th>
                    <th>As of</th>
                    <th className="num">Took</th>
                    <th className="num">Tasks</th>
                    <th className="num">Reused</th>
                    <th className="num">Computed</th>
                    <th className="num spent">Core time</th>
                    <th className="num moved">Read</th>
                    <th className="num moved">Wrote</th>
                    <th className="gap">Where</th>
                    <th className="spent">Account</th>
                    <th>Snapshot</th>
                  </tr>
                </thead>
                <tbody>
                  {list.map((run) => (
                    <tr key={run.run_id}>
                      <td className="medium nowrap">
                        <a href={`/runs/${run.run_id}`} data-route>
                          {instant(run.requested_at)}
                        </a>
                      </td>
                      <td>
                        <RunState state={run.state} />
                      </td>
                      <td className="nowrap">{day(run.as_of)}</td>
                      <td className="num">{seconds(run.seconds)}</td>
                      <td className="num">{integer(run.tasks.total)}</td>
                      <td className="num nowrap">{reusedText(run)}</td>
                      <td className="num">{integer(run.tasks.computed)}</td>
                      <td className="num nowrap spent">{seconds(run.usage?.core_seconds)}</td>
                      <td className="num nowrap moved">{bytes(run.usage?.read_bytes)}</td>
                      <td className="num nowrap moved">{bytes(run.bytes_written)}</td>
                      <td className="ink2 gap">{run.runner === "cluster" ? `agents, from ${run.host}` : run.host}</td>
                      <td className="ink2 spent">{run.user ?? ""}</td>
                      <td className="mono">{run.snapshot_id?.slice(0, 8) ?? ""}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </Panel>
        )}
        <UsagePanel />
      </div>
    </>
  );
}
