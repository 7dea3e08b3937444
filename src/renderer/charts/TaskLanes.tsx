import { type ReactNode, useRef, useState } from "react";
import { Icon } from "../components/Icon.tsx";
import { bytes, seconds as said } from "../format/format.ts";
import { niceTicks } from "./axis.ts";
import { LaneBox } from "./LaneBox.tsx";
import { type LaneTask, marksOf, pixelOf, secondOf, taskAt } from "./lane-marks.ts";
import { MemoryBand } from "./MemoryBand.tsx";
import { useWidth } from "./use-width.ts";
import { useZoom } from "./use-zoom.ts";

export interface Lane {
  readonly name: string;
  /** Stands above the first lane of a machine. */
  readonly machine: string | null;
}
interface Props {
  readonly tasks: readonly LaneTask[];
  readonly lanes: readonly Lane[];
  /** Seconds of the run so far. */
  readonly length: number;
  readonly isGoing: boolean;
  readonly memory: readonly { readonly at_ms: number; readonly bytes: number }[];
  readonly memoryLimit: number;
  readonly chosen: string | null;
  readonly onChoose: (key: string | null) => void;
  readonly legend: ReactNode;
  /** What is said of the task under the pointer. */
  readonly tip: (key: string) => ReactNode;
}

const laneHeight = 22;
const machineHeight = 22;
const top = 26;
const memoryHeight = 46;

