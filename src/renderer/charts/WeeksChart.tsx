import { Area, CartesianGrid, ComposedChart, Line, ReferenceLine, ResponsiveContainer, XAxis, YAxis } from "recharts";
import { dayNumber } from "../format/days.ts";
import { axisText, shortDay } from "../format/format.ts";
import { bareAxis, niceTicks, tick } from "./axis.ts";

export interface Week {
  readonly week: string;
  readonly actual: number | null;
  readonly expected: number | null;
  readonly limits: readonly [number, number] | null;
  readonly before: number | null;
}

interface Props {
  readonly weeks: readonly Week[];
  readonly asOf: string;
  /** What the axis says at the weeks in which a fiscal quarter starts. */
  readonly quarters: ReadonlyMap<string, string>;
  readonly height?: number;
}

/** Weeks that were, weeks that are expected within a band, and the year before in grey. */
export function WeeksChart({ weeks, asOf, quarters, height = 214 }: Props) {
  const values = weeks.flatMap(({ actual, before, limits, expected }) => [actual, before, expected, ...(limits ?? [])]);
  const known = values.filter((value) => value !== null);
  const ticks = niceTicks(0, Math.max(1, ...known));
  const now = weeks.filter(({ week }) => dayNumber(week) <= dayNumber(asOf)).at(-1)?.week;
  const lastActual = weeks.filter(({ actual }) => actual !== null).at(-1);
  const joined = weeks.map((one) =>
    one === lastActual && one.expected === null ? { ...one, expected: one.actual } : one,
  );
  return (
    <>
      <div className="legend">
        <span>
          <i className="line" style={{ background: "var(--c1)" }} /> Actual
        </span>
        <span>
          <i className="line dashes" /> Expected, 80 % limits
        </span>
        <span>
          <i className="line thin" style={{ background: "var(--other)" }} /> Year before
        </span>
      </div>
      <ResponsiveContainer width="100%" height={height}>
        <ComposedChart data={joined} margin={{ top: 20, right: 2, bottom: 0, left: 0 }} accessibilityLayer={false}>
          <CartesianGrid vertical={false} stroke="var(--hair)" />
          <XAxis
            dataKey="week"
            tick={tick}
            axisLine={{ stroke: "var(--line)" }}
            tickLine={false}
            ticks={[...quarters.keys()]}
            tickFormatter={(week: string) => quarters.get(week) ?? ""}
          />
          <YAxis {...bareAxis} width={34} ticks={ticks} domain={[0, ticks.at(-1) ?? 1]} tickFormatter={axisText} />
          <Area
            dataKey="limits"
            stroke="none"
            fill="var(--band)"
            fillOpacity={1}
            isAnimationActive={false}
            connectNulls={false}
          />
          <Line dataKey="before" stroke="var(--other)" strokeWidth={1} dot={false} isAnimationActive={false} />
          <Line
            dataKey="expected"
            stroke="var(--c1)"
            strokeWidth={2}
            strokeDasharray="3 3"
            dot={false}
            isAnimationActive={false}
          />
          <Line dataKey="actual" stroke="var(--c1)" strokeWidth={2} dot={false} isAnimationActive={false} />
          {now && (
            <ReferenceLine
              x={now}
              stroke="var(--ink-3)"
              strokeDasharray="2 3"
              label={{ value: `as of ${shortDay(asOf)}`, position: "top", fontSize: 11, fill: "var(--ink-3)" }}
            />
          )}
        </ComposedChart>
      </ResponsiveContainer>
    </>
  );
}
