import { niceTicks } from "./axis.ts";
import { percent, SquareAxes } from "./SquareAxes.tsx";

interface Bin {
  readonly label: string;
  readonly expected: number | null;
  readonly actual: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
}

/** Predicted chances across, shares that happened upwards, with their intervals; the diagonal is a chance that comes true. */
export function Calibration({ bins, of = "customers" }: { bins: readonly Bin[]; of?: string }) {
  const most = Math.min(
    1,
    Math.max(0.05, ...bins.map(({ expected, actual, high }) => Math.max(expected ?? 0, actual, high ?? 0))),
  );
  const round = niceTicks(0, most).filter((tick) => tick <= 1);
  const ticks = (round.at(-1) ?? 0) < most ? [...round, most] : round;
  const said = bins.map((bin) => `${percent(bin.expected ?? 0)} % told, ${percent(bin.actual)} % happened`).join("; ");
  return (
    <SquareAxes
      said={`Predicted and observed: ${said}`}
      height={260}
      ticks={ticks}
      across="Chance told, %"
      upwards="Happened, %"
    >
      {({ x, y }) =>
        bins.map(({ label, expected, actual, low, high, n }) => (
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
        ))
      }
    </SquareAxes>
  );
}
