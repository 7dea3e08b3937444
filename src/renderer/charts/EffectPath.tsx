import { Area, CartesianGrid, ComposedChart, Line, ReferenceLine, ResponsiveContainer, XAxis, YAxis } from "recharts";
import { axisText, shortDay } from "../format/format.ts";
import { bareAxis, niceTicks, tick } from "./axis.ts";

export interface EffectDay {
  readonly day: string;
  readonly value: number;
  readonly limits: readonly [number, number];
  readonly always: readonly [number, number];
}

const spread = 3;

/** An effect as it stood at the end of each day; the wide limits are those that hold for all days together. Limits of the first
 *  days that would dwarf the rest run out of the picture. */
export function EffectPath({
  days,
  text = axisText,
  height = 220,
}: {
  days: readonly EffectDay[];
  text?: (value: number) => string;
  height?: number;
}) {
  const last = days.at(-1);
  const most = last ? Math.max(...last.always.map(Math.abs), Math.abs(last.value)) * spread : 1;
  const within = (value: number) => Math.min(most, Math.max(-most, value));
  const drawn = days.map(({ always, limits, ...rest }) => ({
    ...rest,
    always: always.map(within),
    limits: limits.map(within),
  }));
  const values = drawn.flatMap(({ always, limits, value }) => [...always, ...limits, value]);
  const ticks = niceTicks(Math.min(0, ...values), Math.max(0, ...values));
  const every = Math.max(1, Math.ceil(days.length / 7));
  const named = days.filter((_, at) => at % every === 0).map(({ day }) => day);
  return (
    <ResponsiveContainer width="100%" height={height}>
      <ComposedChart data={drawn} margin={{ top: 8, right: 8, bottom: 0, left: 0 }} accessibilityLayer={false}>
        <CartesianGrid vertical={false} stroke="var(--hair)" />
        <XAxis
          dataKey="day"
          tick={tick}
          axisLine={{ stroke: "var(--line)" }}
          tickLine={false}
          ticks={named}
          tickFormatter={shortDay}
        />
        <YAxis
          {...bareAxis}
          width={48}
          ticks={ticks}
          domain={[ticks[0] ?? 0, ticks.at(-1) ?? 1]}
          tickFormatter={text}
          allowDataOverflow
        />
        <Area dataKey="always" stroke="var(--line)" fill="var(--hair)" fillOpacity={1} isAnimationActive={false} />
        <Area dataKey="limits" stroke="none" fill="var(--band)" fillOpacity={1} isAnimationActive={false} />
        <ReferenceLine y={0} stroke="var(--ink-3)" />
        <Line dataKey="value" stroke="var(--c1)" strokeWidth={2} dot={days.length === 1} isAnimationActive={false} />
      </ComposedChart>
    </ResponsiveContainer>
  );
}
