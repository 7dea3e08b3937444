import type { ReactNode } from "react";
import { useWidth } from "./use-width.ts";

const [left, right, top, bottom] = [46, 12, 10, 40];

export interface Scales {
  x(value: number): number;
  y(value: number): number;
}

interface Props {
  /** What is drawn, in words. */
  readonly said: string;
  readonly height: number;
  /** Shares that are marked on both axes, from 0; the last one ends them. */
  readonly ticks: readonly number[];
  readonly across: string;
  readonly upwards: string;
  readonly children: (scales: Scales) => ReactNode;
}

/** Shares across against shares upwards, in per cent on both axes, with the diagonal on which they are equal. */
export function SquareAxes({ said, height, ticks, across, upwards, children }: Props) {
  const [frame, width] = useWidth<HTMLDivElement>(560);
  const end = ticks.at(-1) ?? 1;
  const x = (value: number) => left + (value / end) * (width - left - right);
  const y = (value: number) => height - bottom - (value / end) * (height - top - bottom);
  const middle = (height - bottom + top) / 2;
  return (
    <div ref={frame} className="calibration">
      <svg width={width} height={height} role="img" aria-label={said}>
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
        {children({ x, y })}
        <text x={(left + width - right) / 2} y={height - 6} textAnchor="middle">
          {across}
        </text>
        <text x={12} y={middle} textAnchor="middle" transform={`rotate(-90 12 ${middle})`}>
          {upwards}
        </text>
      </svg>
    </div>
  );
}

/** A share in per cent, to one decimal where it has one. */
export function percent(value: number): string {
  return `${Number((value * 100).toFixed(1))}`;
}
