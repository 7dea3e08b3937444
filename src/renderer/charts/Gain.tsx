import { useWidth } from "./use-width.ts";

interface Point {
  readonly reached: number;
  readonly gained: number;
  readonly lift: number;
}
const [left, right, top, bottom] = [46, 12, 10, 40];
const height = 240;
const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1];

/** Cumulative gain: share of customers across, from the highest score down; share found upwards; the diagonal is chance. */
export function Gain({ points }: { points: readonly Point[] }) {
  const [frame, width] = useWidth<HTMLDivElement>(560);
  const x = (value: number) => left + value * (width - left - right);
  const y = (value: number) => height - bottom - value * (height - top - bottom);
  const percent = (value: number) => `${Math.round(100 * value)}`;
  const line = [{ reached: 0, gained: 0 }, ...points].map((one) => `${x(one.reached)},${y(one.gained)}`).join(" ");
  const said = points.map((one) => `${percent(one.reached)} % hold ${percent(one.gained)} %`).join("; ");
  return (
    <div ref={frame} className="calibration">
      <svg width={width} height={height} role="img" aria-label={`Cumulative gain: ${said}`}>
        {ticks.map((tick) => (
          <g key={tick}>
            <line x1={left} x2={width - right} y1={y(tick)} y2={y(tick)} stroke="var(--hair)" />
            <text x={left - 8} y={y(tick) + 4} textAnchor="end">
              {percent(tick)}
            </text>
            <text x={x(tick)} y={height - bottom + 16} textAnchor="middle">
              {percent(tick)}
            </text>
          </g>
        ))}
        <line x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} stroke="var(--ink-3)" strokeDasharray="4 4" />
        <polyline points={line} fill="none" stroke="var(--c1)" strokeWidth="2" />
        {points.map((one) => (
          <circle
            key={one.reached}
            cx={x(one.reached)}
            cy={y(one.gained)}
            r="3.5"
            fill="var(--c1)"
            stroke="var(--panel)"
          >
            <title>{`The best ${percent(one.reached)} % hold ${percent(one.gained)} %; lift ${one.lift.toFixed(2)}`}</title>
          </circle>
        ))}
        <text x={(left + width - right) / 2} y={height - 6} textAnchor="middle">
          Customers, highest score first, %
        </text>
        <text
          x={12}
          y={(height - bottom + top) / 2}
          textAnchor="middle"
          transform={`rotate(-90 12 ${(height - bottom + top) / 2})`}
        >
          Found, %
        </text>
      </svg>
    </div>
  );
}
