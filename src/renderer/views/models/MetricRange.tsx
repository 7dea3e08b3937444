import type { ModelEvaluation } from "../../../shared/api/contract/models.ts";

const width = 132;

/** A model's figure with its interval, and its baseline's as a grey tick, on one scale. */
export function MetricRange({ row, span }: { row: ModelEvaluation; span: readonly [number, number] }) {
  const { value, low, high, baseline_value: naive } = row;
  if (value === null) return null;
  const [from, to] = span;
  const x = (at: number) => 5 + ((at - from) / Math.max(1e-12, to - from)) * (width - 10);
  return (
    <svg width={width} height="18" aria-hidden="true">
      <rect x="5" y="7" width={width - 10} height="4" rx="2" fill="var(--hair)" />
      {low !== null && high !== null && (
        <rect x={x(low)} y="4" width={Math.max(2, x(high) - x(low))} height="10" rx="2" fill="var(--band)" />
      )}
      {naive !== null && <line x1={x(naive)} x2={x(naive)} y1="1" y2="17" stroke="var(--ink-3)" strokeWidth="2" />}
      <circle cx={x(value)} cy="9" r="4.5" fill="var(--c1)" stroke="var(--panel)" strokeWidth="1" />
    </svg>
  );
}

/** The least scale that holds some rows' figures, intervals and baselines. */
export function spanOf(rows: readonly ModelEvaluation[]): [number, number] {
  const all = rows.flatMap(({ value, low, high, baseline_value }) => [value, low, high, baseline_value]);
  const told = all.filter((one): one is number => one !== null);
  const [low, high] = [Math.min(...told), Math.max(...told)];
  const room = 0.08 * Math.max(high - low, Math.abs(high) * 0.02, 1e-9);
  return [low - room, high + room];
}