/** Tasks as boxes on the lane of the worker that ran them, over the seconds of the run; drag, wheel and keys go nearer. */
export function TaskLanes(props: Props) {
  const { tasks, lanes, length, isGoing, memory, memoryLimit, chosen, onChoose, legend, tip } = props;
  const [sizer, width] = useWidth<HTMLDivElement>(1_100);
  const drawing = useRef<SVGSVGElement>(null);
  const ahead = tasks.reduce((last, { to, expectedTo }) => Math.max(last, to ?? expectedTo ?? 0), length);
  const whole = Math.max(0.1, isGoing ? ahead : length);
  const left = Math.min(190, 22 + 6.6 * Math.max(...lanes.map(({ name }) => name.length), 8));
  const tops: number[] = [];
  let bottom = top;
  for (const { machine } of lanes) {
    if (machine !== null) bottom += machineHeight;
    tops.push(bottom);
    bottom += laneHeight;
  }
  const height = bottom + (memory.length > 1 ? memoryHeight + 18 : 6);
  const pixelAt = (clientX: number) => clientX - (drawing.current?.getBoundingClientRect().left ?? 0);
  const secondAt = (clientX: number) => secondOf(pixelAt(clientX), drawn);
  const { sight, isWhole, box, nearer, move, show } = useZoom(whole, (clientX) => secondAt(clientX));
  const drawn = { ...sight, left, right: width - 14 };
  const [hovered, setHovered] = useState<{ key: string; x: number; y: number } | null>(null);
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const marks = marksOf(tasks, drawn, length);
  const ticks = niceTicks(sight.from, sight.to, 6).filter((tick) => tick >= sight.from && tick <= sight.to * 1.001);
  const step = (ticks[1] ?? 1) - (ticks[0] ?? 0);
  const x = (second: number) => pixelOf(second, drawn);

  const find = (event: React.PointerEvent) => {
    const y = event.clientY - (drawing.current?.getBoundingClientRect().top ?? 0);
    const lane = tops.findIndex((start) => y >= start && y < start + laneHeight) + 1;
    const within = ((sight.to - sight.from) / Math.max(1, drawn.right - left)) * 4;
    return lane > 0 ? taskAt(tasks, { lane, second: secondAt(event.clientX), within, now: length }) : undefined;
  };
  const point = (event: React.PointerEvent) => {
    if (drag) return setDrag({ ...drag, to: secondAt(event.clientX) });
    const task = find(event);
    const frame = box.current?.getBoundingClientRect();
    setHovered(task && frame ? { key: task.key, x: event.clientX - frame.left, y: event.clientY - frame.top } : null);
  };
  const press = (event: React.PointerEvent) => {
    if (event.button !== 0 || pixelAt(event.clientX) < left) return;
    const at = secondAt(event.clientX);
    setDrag({ from: at, to: at });
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const release = (event: React.PointerEvent) => {
    if (!drag) return;
    const [from, to] = [Math.max(0, Math.min(drag.from, drag.to)), Math.min(whole, Math.max(drag.from, drag.to))];
    setDrag(null);
    if (x(to) - x(from) > 8) show({ from, to });
    else onChoose(find(event)?.key ?? null);
  };
  const act = (key: string) => {
    if (key === "+" || key === "=") nearer(0.6);
    else if (key === "-") nearer(1.6);
    else if (key === "0") show(null);
    else if (key === "ArrowLeft") move(-0.2);
    else if (key === "ArrowRight") move(0.2);
    else return false;
    return true;
  };

  return (
    <div ref={sizer}>
      <section
        ref={box}
        className="lanes"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: its keys move and zoom, as those of a scrolled area do
        tabIndex={0}
        aria-label={`${tasks.filter(({ isPlanned }) => !isPlanned).length} tasks on ${lanes.length} workers in ${said(length)}. Plus and minus zoom, arrows move, 0 shows all.`}
        onKeyDown={(event) => {
          if (event.ctrlKey || event.metaKey || event.altKey) return;
          if (act(event.key)) event.preventDefault();
        }}
      >
        <div className="lanes-tools">
          <button
            type="button"
            className="button quiet"
            aria-label="Nearer"
            title="Nearer (+, or Ctrl and wheel)"
            onClick={() => nearer(0.6)}
          >
            <Icon name="nearer" />
          </button>
          <button
            type="button"
            className="button quiet"
            aria-label="Farther"
            title="Farther (−)"
            disabled={isWhole}
            onClick={() => nearer(1.6)}
          >
            <Icon name="farther" />
          </button>
          <button
            type="button"
            className="button quiet"
            aria-label="Show the whole run"
            title="Show the whole run (0)"
            disabled={isWhole}
            onClick={() => show(null)}
          >
            <Icon name="whole" />
          </button>
          {legend}
        </div>
        <svg
          ref={drawing}
          width={width}
          height={height}
          aria-hidden="true"
          onPointerMove={point}
          onPointerDown={press}
          onPointerUp={release}
          onPointerLeave={() => setHovered(null)}
          onDoubleClick={() => show(null)}
        >
          {ticks.map((tick) => (
            <g key={tick}>
              <line x1={x(tick)} x2={x(tick)} y1={top - 6} y2={height - 6} stroke="var(--hair)" />
              <text
                x={x(tick)}
                y={13}
                textAnchor={x(tick) < left + 12 ? "start" : x(tick) > drawn.right - 14 ? "end" : "middle"}
              >
                {tickText(tick, step)}
              </text>
            </g>
          ))}
          {lanes.map(({ name, machine }, at) => (
            <g key={`${machine ?? ""} ${tops[at]}`}>
              {machine !== null && (
                <text x={0} y={(tops[at] ?? 0) - 6} className="machine">
                  {machine}
                </text>
              )}
              <line
                x1={left}
                x2={drawn.right}
                y1={(tops[at] ?? 0) + laneHeight - 1}
                y2={(tops[at] ?? 0) + laneHeight - 1}
                stroke="var(--hair)"
              />
              <text x={left - 10} y={(tops[at] ?? 0) + 15} textAnchor="end">
                {name}
              </text>
            </g>
          ))}
          {marks.map((mark) => (
            <LaneBox
              key={`${mark.task.key} ${mark.task.from}`}
              mark={mark}
              y={(tops[mark.task.lane - 1] ?? top) + 3}
              height={laneHeight - 7}
              isChosen={mark.task.key === chosen}
              isHovered={mark.task.key === hovered?.key}
              expectedX={mark.task.expectedTo === null ? null : Math.min(drawn.right, x(mark.task.expectedTo))}
            />
          ))}
          {memory.length > 1 && (
            <MemoryBand
              samples={memory}
              limit={memoryLimit}
              x={x}
              left={left}
              right={drawn.right}
              y={bottom + 12}
              height={memoryHeight}
            />
          )}
          {isGoing && length < sight.to * 1.0001 && (
            <line x1={x(length)} x2={x(length)} y1={top - 6} y2={height - 6} stroke="var(--ink)" strokeWidth="1.5" />
          )}
          {drag && Math.abs(x(drag.to) - x(drag.from)) > 4 && (
            <rect
              className="lanes-drag"
              x={Math.min(x(drag.from), x(drag.to))}
              width={Math.abs(x(drag.to) - x(drag.from))}
              y={top - 6}
              height={height - top}
            />
          )}
        </svg>
        {hovered && !drag && (
          <div
            className="lanes-tip"
            style={{ left: Math.min(hovered.x + 14, Math.max(0, width - 300)), top: hovered.y + 16 }}
          >
            {tip(hovered.key)}
          </div>
        )}
      </section>
      {memory.length > 1 && (
        <span className="sr">{`Memory at most ${bytes(Math.max(...memory.map((one) => one.bytes)))}`}</span>
      )}
    </div>
  );
}

/** A moment of the run, with as many digits as the step between two of them needs. */
function tickText(second: number, step: number): string {
  if (second === 0) return "0 s";
  if (step < 0.1) return `${second.toFixed(2)} s`;
  if (step < 1) return `${second.toFixed(1)} s`;
  return said(second).replace(/\.0 s$| 0 s$| 0 min$/, (match) => (match === ".0 s" ? " s" : ""));
}
