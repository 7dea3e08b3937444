import { useState } from "react";
import type { TaskState } from "../../../shared/api/contract/runs.ts";
import { Panel } from "../../components/Panel.tsx";
import { Scroll } from "../../components/Scroll.tsx";
import { State } from "../../components/State.tsx";
import { bytes, compact, decimal, integer } from "../../format/format.ts";
import { stageColour } from "./stage-rows.ts";
import {
  heaviest,
  heaviestFinding,
  type TaskMeasure,
  taskCover,
  taskMeasures,
  taskPlace,
  taskStanding,
} from "./task-words.ts";

interface Props {
  readonly tasks: readonly TaskState[];
  readonly chosen: string | null;
  readonly onChoose: (key: string) => void;
}

const few = 12;
const many = 200;

/** Tasks by what they took, the heaviest first. */
export function TaskTable({ tasks, chosen, onChoose }: Props) {
  const [by, setBy] = useState<TaskMeasure>("seconds");
  const [most, setMost] = useState(few);
  const rows = heaviest(tasks, by, most);
  const made = tasks.filter(({ state }) => state === "computed" || state === "failed").length;
  if (made === 0) return null;
  return (
    <Panel
      span="s12"
      title={heaviestFinding(tasks)}
      under={`The heaviest of ${integer(made)} computed tasks; choose one for its log`}
      tools={
        <label className="on">
          By
          <select className="field" value={by} onChange={(event) => setBy(event.target.value as TaskMeasure)}>
            {Object.entries(taskMeasures).map(([name, said]) => (
              <option key={name} value={name}>
                {said}
              </option>
            ))}
          </select>
        </label>
      }
    >
      <Scroll label="Heaviest tasks">
        <table className="plain tight tasks-table">
          <thead>
            <tr>
              <th>Task</th>
              <th>Where</th>
              <th className="num">Wall s</th>
              <th className="num">Processor s</th>
              <th className="num">Memory</th>
              <th className="num">Read</th>
              <th className="num">Wrote</th>
              <th className="num">Rows</th>
              <th className="num">Attempts</th>
              <th className="gap">State</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((task) => (
              <Row key={task.key} task={task} isChosen={task.key === chosen} onChoose={onChoose} />
            ))}
          </tbody>
        </table>
      </Scroll>
      {made > few && (
        <button type="button" className="button quiet" onClick={() => setMost(most === few ? many : few)}>
          {most === few ? `Show ${integer(Math.min(made, many))} tasks` : "Show fewer"}
        </button>
      )}
    </Panel>
  );
}

function Row({ task, isChosen, onChoose }: { task: TaskState; isChosen: boolean; onChoose: (key: string) => void }) {
  const { tone, said } = taskStanding(task);
  return (
    <tr data-chosen={isChosen}>
      <td className="nowrap">
        <button type="button" className="step-name" title={task.key} onClick={() => onChoose(task.key)}>
          <i className="swatch" style={{ background: stageColour(task.stage) }} />
          <span className="mono">{task.step}</span>
          <span className="muted small">{taskCover(task)}</span>
          {task.is_critical && (
            <i className="critical" title="On the longest chain">
              <span className="sr">on the longest chain</span>
            </i>
          )}
        </button>
      </td>
      <td className="ink2 nowrap">{taskPlace(task)}</td>
      <td className="num">{decimal(task.seconds, 2)}</td>
      <td className="num">{decimal(task.cpu_seconds, 2)}</td>
      <td className="num nowrap">{bytes(task.peak_bytes)}</td>
      <td className="num nowrap">{bytes(task.read_bytes)}</td>
      <td className="num nowrap">{bytes(task.bytes)}</td>
      <td className="num">{compact(task.rows)}</td>
      <td className="num">{integer(task.attempts)}</td>
      <td className="nowrap gap">
        <State tone={tone}>{said}</State>
      </td>
    </tr>
  );
}
