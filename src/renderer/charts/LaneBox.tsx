import type { Mark } from "./lane-marks.ts";

interface Props {
  readonly mark: Mark;
  readonly y: number;
  readonly height: number;
  readonly isChosen: boolean;
  readonly isHovered: boolean;
  /** Where a running task is expected to end. */
  readonly expectedX: number | null;
}

/** One task on its lane: filled by stage, pale while it runs, an outline before it begins, red-edged where it failed or was lost,
 *  underlined on the critical path. */
export function LaneBox({ mark, y, height, isChosen, isHovered, expectedX }: Props) {
  const { task, x, width } = mark;
  const isBad = task.isFailed || task.isLost;
  const end = x + width;
  return (
    <g>
      {task.to === null && expectedX !== null && expectedX > end + 1 && (
        <rect
          x={end}
          y={y + 0.5}
          width={expectedX - end}
          height={height - 1}
          rx="2"
          fill="none"
          stroke={task.colour}
          strokeDasharray="3 2"
        />
      )}
      <rect
        x={x}
        y={y}
        width={width}
        height={height}
        rx={Math.min(2, width / 2)}
        fill={isBad ? "var(--panel)" : task.colour}
        fillOpacity={task.isPlanned ? 0.16 : undefined}
        stroke={isBad ? "var(--bad)" : isChosen || isHovered ? "var(--ink)" : task.isPlanned ? task.colour : "none"}
        strokeWidth={isBad || isChosen ? 1.5 : 1}
        strokeDasharray={task.isLost ? "3 2" : undefined}
        opacity={task.to === null && !isHovered ? 0.6 : 0.94}
      />
      {task.isCritical && <rect x={x} y={y + height + 1} width={width} height={2} fill="var(--ink)" />}
      {task.isLost && width > 30 && (
        <text x={x + width / 2} y={y + height - 4} textAnchor="middle" className="lost">
          lost
        </text>
      )}
    </g>
  );
}
