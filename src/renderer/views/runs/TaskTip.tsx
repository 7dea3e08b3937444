import type { TaskState } from "../../../shared/api/contract/runs.ts";
import { bytes, integer, seconds } from "../../format/format.ts";
import { taskCover, taskPlace, taskStanding } from "./task-words.ts";

/** What is said of a task under the pointer. */
export function TaskTip({ task, now }: { task: TaskState; now: number }) {
  const began = task.started_ms === null ? null : task.started_ms / 1000;
  const took = task.ended_ms === null ? (began === null ? null : now - began) : task.seconds;
  const rest = [
    task.cpu_seconds === null ? null : `${seconds(task.cpu_seconds)} of a processor`,
    task.peak_bytes === null ? null : `${bytes(task.peak_bytes)} of memory`,
    task.read_bytes === null ? null : `read ${bytes(task.read_bytes)}`,
    task.state === "computed" ? `wrote ${bytes(task.bytes)}` : null,
  ].filter((one) => one !== null);
  return (
    <>
      <div className="mono strong">{task.step}</div>
      <div className="ink2">{[taskCover(task), taskPlace(task)].filter(Boolean).join(", ")}</div>
      <div>
        {task.planned
          ? `Waits; may begin in ${seconds(Math.max(0, task.planned.from_ms / 1000 - now))} and take ${seconds((task.planned.to_ms - task.planned.from_ms) / 1000)}`
          : `${taskStanding(task).said} ${task.ended_ms === null ? "for" : "in"} ${seconds(took)}${task.expected_seconds === null ? "" : `, ${seconds(task.expected_seconds)} expected`}`}
      </div>
      {rest.length > 0 && <div className="ink2">{rest.join(", ")}</div>}
      {task.lost.length > 0 && (
        <div>{`Attempt ${integer(task.attempts)}: ${integer(task.lost.length)} lost before`}</div>
      )}
    </>
  );
}
