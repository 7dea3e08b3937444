import {
  Bar,
  BarChart,
  CartesianGrid,
  Cell,
  LabelList,
  ReferenceLine,
  ResponsiveContainer,
  XAxis,
  YAxis,
} from "recharts";
import { decimal, integer, signed } from "../format/format.ts";
import { bareAxis, niceTicks } from "./axis.ts";

export interface WaterfallPart {
  readonly name: string;
  readonly effect: number;
}

const axisLabel = (value: number) => signed(integer(value), value);

/** Parts that add up to a change; the whole stands last, in ink. */
export function Waterfall({
  parts,
  total,
  height = 196,
}: {
  parts: readonly WaterfallPart[];
  total: number;
  height?: number;
}) {
  let at = 0;
  const rows = parts.map(({ name, effect }) => {
    const from = at;
    at += effect;
    return { name, span: [Math.min(from, at), Math.max(from, at)], effect, isUp: effect >= 0 };
  });
  const all = [
    ...rows,
    { name: "Revenue", span: [Math.min(0, total), Math.max(0, total)], effect: total, isUp: total >= 0 },
  ];
  const ends = all.flatMap(({ span }) => span);
  const digits = Math.max(...ends.map(Math.abs)) >= 100 ? 0 : 1;
  const ticks = niceTicks(Math.min(0, ...ends), Math.max(0, ...ends));
  const colour = (name: string, isUp: boolean) =>
    name === "Revenue" ? "var(--ink-2)" : isUp ? "var(--up)" : "var(--down)";
  return (
    <ResponsiveContainer width="100%" height={height}>
      <BarChart
        data={all}
        margin={{ top: 18, right: 0, bottom: 0, left: 0 }}
        barCategoryGap="24%"
        accessibilityLayer={false}
      >
        <CartesianGrid vertical={false} stroke="var(--hair)" />
        <XAxis dataKey="name" hide />
        <YAxis
          {...bareAxis}
          width={40}
          ticks={ticks}
          domain={[ticks[0] ?? 0, ticks.at(-1) ?? 1]}
          tickFormatter={axisLabel}
        />
        <ReferenceLine y={0} stroke="var(--ink-3)" />
        <Bar dataKey="span" isAnimationActive={false}>
          {all.map(({ name, isUp }) => (
            <Cell key={name} fill={colour(name, isUp)} />
          ))}
          <LabelList
            dataKey="effect"
            content={({ x, y, width, height: tall, value, index }) => {
              const row = all[Number(index)];
              const isDown = row !== undefined && !row.isUp && row.name !== "Revenue";
              return (
                <text
                  x={Number(x) + Number(width) / 2}
                  y={isDown ? Number(y) + Math.abs(Number(tall)) + 13 : Number(y) - 6}
                  textAnchor="middle"
                  style={{
                    fontWeight: 600,
                    fill: row?.name === "Revenue" ? "var(--ink)" : isDown ? "var(--worse)" : "var(--better)",
                  }}
                >
                  {signed(decimal(Number(value), digits), Number(value))}
                </text>
              );
            }}
          />
        </Bar>
      </BarChart>
    </ResponsiveContainer>
  );
}
