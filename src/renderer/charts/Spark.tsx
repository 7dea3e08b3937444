/** A small line without axes; its last point is marked. */
export function Spark({
  values,
  width = 64,
  height = 22,
}: {
  values: readonly number[];
  width?: number;
  height?: number;
}) {
  if (values.length < 2) return null;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const x = (at: number) => 2 + (at / (values.length - 1)) * (width - 6);
  const y = (value: number) => height - 3 - ((value - low) / Math.max(1e-9, high - low)) * (height - 6);
  const last = values.at(-1) ?? 0;
  return (
    <svg width={width} height={height} aria-hidden="true">
      <polyline
        points={values.map((value, at) => `${x(at)},${y(value)}`).join(" ")}
        fill="none"
        stroke="var(--ink-3)"
        strokeWidth="1.2"
      />
      <circle cx={x(values.length - 1)} cy={y(last)} r="2.2" fill="var(--ink-2)" />
    </svg>
  );
}
