import type { Run } from "../../../shared/api/contract/runs.ts";
import { useAsk } from "../../client/queries.ts";
import { Panel } from "../../components/Panel.tsx";
import { Failure } from "../../components/parts.tsx";
import { State } from "../../components/State.tsx";
import { integer, unknown, word } from "../../format/format.ts";
import { causeLines } from "./stage-rows.ts";

interface Props {
  readonly brand: string;
  readonly run: Run;
  readonly step: string | null;
  readonly isGoing: boolean;
}

/** What was computed and for which cause; for one step, the parts of its key beside those of the time before. */
export function WhyPanel({ brand, run, step, isGoing }: Props) {
  const answer = useAsk("runs.explain", { brand, run_id: run.run_id }, { enabled: !isGoing || step !== null });
  if (isGoing && step === null)
    return (
      <Panel span="s4" title="Why was this recomputed" under="Choose a step">
        <p className="muted">
          A task is made again where its step, a parameter, a delivery or something that it reads has changed. Open a
          stage and choose a step to see which.
        </p>
      </Panel>
    );
  const tasks = answer.data?.tasks ?? [];
  if (step !== null)
    return <OneStep step={step} tasks={tasks.filter((task) => task.step === step)} error={answer.error} />;
  return (
    <Panel span="s4" title="Why was this recomputed" under={`${integer(run.tasks.total)} tasks by cause`}>
      {answer.isError && <Failure error={answer.error} />}
      <ul className="causes">
        {causeLines(tasks).map(({ cause, said }) => (
          <li key={cause}>{said}</li>
        ))}
      </ul>
      <p className="muted small">Open a stage and choose a step to see which part of its key changed.</p>
    </Panel>
  );
}

type Task = {
  key: string;
  step: string;
  scope: string;
  cause: string;
  sentence: string;
  parts: { part: string; before: string | null; now: string; change: string }[];
};

function OneStep({ step, tasks, error }: { step: string; tasks: readonly Task[]; error: Error | null }) {
  const task = tasks.find(({ cause }) => cause !== "reused") ?? tasks[0];
  return (
    <Panel span="s4" title="Why was this recomputed" under={<span className="mono">{step}</span>}>
      {error && <Failure error={error} />}
      {!task && !error && <p className="muted">No task of this step yet.</p>}
      {task && (
        <>
          <p>{task.sentence}</p>
          <p className="muted small task-key">
            <span className="mono">{task.key.slice(0, 16)}</span>, {task.scope}
            {tasks.length > 1 ? `, one of ${integer(tasks.length)} tasks` : ""}
          </p>
          <table className="plain tight fixed key-parts">
            <thead>
              <tr>
                <th>Part of the key</th>
                <th>Before</th>
                <th>Now</th>
                <th>
                  <span className="sr">Change</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {task.parts.map(({ part, before, now, change }) => (
                <tr key={part}>
                  <td className="clip" title={part}>
                    {part}
                  </td>
                  <td className="mono clip" title={before ?? ""}>
                    {before ?? unknown}
                  </td>
                  <td className="mono clip" title={now}>
                    {now}
                  </td>
                  <td>
                    {change === "changed" ? (
                      <State tone="warn">Changed</State>
                    ) : (
                      <span className="muted">{word(change)}</span>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </Panel>
  );
}
