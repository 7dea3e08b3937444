import { useState } from "react";
import type { Run } from "../../../shared/api/contract/runs.ts";
import { go } from "../../app/route.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { Panel } from "../../components/Panel.tsx";
import { Failure, Head } from "../../components/parts.tsx";
import { Term } from "../../components/Term.tsx";
import { bytes, day, instant, integer, seconds, unknown, word } from "../../format/format.ts";
import { Lanes } from "./Lanes.tsx";
import { stageColours } from "./stage-colours.ts";

const going = ["planning", "running", "publishing", "evaluating"];

export function RunBody({ brand, run }: { brand: string; run: Run }) {
  const client = useClient();
  const isGoing = going.includes(run.state);
  const [error, setError] = useState<(Error & { hint?: string }) | null>(null);
  const [asked, setAsked] = useState<string | null>(null);
  const details = useAsk("runs.show", { brand, run_id: run.run_id }, isGoing ? { every: 1_000, keep: true } : {});
  const done = run.tasks.reused + run.tasks.computed;
  const part = run.tasks.total > 0 ? done / run.tasks.total : 0;
  const again = () => {
    client.call("runs.launch", { brand }).then(
      ({ run_id }) => go(`/runs/${run_id}`),
      (reason: Error) => setError(reason),
    );
  };
  return (
    <>
      <Head
        title={instant(run.requested_at)}
        crumb={{ name: "Runs", to: "/runs" }}
        right={
          <>
            <span className="chip">
              {isGoing ? "▷ " : run.state === "done" ? "✓ " : ""}
              {word(run.state)}
            </span>
            <span className="chip">
              {run.workers} workers on {run.host}
            </span>
            {isGoing ? (
              <button
                type="button"
                className="button"
                onClick={() =>
                  void client
                    .call("runs.cancel", { brand, run_id: run.run_id })
                    .catch((reason: Error) => setError(reason))
                }
              >
                Cancel run
              </button>
            ) : (
              <button type="button" className="button primary" onClick={again}>
                {run.state === "done" ? "Run again" : "Take it up again"}
              </button>
            )}
          </>
        }
      />
      {error && <Failure error={error} />}
      {run.error && <Failure error={run.error} />}
      {run.warnings.map((warning) => (
        <div key={warning} className="warn">
          △ {warning}
        </div>
      ))}
      <div className="strip" role="status" aria-label="Progress">
        <div>
          <div className="k">Work done</div>
          <div className="v">
            {Math.round(part * 100)}
            <small> %</small>
          </div>
          <div className="bar">
            <i style={{ width: `${part * 100}%` }} />
          </div>
        </div>
        <Key
          name={isGoing ? "Time left" : "Took"}
          value={isGoing ? seconds(run.seconds_left) : seconds(run.seconds)}
          more={isGoing ? `after ${seconds(run.seconds)}` : `as of ${day(run.as_of)}`}
        />
        <Key name="Tasks" value={integer(done)} more={`of ${integer(run.tasks.total)}; ${run.tasks.running} running`} />
        <Key
          name="Reused"
          term="reused"
          value={integer(run.tasks.reused)}
          more={`${integer(run.tasks.computed)} computed`}
        />
        <Key
          name="Rows"
          value={integer(run.rows)}
          more={
            run.rows_per_second === null
              ? unknown
              : `${integer(run.rows_per_second)} a second, wrote ${bytes(run.bytes_written)}`
          }
        />
        <Key
          name="Memory"
          value={bytes(run.rss_bytes)}
          more={`peak ${bytes(run.peak_rss_bytes)} of ${bytes(run.memory_limit_bytes)}`}
        />
      </div>
      <div className="grid">
        <Panel
          span="s7"
          title={
            run.tasks.total > 0 && run.tasks.reused * 2 > run.tasks.total ? "Most tasks were already there" : "Steps"
          }
          under={`As of ${day(run.as_of)}; striped: reused, full: computed`}
        >
          <div className="scroll" style={{ maxHeight: 470 }}>
            <table className="plain">
              <thead>
                <tr>
                  <th>Step</th>
                  <th>Progress</th>
                  <th className="num">Tasks</th>
                  <th className="num">Rows</th>
                  <th className="num">Bytes</th>
                  <th className="num">Seconds</th>
                  <th>State</th>
                </tr>
              </thead>
              <tbody>
                {run.steps.map((step) => (
                  <tr key={step.step}>
                    <td>
                      <i
                        className="swatch"
                        style={{ background: `var(${stageColours[step.stage] ?? "--other"})`, marginRight: 8 }}
                      />
                      <button
                        type="button"
                        className="button bare"
                        style={{ color: "var(--ink)", height: 20 }}
                        onClick={() => setAsked(step.step)}
                      >
                        {step.step}
                      </button>
                    </td>
                    <td style={{ width: 130 }}>
                      <StepBar step={step} />
                    </td>
                    <td className="num">{step.tasks}</td>
                    <td className="num">{integer(step.rows)}</td>
                    <td className="num">{bytes(step.bytes)}</td>
                    <td className="num">{step.seconds.toFixed(1)}</td>
                    <td>
                      {step.failed > 0 ? (
                        <span className="bad">✕ Failed</span>
                      ) : step.running > 0 ? (
                        "▷ Running"
                      ) : step.reused + step.computed === step.tasks ? (
                        <span className="good">✓ Done</span>
                      ) : (
                        <span className="muted">○ Waiting</span>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </Panel>
        <Panel span="s5" title="Why was this recomputed" under={asked ?? "Choose a step"}>
          {asked ? (
            <Explanation brand={brand} run={run} step={asked} />
          ) : (
            <p className="muted">
              A task is made again where its step, a parameter, a delivery or something that it reads has changed.
              Choose a step to see which.
            </p>
          )}
        </Panel>
        <Panel span="s12" title="Who ran what" under="Tasks by worker, over the seconds of the run">
          <Lanes tasks={details.data?.tasks ?? []} workers={run.workers} seconds={run.seconds} />
          {(details.data?.tasks ?? [])
            .filter(({ state }) => state === "failed")
            .map((task) => (
              <p key={task.key} className="bad">
                ✕ {task.step} {task.scope}: {task.error}
              </p>
            ))}
        </Panel>
      </div>
    </>
  );
}

function Key({ name, term, value, more }: { name: string; term?: string; value: string; more: string }) {
  return (
    <div>
      <div className="k">{term ? <Term name={term}>{name}</Term> : name}</div>
      <div className="v">{value}</div>
      <div className="s">{more}</div>
    </div>
  );
}

function StepBar({ step }: { step: Run["steps"][number] }) {
  const colour = `var(${stageColours[step.stage] ?? "--other"})`;
  const width = (n: number) => `${(n / Math.max(1, step.tasks)) * 100}%`;
  return (
    <span style={{ display: "flex", height: 9, background: "var(--hair)", borderRadius: 2, overflow: "hidden" }}>
      <span
        style={{
          width: width(step.reused),
          background: `repeating-linear-gradient(135deg, ${colour} 0 2px, transparent 2px 5px)`,
        }}
      />
      <span style={{ width: width(step.computed), background: colour }} />
      <span style={{ width: width(step.running), background: "var(--ink)" }} />
    </span>
  );
}

function Explanation({ brand, run, step }: { brand: string; run: Run; step: string }) {
  const answer = useAsk("runs.explain", { brand, run_id: run.run_id });
  if (answer.isPending) return null;
  if (answer.isError) return <Failure error={answer.error} />;
  const tasks = answer.data.tasks.filter((task) => task.step === step);
  const task = tasks.find(({ cause }) => cause !== "reused") ?? tasks[0];
  if (!task) return <p className="muted">No task of this step yet.</p>;
  return (
    <>
      <p>{task.sentence}</p>
      <p className="mono muted" style={{ margin: "4px 0 8px" }}>
        {task.scope}, {task.key.slice(0, 16)}
      </p>
      <table className="plain">
        <thead>
          <tr>
            <th>Part of the key</th>
            <th>Before</th>
            <th>Now</th>
            <th />
          </tr>
        </thead>
        <tbody>
          {task.parts.map((part) => (
            <tr key={part.part}>
              <td className="mono">{part.part}</td>
              <td className="mono">{part.before ?? unknown}</td>
              <td className="mono">{part.now}</td>
              <td className={part.change === "changed" ? "warn" : "muted"}>
                {part.change === "changed" ? "△ Changed" : word(part.change)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
