import { useState } from "react";
import type { Run } from "../../../shared/api/contract/runs.ts";
import { go, useRoute } from "../../app/route.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { Icon } from "../../components/Icon.tsx";
import { Failure, Head } from "../../components/parts.tsx";
import { State } from "../../components/State.tsx";
import { instant } from "../../format/format.ts";
import { isGoing } from "../../format/run-state.ts";
import { CachePanel } from "./CachePanel.tsx";
import { CostPanel } from "./CostPanel.tsx";
import { FailedTasks } from "./FailedTasks.tsx";
import { LogPanel } from "./LogPanel.tsx";
import { placeOf } from "./lanes.ts";
import { RunState } from "./RunState.tsx";
import { RunStrip } from "./RunStrip.tsx";
import "./runs.css";
import { StagesTable } from "./StagesTable.tsx";
import { TaskPanel } from "./TaskPanel.tsx";
import { TaskTable } from "./TaskTable.tsx";
import { TimelinePanel } from "./TimelinePanel.tsx";
import { WhyPanel } from "./WhyPanel.tsx";

export function RunBody({ brand, run: watched }: { brand: string; run: Run }) {
  const client = useClient();
  const { params } = useRoute();
  const [error, setError] = useState<(Error & { hint?: string }) | null>(null);
  const [step, setStep] = useState<string | null>(null);
  const [isOver, setIsOver] = useState(false);
  const [isAsked, setIsAsked] = useState(false);
  const asks = isGoing(watched) && !isOver ? { every: 1_000, keep: true } : { keep: true };
  const details = useAsk("runs.show", { brand, run_id: watched.run_id }, asks);
  // one that another process schedules can't be watched: its end is seen by looking
  const run = isGoing(watched) && details.data ? details.data.run : watched;
  const going = isGoing(run);
  if (!going && !isOver) setIsOver(true);
  const [taskKey, showsLog] = [params.get("task"), params.has("log")];
  const look = (task: string | null, log: boolean) => {
    const asked = [...(task === null ? [] : [`task=${task}`]), ...(log ? ["log"] : [])].join("&");
    go(`/runs/${run.run_id}${asked === "" ? "" : `?${asked}`}`, { replace: true });
  };
  const choose = (key: string | null) => look(key === taskKey ? null : key, showsLog);
  const ask = (work: Promise<unknown>) => {
    setError(null);
    setIsAsked(true);
    work.catch((reason: Error) => setError(reason)).finally(() => setIsAsked(false));
  };
  const again = () => {
    const runner = run.runner === "cluster" ? ("cluster" as const) : ("pool" as const);
    const started =
      run.state === "done"
        ? client.call("runs.launch", { brand, runner })
        : client.call("runs.take_up", { brand, run_id: run.run_id, runner });
    ask(started.then(({ run_id }) => go(`/runs/${run_id}`)));
  };
  const cancel = () => ask(client.call("runs.cancel", { brand, run_id: run.run_id }));
  const tasks = details.data?.tasks ?? [];
  const failed = tasks.filter(({ state }) => state === "failed");
  const task = tasks.find(({ key }) => key === taskKey);
  const retry = going || run.state === "done" ? null : again;
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
            {run.user && <span className="chip">by {run.user}</span>}
          </>
        }
        right={
          <>
            <button type="button" className="button" aria-pressed={showsLog} onClick={() => look(taskKey, !showsLog)}>
              <Icon name="log" /> Log
            </button>
            {going ? (
              <button type="button" className="button" disabled={isAsked} onClick={cancel}>
                {isAsked ? "Cancelling…" : "Cancel run"}
              </button>
            ) : (
              <button type="button" className="button primary" disabled={isAsked} onClick={again}>
                {isAsked ? "Starting…" : run.state === "done" ? "Run again" : "Resume run"}
              </button>
            )}
          </>
        }
      />
      {error && <Failure error={error} />}
      {run.error && run.state !== "cancelled" && !failed.some(({ error: said }) => said === run.error?.message) && (
        <Failure error={run.error} />
      )}
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
      <FailedTasks tasks={failed} error={run.error} onChoose={choose} />
      <RunStrip run={run} />
      <div className="grid even">
        {showsLog && (
          <LogPanel
            brand={brand}
            runId={run.run_id}
            onClose={() => look(taskKey, false)}
            onChoose={(key) => look(key, true)}
          />
        )}
        <StagesTable run={run} chosen={step} onChoose={setStep} />
        <WhyPanel brand={brand} run={run} step={step} isGoing={going} />
        <TimelinePanel
          run={run}
          tasks={tasks}
          criticalSeconds={details.data?.critical_seconds ?? 0}
          memory={details.data?.memory ?? []}
          isGoing={going}
          chosen={task?.key ?? null}
          onChoose={choose}
        />
        {task && (
          <TaskPanel
            key={task.key}
            brand={brand}
            runId={run.run_id}
            task={task}
            isGoing={going}
            onClose={() => look(null, showsLog)}
            onRetry={retry}
          />
        )}
        <TaskTable tasks={tasks} chosen={task?.key ?? null} onChoose={choose} />
        {run.cost && <CostPanel run={run} cost={run.cost} />}
        {!going && <CachePanel brand={brand} run={run} />}
      </div>
    </>
  );
}
