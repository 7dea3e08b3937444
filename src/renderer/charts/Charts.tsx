import {
  Area,
  Bar,
  BarChart,
  CartesianGrid,
  Cell,
  ComposedChart,
  LabelList,
  Line,
  ReferenceLine,
  ResponsiveContainer,
  XAxis,
  YAxis,
} from "recharts";
import { compact, day } from "../format/format.ts";

const tick = { fontSize: 12, fill: "var(--ink-2)" };
const grid = <CartesianGrid vertical={false} stroke="var(--hair)" />;

export interface WaterfallPart {
  readonly name: string;
  readonly effect: number;
}

/** Parts that add up to a change; the whole stands last. */
export function Waterfall({
  parts,
  total,
  height = 190,
}: {
  parts: readonly WaterfallPart[];
  total: number;
  height?: number;
}) {
  let at = 0;
  const rows = [
    ...parts.map(({ name, effect }) => {
      const from = at;
      at += effect;
      return {
        name,
        span: [Math.min(from, at), Math.max(from, at)],
        effect,
        fill: effect < 0 ? "var(--down)" : "var(--up)",
      };
    }),
    { name: "Change", span: [Math.min(0, total), Math.max(0, total)], effect: total, fill: "var(--ink-2)" },
  ];
  return (
    <ResponsiveContainer width="100%" height={height}>
      <BarChart data={rows} margin={{ top: 18, right: 0, bottom: 0, left: 0 }} barCategoryGap="22%">
        {grid}
        <XAxis dataKey="name" tick={tick} axisLine={false} tickLine={false} interval={0} />
        <YAxis tick={tick} axisLine={false} tickLine={false} width={48} tickCount={4} tickFormatter={compact} />
        <ReferenceLine y={0} stroke="var(--ink-3)" />
        <Bar dataKey="span" isAnimationActive={false}>
          {rows.map((row) => (
            <Cell key={row.name} fill={row.fill} />
          ))}
          <LabelList
            dataKey="effect"
            position="top"
            formatter={(value: unknown) => `${Number(value) > 0 ? "+" : ""}${compact(Number(value))}`}
            style={{ fontSize: 12, fontWeight: 600, fill: "var(--ink)" }}
          />
        </Bar>
      </BarChart>
    </ResponsiveContainer>
  );
}

export interface Week {
  readonly week: string;
  readonly actual: number | null;
  readonly expected: number | null;
  readonly limits: readonly [number, number] | null;
  readonly before: number | null;
}

/** Weeks that were, weeks that are expected within a band, and the year before in grey. */
export function WeeksChart({ weeks, asOf, height = 210 }: { weeks: readonly Week[]; asOf: string; height?: number }) {
  const last = weeks.filter(({ actual }) => actual !== null).at(-1)?.week;
  return (
    <ResponsiveContainer width="100%" height={height}>
      <ComposedChart data={[...weeks]} margin={{ top: 12, right: 4, bottom: 0, left: 0 }}>
        {grid}
        <XAxis
          dataKey="week"
          tick={tick}
          axisLine={{ stroke: "var(--line)" }}
          tickLine={false}
          minTickGap={60}
          tickFormatter={(value: string) => day(value).replace(/ \d{4}$/, "")}
        />
        <YAxis tick={tick} axisLine={false} tickLine={false} width={44} tickCount={5} tickFormatter={compact} />
        <Area dataKey="limits" stroke="none" fill="var(--band)" isAnimationActive={false} connectNulls={false} />
        <Line dataKey="before" stroke="var(--other)" strokeWidth={1} dot={false} isAnimationActive={false} />
        <Line dataKey="actual" stroke="var(--c1)" strokeWidth={2} dot={false} isAnimationActive={false} />
        <Line
          dataKey="expected"
          stroke="var(--c1)"
          strokeWidth={2}
          strokeDasharray="3 3"
          dot={false}
          isAnimationActive={false}
        />
        {last && (
          <ReferenceLine
            x={last}
            stroke="var(--ink-3)"
            strokeDasharray="2 3"
            label={{
              value: `as of ${day(asOf).replace(/ \d{4}$/, "")}`,
              position: "insideTopRight",
              fontSize: 11,
              fill: "var(--ink-3)",
            }}
          />
        )}
      </ComposedChart>
    </ResponsiveContainer>
  );
}
