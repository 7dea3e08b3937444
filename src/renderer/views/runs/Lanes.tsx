import type { TaskState } from "../../../shared/api/contract/runs.ts";
import { stageColours } from "./stage-colours.ts";

/** Tasks as boxes on the lane of the worker that ran them. */
export function Lanes({ tasks, workers, seconds }: { tasks: readonly TaskState[]; workers: number; seconds: number }) {
  const ran = tasks.filter(({ started_ms, worker }) => started_ms !== null && worker !== null);
  if (ran.length === 0) return <p className="muted">Nothing had to be computed.</p>;
  const lanes = Math.max(workers, ...ran.map(({ worker }) => worker ?? 1));
  const [width, lane, left] = [1100, 24, 76];
  const x = (milliseconds: number) => left + (milliseconds / Math.max(1, seconds * 1000)) * (width - left - 8);
  const ticks = Array.from({ length: 6 }, (_, at) => (seconds / 5) * at);
  return (
    <svg
      viewBox={`0 0 ${width} ${lanes * lane + 24}`}
      width="100%"
      role="img"
      aria-label={`${ran.length} tasks on ${lanes} workers in ${Math.round(seconds)} seconds`}
    >
      {ticks.map((at) => (
        <g key={at}>
          <line x1={x(at * 1000)} x2={x(at * 1000)} y1="16" y2={lanes * lane + 20} stroke="var(--hair)" />
          <text x={x(at * 1000)} y="11" textAnchor="middle">
            {at.toFixed(at < 10 ? 1 : 0)} s
          </text>
        </g>
      ))}
      {Array.from({ length: lanes }, (_, at) => (
        <text key={`lane ${at + 1}`} x="0" y={20 + at * lane + 15}>
          Worker {at + 1}
        </text>
      ))}
      {ran.map((task) => (
        <rect
          key={task.key}
          x={x(task.started_ms ?? 0)}
          y={20 + ((task.worker ?? 1) - 1) * lane + 3}
          width={Math.max(1.5, x(task.ended_ms ?? seconds * 1000) - x(task.started_ms ?? 0) - 1)}
          height={lane - 7}
          rx="2"
          fill={task.state === "failed" ? "var(--bad)" : `var(${stageColours[task.stage] ?? "--other"})`}
          opacity={task.ended_ms === null ? 0.55 : 0.9}
        >
          <title>{`${task.step} ${task.scope}`}</title>
        </rect>
      ))}
    </svg>
  );
}
