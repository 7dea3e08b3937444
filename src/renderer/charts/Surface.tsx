import { decimal } from "../format/format.ts";
import { crossing } from "./contour.ts";
import { heatStep } from "./heat.ts";
import { useWidth } from "./use-width.ts";

interface Props {
  readonly frequencies: readonly number[];
  readonly daysSince: readonly number[];
  /** One row per daysSince, one value per frequency. */
  readonly probability: readonly (readonly (number | null)[])[];
  readonly height?: number;
}
const left = 54;
const right = 32;
const bottom = 38;
const levels = [0.2, 0.5, 0.8];

/** P(alive) by repeat orders and days since the last one: deep where it is near one, with the lines where it is 0.2, 0.5, 0.8. */
export function Surface({ frequencies, daysSince, probability, height = 286 }: Props) {
  const [box, width] = useWidth<HTMLDivElement>(440);
  const wide = (width - left - right) / Math.max(1, frequencies.length);
  const tall = (height - bottom - 8) / Math.max(1, daysSince.length);
  const x = (column: number) => left + column * wide;
  const y = (row: number) => 8 + (daysSince.length - 1 - row) * tall;
  const last = daysSince.at(-1) ?? 1;
  const step = last / Math.max(1, daysSince.length - 1);
  const yOf = (days: number) => y(0) + tall / 2 - (days / step) * tall;
  return (
    <div ref={box}>
      <svg
        width={width}
        height={height}
        role="img"
        aria-label="P(alive) by repeat orders and days since the last order"
      >
        {daysSince.map((days, row) =>
          frequencies.map((frequency, column) => {
            const p = probability[row]?.[column] ?? null;
            if (p === null) return null;
            const isSaid = row % 2 === 0 && column % 2 === 0;
            return (
              <g key={`${days} ${frequency}`} data-heat={heatStep(p)}>
                <rect x={x(column) + 0.5} y={y(row) + 0.5} width={wide - 1} height={tall - 1}>
                  <title>{`${frequency} repeat orders, ${days} days since: ${decimal(p)}`}</title>
                </rect>
                {isSaid && tall >= 14 && (
                  <text x={x(column) + wide / 2} y={y(row) + tall / 2 + 4} textAnchor="middle" style={{ fontSize: 11 }}>
                    {decimal(p).replace(/^0/, "")}
                  </text>
                )}
              </g>
            );
          }),
        )}
        {levels.map((level) => {
          const points = frequencies.flatMap((_, column) => {
            const at = crossing(
              daysSince,
              probability.map((row) => row[column] ?? null),
              level,
            );
            return at === null || column === 0 ? [] : [[x(column) + wide / 2, yOf(at)] as const];
          });
          const end = points.at(-1);
          if (points.length < 2 || !end) return null;
          return (
            <g key={level}>
              <polyline
                points={points.map((point) => point.join(",")).join(" ")}
                fill="none"
                stroke="var(--ink)"
                strokeWidth={level === 0.5 ? 2 : 1.2}
                strokeDasharray={level === 0.5 ? undefined : "3 3"}
              />
              <text x={width - right + 4} y={end[1] + 4} style={{ fontSize: 11, fontWeight: 600, fill: "var(--ink)" }}>
                {level}
              </text>
            </g>
          );
        })}
        {daysSince.map((days, row) =>
          row % 3 === 0 ? (
            <text key={days} x={left - 8} y={y(row) + tall / 2 + 4} textAnchor="end">
              {days}
            </text>
          ) : null,
        )}
        {frequencies.map((frequency, column) => (
          <text key={frequency} x={x(column) + wide / 2} y={height - bottom + 18} textAnchor="middle">
            {frequency}
          </text>
        ))}
        <text x={left + (width - left - right) / 2} y={height - 4} textAnchor="middle" style={{ fill: "var(--ink-3)" }}>
          Repeat orders
        </text>
        <text
          transform={`translate(11 ${(height - bottom) / 2}) rotate(-90)`}
          textAnchor="middle"
          style={{ fill: "var(--ink-3)" }}
        >
          Days since last order
        </text>
      </svg>
    </div>
  );
}
