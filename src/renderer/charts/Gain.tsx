import { percent, SquareAxes } from "./SquareAxes.tsx";

interface Point {
  readonly reached: number;
  readonly gained: number;
  readonly lift: number;
}
const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1];

/** Cumulative gain: share of customers across, from the highest score down; share found upwards; the diagonal is chance. */
export function Gain({ points }: { points: readonly Point[] }) {
  const said = points.map((one) => `${percent(one.reached)} % hold ${percent(one.gained)} %`).join("; ");
  return (
    <SquareAxes
      said={`Cumulative gain: ${said}`}
      height={240}
      ticks={ticks}
      across="Customers, highest score first, %"
      upwards="Found, %"
    >
      {({ x, y }) => (
        <>
          <polyline
            points={[{ reached: 0, gained: 0 }, ...points].map((one) => `${x(one.reached)},${y(one.gained)}`).join(" ")}
            fill="none"
            stroke="var(--c1)"
            strokeWidth="2"
          />
          {points.map(({ reached, gained, lift }) => (
            <circle key={reached} cx={x(reached)} cy={y(gained)} r="3.5" fill="var(--c1)" stroke="var(--panel)">
              <title>{`The best ${percent(reached)} % hold ${percent(gained)} %; lift ${lift.toFixed(2)}`}</title>
            </circle>
          ))}
        </>
      )}
    </SquareAxes>
  );
}
