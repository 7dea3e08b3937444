import type { TaskState } from "../../../shared/api/contract/runs.ts";
import { State } from "../../components/State.tsx";

interface Props {
  readonly tasks: readonly TaskState[];
  readonly onChoose: (key: string) => void;
  /** Null while the run goes on. */
  readonly onRetry: (() => void) | null;
}

/** Tasks that failed, with what they said last, and the ways on. */
export function FailedTasks({ tasks, onChoose, onRetry }: Props) {
  return tasks.map((task) => (
    <div key={task.key} className="failed-task">
      <State tone="bad">{`${task.step}${task.scope === "brand" ? "" : ` ${task.scope}`} failed`}</State>
      <p>{task.error}</p>
      <div className="form-actions">
        <button type="button" className="button" onClick={() => onChoose(task.key)}>
          Open its log
        </button>
        {onRetry && (
          <button type="button" className="button primary" onClick={onRetry}>
            Try it again
          </button>
        )}
      </div>
    </div>
  ));
}
