import { useState } from "react";
import type { Run, TaskState } from "../../../shared/api/contract/runs.ts";
import { TaskLanes } from "../../charts/TaskLanes.tsx";
import { Panel } from "../../components/Panel.tsx";
import { integer } from "../../format/format.ts";
import { lanesOf, laneTasks } from "./lanes.ts";
import { legendStages } from "./stage-rows.ts";
import { TaskTip } from "./TaskTip.tsx";
import { criticalFinding } from "./task-words.ts";

interface Props {
  readonly run: Run;
  readonly tasks: readonly TaskState[];
  readonly criticalSeconds: number;
  readonly memory: readonly { readonly at_ms: number; readonly bytes: number }[];
  readonly isGoing: boolean;
  readonly chosen: string | null;
  readonly onChoose: (key: string | null) => void;
}

/** Who ran what, when, and what the run could not do without. */
export function TimelinePanel({ run, tasks, criticalSeconds, memory, isGoing, chosen, onChoose }: Props) {
  const [showsCritical, setShowsCritical] = useState(true);
  const isCluster = run.runner === "cluster";
  const lanes = lanesOf(tasks, run);
  const boxes = laneTasks(tasks, lanes, { showsCritical, isCluster });
  const byKey = new Map(tasks.map((task) => [task.key, task]));
  const lost = tasks.reduce((sum, task) => sum + task.lost.length, 0);
  const beside = lost > 0 ? `; ${integer(lost)} ${lost === 1 ? "attempt was" : "attempts were"} lost` : "";
  return (
    <Panel
      span={chosen === null ? "s12" : "s8"}
      title={criticalFinding(criticalSeconds, run.seconds, isGoing) || "Who ran what"}
      under={`Who ran what: tasks by ${isCluster ? "agent" : "worker"}, over the time of the run${beside}`}
    >
      {boxes.length > 0 ? (
        <TaskLanes
          tasks={boxes}
          lanes={lanes}
          length={Math.max(run.seconds, 0.1)}
          isGoing={isGoing}
          memory={isCluster ? [] : memory}
          memoryLimit={run.memory_limit_bytes}
          chosen={chosen}
          onChoose={onChoose}
          legend={
            <span className="legend">
              {legendStages.map(([name, colour]) => (
                <span key={name}>
                  <i className="swatch" style={{ background: colour }} /> {name}
                </span>
              ))}
              {boxes.some(({ isPlanned }) => isPlanned) && (
                <span>
                  <i className="swatch planned" /> planned
                </span>
              )}
              {criticalSeconds > 0 && (
                <button
                  type="button"
                  className="button quiet"
                  aria-pressed={showsCritical}
                  onClick={() => setShowsCritical(!showsCritical)}
                >
                  <i className="critical" /> longest chain
                </button>
              )}
            </span>
          }
          tip={(key) => {
            const task = byKey.get(key);
            return task && <TaskTip task={task} now={run.seconds} />;
          }}
        />
      ) : (
        <p className="muted">
          {isGoing
            ? "No task has begun yet."
            : run.state === "done"
              ? "Nothing had to be computed."
              : "Nothing was computed."}
        </p>
      )}
    </Panel>
  );
}
