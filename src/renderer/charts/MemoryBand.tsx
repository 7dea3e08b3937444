import { bytes } from "../format/format.ts";

interface Props {
  readonly samples: readonly { readonly at_ms: number; readonly bytes: number }[];
  /** What the tasks may take together, in bytes. */
  readonly limit: number;
  readonly x: (second: number) => number;
  readonly left: number;
  readonly right: number;
  readonly y: number;
  readonly height: number;
}

/** Memory below the lanes, from zero to the greater of limit and peak. */
export function MemoryBand({ samples, limit, x, left, right, y, height }: Props) {
  const peak = Math.max(...samples.map((one) => one.bytes));
  const highest = Math.max(1, peak * 1.05, limit < peak * 4 ? limit : 0);
  const at = (amount: number) => y + height - (amount / highest) * height;
  const points = samples.map(({ at_ms, bytes: amount }) => [x(at_ms / 1000), at(amount)] as const);
  const inside = points.filter(([px], index) => {
    const [before, after] = [points[index - 1]?.[0] ?? px, points[index + 1]?.[0] ?? px];
    return after >= left && before <= right;
  });
  const line = inside.map(([px, py]) => `${Math.min(right, Math.max(left, px)).toFixed(1)},${py.toFixed(1)}`).join(" ");
  const [first, last] = [inside[0], inside.at(-1)];
  if (!first || !last) return null;
  const floor = y + height;
  const edge = (px: number) => Math.min(right, Math.max(left, px)).toFixed(1);
  return (
    <g>
      <text x={left - 10} y={y + 12} textAnchor="end">
        Memory
      </text>
      <text x={left - 10} y={y + 27} textAnchor="end" className="faint">
        {bytes(peak)}
      </text>
      {limit <= highest && (
        <>
          <line x1={left} x2={right} y1={at(limit)} y2={at(limit)} stroke="var(--ink-3)" strokeDasharray="2 3" />
          <text x={right} y={at(limit) - 4} textAnchor="end" className="faint">
            {`limit ${bytes(limit)}`}
          </text>
        </>
      )}
      <polygon
        points={`${edge(first[0])},${floor} ${line} ${edge(last[0])},${floor}`}
        fill="var(--ink-3)"
        opacity="0.22"
      />
      <polyline points={line} fill="none" stroke="var(--ink-2)" strokeWidth="1.25" />
      <line x1={left} x2={right} y1={floor} y2={floor} stroke="var(--line)" />
    </g>
  );
}
