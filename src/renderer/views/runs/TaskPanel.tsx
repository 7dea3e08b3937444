import { useEffect, useRef } from "react";
import type { TaskState } from "../../../shared/api/contract/runs.ts";
import { CopyButton } from "../../components/CopyButton.tsx";
import { Icon } from "../../components/Icon.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Failure } from "../../components/parts.tsx";
import { State } from "../../components/State.tsx";
import { bytes, integer, seconds, unknown } from "../../format/format.ts";
import { LogLines } from "./LogLines.tsx";
import { logText } from "./LogPanel.tsx";
import { taskCover, taskPlace, taskStanding } from "./task-words.ts";
import { useLog } from "./use-log.ts";

interface Props {
  readonly brand: string;
  readonly runId: string;
  readonly task: TaskState;
  readonly isGoing: boolean;
  readonly onClose: () => void;
  /** Takes the run up again; null while it goes on or where there is nothing to try again. */
  readonly onRetry: (() => void) | null;
}

/** One task: where it ran, what it took, what it said. */
export function TaskPanel({ brand, runId, task, isGoing, onClose, onRetry }: Props) {
  const { lines, isOpen, error } = useLog(brand, runId, task.key);
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => close.current?.closest("section")?.scrollIntoView({ block: "nearest" }), []);
  const { tone, said } = taskStanding(task);
  const isEnded = task.state !== "running" && task.state !== "waiting" && task.state !== "elsewhere";
  const facts: [string, string][] = [
    ["Where", taskPlace(task)],
    ["Wall time", task.state === "waiting" ? unknown : seconds(tookOf(task))],
    ["Processor time", seconds(task.cpu_seconds)],
    ["Memory, at most", bytes(task.peak_bytes)],
    ["Read", bytes(task.read_bytes)],
    ["Wrote", isEnded ? `${bytes(task.bytes)}, ${integer(task.rows)} ${task.rows === 1 ? "row" : "rows"}` : unknown],
    [
      "Attempts",
      task.lost.length > 0 ? `${integer(task.attempts)}, ${integer(task.lost.length)} lost` : integer(task.attempts),
    ],
  ];
  return (
    <Panel
      span="s4"
      title={task.step}
      under={<span className="mono">{[taskCover(task), task.key.slice(0, 12)].filter(Boolean).join(", ")}</span>}
      tools={
        <button ref={close} type="button" className="button quiet" aria-label="Close the task" onClick={onClose}>
          <Icon name="close" />
        </button>
      }
    >
      <p className="task-state">
        <State tone={tone}>{said}</State>
        {task.is_critical && <span className="muted">on the longest chain of tasks</span>}
      </p>
      {task.error && <p className="task-error">{task.error}</p>}
      {onRetry && task.state === "failed" && (
        <button type="button" className="button" onClick={onRetry}>
          Resume run
        </button>
      )}
      <dl className="task-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div className="task-log">
        <h3 className="sub">Log</h3>
        {lines.length > 0 && <CopyButton label="Copy" text={() => logText(lines)} />}
      </div>
      {error && <Failure error={error} />}
      <LogLines
        lines={lines}
        isOpen={isOpen && isGoing && !isEnded}
        nothing={
          task.state === "reused"
            ? "It was there before this run: nothing was done."
            : isEnded
              ? "Nothing was kept of what it said."
              : "It has said nothing yet."
        }
      />
    </Panel>
  );
}

function tookOf({ seconds: took, started_ms, ended_ms }: TaskState): number | null {
  if (took > 0) return took;
  return started_ms !== null && ended_ms !== null ? (ended_ms - started_ms) / 1000 : null;
}
