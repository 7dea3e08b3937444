import { niceTicks } from "./axis.ts";
import { useWidth } from "./use-width.ts";

interface Bin {
  readonly label: string;
  readonly expected: number | null;
  readonly actual: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
}
const [left, right, top, bottom] = [46, 12, 10, 40];
const height = 260;

/** Predicted chances across, shares that happened upwards, with their intervals; the diagonal is a chance that comes true. */
export function Calibration({ bins, of = "customers" }: { bins: readonly Bin[]; of?: string }) {
  const [frame, width] = useWidth<HTMLDivElement>(560);
  const most = Math.min(
    1,
    Math.max(0.05, ...bins.map(({ expected, actual, high }) => Math.max(expected ?? 0, actual, high ?? 0))),
  );
  const ticks = niceTicks(0, most).filter((tick) => tick <= 1);
  const end = Math.max(most, ticks.at(-1) ?? most);
  const x = (value: number) => left + (value / end) * (width - left - right);
  const y = (value: number) => height - bottom - (value / end) * (height - top - bottom);
  const percent = (value: number) => `${Number((value * 100).toFixed(1))}`;
  const said = bins.map((bin) => `${percent(bin.expected ?? 0)} % told, ${percent(bin.actual)} % happened`).join("; ");
  return (
    <div ref={frame} className="calibration">
      <svg width={width} height={height} role="img" aria-label={`Predicted and observed: ${said}`}>
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
        <line x1={x(0)} y1={y(0)} x2={x(end)} y2={y(end)} stroke="var(--ink-3)" strokeDasharray="4 4" />
        {bins.map(({ label, expected, actual, low, high, n }) => (
          <g key={label}>
            <title>{`${percent(expected ?? 0)} % told, ${percent(actual)} % happened, ${n} ${of}`}</title>
            {low !== null && high !== null && (
              <line
                x1={x(expected ?? 0)}
                x2={x(expected ?? 0)}
                y1={y(low)}
                y2={y(high)}
                stroke="var(--c1)"
                strokeWidth="2"
                opacity="0.45"
              />
            )}
            <circle cx={x(expected ?? 0)} cy={y(actual)} r="4.5" fill="var(--c1)" stroke="var(--panel)" />
          </g>
        ))}
        <text x={(left + width - right) / 2} y={height - 6} textAnchor="middle">
          Chance told, %
        </text>
        <text
          x={12}
          y={(height - bottom + top) / 2}
          textAnchor="middle"
          transform={`rotate(-90 12 ${(height - bottom + top) / 2})`}
        >
          Happened, %
        </text>
      </svg>
    </div>
  );
}
