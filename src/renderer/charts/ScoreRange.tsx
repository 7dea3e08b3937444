interface Props {
  readonly value: number;
  readonly limits: readonly [number, number] | null;
  /** The median customer, a grey tick. */
  readonly median: number | null;
  readonly scale: readonly [number, number];
  readonly ends: readonly [string, string];
}

/** A score on its scale: a pale band for the limits, a dot for the value, the scale's ends beneath. */
export function ScoreRange({ value, limits, median, scale: [from, to], ends }: Props) {
  const x = (at: number) => 4 + Math.min(1, Math.max(0, (at - from) / (to - from))) * 108;
  return (
    <svg width="116" height="32" aria-hidden="true">
      <rect x="4" y="8" width="108" height="4" rx="2" fill="var(--hair)" />
      {limits && (
        <rect
          x={x(limits[0])}
          y="5"
          width={Math.max(2, x(limits[1]) - x(limits[0]))}
          height="10"
          rx="2"
          fill="var(--band)"
        />
      )}
      {median !== null && <line x1={x(median)} x2={x(median)} y1="2" y2="18" stroke="var(--ink-3)" strokeWidth="1.5" />}
      <circle cx={x(value)} cy="10" r="4.5" fill="var(--c1)" stroke="var(--panel)" strokeWidth="1" />
      <text x="4" y="29" style={{ fontSize: 11 }}>
        {ends[0]}
      </text>
      <text x="112" y="29" textAnchor="end" style={{ fontSize: 11 }}>
        {ends[1]}
      </text>
    </svg>
  );
}
