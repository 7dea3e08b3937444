import { useState } from "react";
import type { Run } from "../../../shared/api/contract/runs.ts";
import { go } from "../../app/route.ts";
import { TaskLanes } from "../../charts/TaskLanes.tsx";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { Panel } from "../../components/Panel.tsx";
import { Failure, Head } from "../../components/parts.tsx";
import { State } from "../../components/State.tsx";
import { instant } from "../../format/format.ts";
import { isGoing } from "../../format/run-state.ts";
import { CachePanel } from "./CachePanel.tsx";
import { laneName, lanesOf, placeOf } from "./lanes.ts";
import { RunState } from "./RunState.tsx";
import { RunStrip } from "./RunStrip.tsx";
import "./runs.css";
import { StagesTable } from "./StagesTable.tsx";
import { legendStages, stageColour } from "./stage-rows.ts";
import { WhyPanel } from "./WhyPanel.tsx";

export function RunBody({ brand, run }: { brand: string; run: Run }) {
  const client = useClient();
  const going = isGoing(run);
  const [error, setError] = useState<(Error & { hint?: string }) | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const details = useAsk("runs.show", { brand, run_id: run.run_id }, going ? { every: 1_000, keep: true } : {});
  const again = () => {
    const runner = run.runner === "cluster" ? ("cluster" as const) : ("pool" as const);
    const started =
      run.state === "done"
        ? client.call("runs.launch", { brand, runner })
        : client.call("runs.take_up", { brand, run_id: run.run_id, runner });
    started.then(
      ({ run_id }) => go(`/runs/${run_id}`),
      (reason: Error) => setError(reason),
    );
  };
  const cancel = () =>
    void client.call("runs.cancel", { brand, run_id: run.run_id }).catch((reason: Error) => setError(reason));
  const tasks = details.data?.tasks ?? [];
  const failed = tasks.filter(({ state }) => state === "failed");
  const lanes = lanesOf(tasks, run);
  const ran = tasks.flatMap(({ key, step, scope, stage, worker, machine, started_ms, ended_ms, state }) =>
    worker === null || started_ms === null
      ? []
      : [
          {
            key,
            name: `${step} ${scope}`,
            lane: lanes.indexOf(laneName(run, worker, machine)) + 1,
            from: started_ms / 1000,
            to: ended_ms === null ? null : ended_ms / 1000,
            colour: stageColour(stage),
            isFailed: state === "failed",
          },
        ],
  );
  return (
    <>
      <Head
        title={instant(run.requested_at)}
        crumb={{ name: "Runs", to: "/runs" }}
        beside={
          <>
            <span className="chip">
              <RunState state={run.state} />
            </span>
            <span className="chip">{placeOf(run)}</span>
          </>
        }
        right={
          going ? (
            <button type="button" className="button" onClick={cancel}>
              Cancel run
            </button>
          ) : (
            <button type="button" className="button primary" onClick={again}>
              {run.state === "done" ? "Run again" : "Take it up again"}
            </button>
          )
        }
      />
      {error && <Failure error={error} />}
      {run.error && <Failure error={run.error} />}
      {run.waiting_for && (
        <p className="warning" role="status">
          <State tone="warn">{run.waiting_for}.</State>{" "}
          <a href="/cluster" data-route>
            Open the cluster
          </a>
        </p>
      )}
      {run.warnings.map((warning) => (
        <p key={warning} className="warning">
          <State tone="warn">{warning}</State>
        </p>
      ))}
      <RunStrip run={run} />
      <div className="grid even">
        <StagesTable run={run} chosen={chosen} onChoose={setChosen} />
        <WhyPanel brand={brand} run={run} step={chosen} isGoing={going} />
        <Panel
          span="s12"
          title="Who ran what"
          under={`Tasks by ${run.runner === "cluster" ? "agent" : "worker"}, over the seconds of the run`}
          tools={
            <span className="legend">
              {legendStages.map(([name, colour]) => (
                <span key={name}>
                  <i className="swatch" style={{ background: colour }} /> {name}
                </span>
              ))}
            </span>
          }
        >
          {ran.length > 0 ? (
            <TaskLanes tasks={ran} lanes={lanes} length={Math.max(run.seconds, 0.1)} isGoing={going} />
          ) : (
            <p className="muted">{going ? "No task has begun yet." : "Nothing had to be computed."}</p>
          )}
          {failed.map(({ key, step, scope, error: said }) => (
            <p key={key} className="warning">
              <State tone="bad">
                {step} {scope}: {said}
              </State>
            </p>
          ))}
        </Panel>
        {!going && <CachePanel brand={brand} run={run} />}
      </div>
    </>
  );
}
