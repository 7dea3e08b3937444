import type { Run, TaskState } from "../../../shared/api/contract/runs.ts";
import { State } from "../../components/State.tsx";
import { countOf } from "../../format/format.ts";

interface Props {
  readonly tasks: readonly TaskState[];
  /** What the run says of its end, with what to do about it. */
  readonly error: Run["error"];
  readonly onChoose: (key: string) => void;
}

const most = 3;

/** The first tasks that failed, with what they said last and the way to their logs. */
export function FailedTasks({ tasks, error, onChoose }: Props) {
  return (
    <>
      {tasks.slice(0, most).map((task) => (
        <div key={task.key} className="failed-task">
          <div className="failed-head">
            <State tone="bad">
              <span className="mono">{task.step}</span> failed{task.scope === "brand" ? "" : `, ${task.scope}`}
            </State>
            <button type="button" className="button" onClick={() => onChoose(task.key)}>
              Open its log
            </button>
          </div>
          <p>{task.error}</p>
          {error?.hint && error.message === task.error && <p className="ink2">{error.hint}</p>}
        </div>
      ))}
      {tasks.length > most && (
        <p className="warning ink2">
          {countOf(tasks.length - most, "more task")} failed; they stand first among the tasks below.
        </p>
      )}
    </>
  );
}
