import { seconds as said } from "../format/format.ts";
import { niceTicks } from "./axis.ts";
import { useWidth } from "./use-width.ts";

export interface LaneTask {
  readonly key: string;
  readonly name: string;
  readonly lane: number;
  readonly from: number;
  /** Null while it runs. */
  readonly to: number | null;
  readonly colour: string;
  readonly isFailed: boolean;
}

const laneHeight = 24;
const top = 24;

/** Tasks as boxes on the lane of the worker that ran them, over the seconds of the run; those that run on are pale. */
export function TaskLanes({
  tasks,
  lanes,
  length,
  isGoing,
}: {
  tasks: readonly LaneTask[];
  /** Names of the lanes, the first of which is number one. */
  lanes: readonly string[];
  length: number;
  isGoing: boolean;
}) {
  const [box, width] = useWidth<HTMLDivElement>(1_100);
  const ticks = niceTicks(0, Math.max(1, length), 6).filter((tick) => tick <= length * 1.001);
  const left = Math.min(220, 24 + 6.4 * Math.max(...lanes.map(({ length: letters }) => letters), 8));
  const x = (second: number) => left + (second / Math.max(0.001, length)) * (width - left - 22);
  const bottom = top + lanes.length * laneHeight;
  return (
    <div ref={box}>
      <svg
        width={width}
        height={bottom + 6}
        role="img"
        aria-label={`${tasks.length} tasks on ${lanes.length} workers in ${said(length)}`}
      >
        {ticks.map((tick) => (
          <g key={tick}>
            <line x1={x(tick)} x2={x(tick)} y1={top - 6} y2={bottom} stroke="var(--hair)" />
            <text x={x(tick)} y={12} textAnchor={tick === 0 ? "start" : "middle"}>
              {tick === 0 ? "0 s" : said(tick).replace(/\.0 s$| 0 s$/, (match) => (match === ".0 s" ? " s" : ""))}
            </text>
          </g>
        ))}
        {lanes.map((name, at) => (
          <g key={name}>
            <line
              x1={left}
              x2={width}
              y1={top + at * laneHeight + laneHeight - 1}
              y2={top + at * laneHeight + laneHeight - 1}
              stroke="var(--hair)"
            />
            <text x={left - 10} y={top + at * laneHeight + 15} textAnchor="end">
              {name}
            </text>
          </g>
        ))}
        {tasks.map(({ key, name, lane, from, to, colour, isFailed }) => (
          <rect
            key={key}
            x={x(from) + 0.5}
            y={top + (lane - 1) * laneHeight + 3}
            width={Math.max(1.5, x(to ?? length) - x(from) - 1)}
            height={laneHeight - 8}
            rx="2"
            fill={isFailed ? "var(--panel)" : colour}
            stroke={isFailed ? "var(--bad)" : "none"}
            strokeWidth={isFailed ? 1.5 : 0}
            opacity={to === null ? 0.5 : 0.92}
          >
            <title>{`${name}: ${said((to ?? length) - from)}${to === null ? " so far" : ""}${isFailed ? ", failed" : ""}`}</title>
          </rect>
        ))}
        {isGoing && (
          <line x1={x(length)} x2={x(length)} y1={top - 6} y2={bottom} stroke="var(--ink)" strokeWidth="1.5" />
        )}
      </svg>
    </div>
  );
}
