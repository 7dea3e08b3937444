import { Bar, BarChart, CartesianGrid, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { axisText, decimal, integer } from "../format/format.ts";
import { bareAxis, niceTicks, tick } from "./axis.ts";

interface Props {
  readonly kind: "line" | "bar";
  readonly x: string;
  readonly series: readonly string[];
  readonly points: readonly Record<string, string | number | null>[];
}

const colour = (at: number) => `var(--c${at + 1})`;
const exact = (value: unknown) => {
  const number = Number(value);
  return Number.isInteger(number) ? integer(number) : decimal(number, 4);
};

const mostApart = 20;

/** The rows of a result drawn as they are: lines along days and numbers, bars for words. Series too far apart to share a
 *  scale stand below one another, each with its own. */
export function ResultChart({ kind, x, series, points }: Props) {
  const sizes = series.map((name) => Math.max(...points.map((point) => Math.abs(Number(point[name] ?? 0)))));
  const filled = sizes.filter((size) => size > 0);
  const isApart = Math.max(...filled) > mostApart * Math.min(...filled);
  const groups = isApart ? series.map((name) => [name]) : [series];
  return (
    <>
      {groups.map((group) => (
        <Chart
          key={group.join()}
          kind={kind}
          x={x}
          series={group}
          points={points}
          firstColour={isApart ? series.indexOf(group[0] ?? "") : 0}
          height={groups.length === 1 ? 300 : 190}
        />
      ))}
    </>
  );
}

function Chart({ kind, x, series, points, firstColour, height }: Props & { firstColour: number; height: number }) {
  const colourOf = (at: number) => colour(at + firstColour);
  const values = points.flatMap((point) => series.map((name) => Number(point[name] ?? 0)));
  const ticks = niceTicks(Math.min(0, ...values), Math.max(0, ...values));
  const frame = { data: [...points], margin: { top: 12, right: 8, bottom: 4, left: 0 }, accessibilityLayer: false };
  const inside = (
    <>
      <CartesianGrid vertical={false} stroke="var(--hair)" />
      <XAxis dataKey={x} tick={tick} axisLine={{ stroke: "var(--line)" }} tickLine={false} minTickGap={24} />
      <YAxis
        {...bareAxis}
        width={52}
        ticks={ticks}
        domain={[ticks[0] ?? 0, ticks.at(-1) ?? 1]}
        tickFormatter={axisText}
      />
      <Tooltip
        isAnimationActive={false}
        cursor={kind === "bar" ? { fill: "var(--hair)" } : { stroke: "var(--line)" }}
        contentStyle={{ background: "var(--panel)", border: "1px solid var(--line)", borderRadius: 5, fontSize: 12 }}
        labelStyle={{ color: "var(--ink)", fontWeight: 600 }}
        itemStyle={{ color: "var(--ink-2)", padding: 0 }}
        formatter={exact}
        itemSorter={null as never}
      />
    </>
  );
  return (
    <figure className="result-chart" aria-label={`${series.join(", ")} by ${x}, ${points.length} rows`}>
      <div className="legend">
        {series.map((name, at) => (
          <span key={name}>
            <i className="swatch" style={{ background: colourOf(at) }} /> {name}
          </span>
        ))}
        <span className="muted">along {x}</span>
      </div>
      <ResponsiveContainer width="100%" height={height}>
        {kind === "line" ? (
          <LineChart {...frame}>
            {inside}
            {series.map((name, at) => (
              <Line
                key={name}
                dataKey={name}
                stroke={colourOf(at)}
                strokeWidth={2}
                dot={false}
                isAnimationActive={false}
              />
            ))}
          </LineChart>
        ) : (
          <BarChart {...frame} barGap={1}>
            {inside}
            {series.map((name, at) => (
              <Bar key={name} dataKey={name} fill={colourOf(at)} maxBarSize={48} isAnimationActive={false} />
            ))}
          </BarChart>
        )}
      </ResponsiveContainer>
    </figure>
  );
}
