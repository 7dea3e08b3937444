import { integer, signed, word } from "../format/format.ts";
import { type FlowLink, layFlow } from "./flow-layout.ts";
import { useWidth } from "./use-width.ts";

interface Props {
  readonly links: readonly FlowLink[];
  readonly fromLabel: string;
  readonly toLabel: string;
  /** Ribbons that are lifted from the rest, with what is written on their plate. */
  readonly lifted: readonly {
    readonly from: string;
    readonly to: string;
    readonly said: string;
    readonly isLoss: boolean;
  }[];
  readonly height?: number;
}
const side = 132;
const bar = 10;
const isGrey = (stage: string) => stage === "prospect" || stage === "first_seen_later";
const colour = (stage: string) => (isGrey(stage) ? "var(--other)" : `var(--${stage})`);

/** Stage to stage between two days: ribbons as wide as their customers, faint but for those that are lifted. */
export function Flow({ links, fromLabel, toLabel, lifted, height = 290 }: Props) {
  const [box, width] = useWidth<HTMLDivElement>(640);
  const { from, to, ribbons } = layFlow(links, height, 26);
  const [x1, x2] = [side + bar, width - side - bar];
  const middle = (x1 + x2) / 2;
  const drawn = ribbons.map((ribbon) => {
    const { y1, y2, size } = ribbon;
    const path = `M${x1},${y1} C${middle},${y1} ${middle},${y2} ${x2},${y2} L${x2},${y2 + size} C${middle},${y2 + size} ${middle},${y1 + size} ${x1},${y1 + size} Z`;
    return { ...ribbon, path, lift: lifted.find((one) => one.from === ribbon.from && one.to === ribbon.to) };
  });
  return (
    <div ref={box}>
      <svg width={width} height={height} role="img" aria-label={`Customers by stage, ${fromLabel} to ${toLabel}`}>
        <text x={x1} y={12} textAnchor="end">
          {fromLabel}
        </text>
        <text x={x2} y={12}>
          {toLabel}
        </text>
        {drawn.map(({ from: a, to: b, path, customers, lift }) => (
          <path
            key={`${a} ${b}`}
            d={path}
            fill={lift ? (lift.isLoss ? "var(--down)" : "var(--up)") : colour(a)}
            opacity={lift ? 0.8 : 0.18}
          >
            <title>{`${word(a)} to ${word(b)}: ${integer(customers)}`}</title>
          </path>
        ))}
        {from.map(({ stage, y, size, customers }) => (
          <g key={stage}>
            <rect
              x={side}
              y={y}
              width={bar}
              height={Math.max(2, size)}
              fill={colour(stage)}
              stroke="var(--line)"
              strokeWidth="0.5"
            />
            <text x={side - 8} y={y + size / 2 + 4} textAnchor="end">
              <tspan className="flow-name">{word(stage)}</tspan> {integer(customers)}
            </text>
          </g>
        ))}
        {to.map(({ stage, y, size, customers }) => {
          const before = from.find((one) => one.stage === stage)?.customers;
          const change = before === undefined ? null : customers - before;
          return (
            <g key={stage}>
              <rect
                x={x2}
                y={y}
                width={bar}
                height={Math.max(2, size)}
                fill={colour(stage)}
                stroke="var(--line)"
                strokeWidth="0.5"
              />
              <text x={width - side + 8} y={y + size / 2 + 4}>
                <tspan className="flow-name">{word(stage)}</tspan> {integer(customers)}{" "}
                <tspan className="flow-name plain">{change === null ? "" : signed(integer(change), change)}</tspan>
              </text>
            </g>
          );
        })}
        {drawn.map(({ from: a, to: b, y1, y2, size, lift }) => {
          if (!lift) return null;
          const part = lift.isLoss ? 0.74 : 0.26;
          const at = y1 + (y2 - y1) * (3 * part ** 2 - 2 * part ** 3) + size / 2;
          const x = x1 + (x2 - x1) * part;
          const wide = lift.said.length * 6.6 + 14;
          return (
            <g key={`plate ${a} ${b}`}>
              <rect
                x={x - wide / 2}
                y={at - 10}
                width={wide}
                height="20"
                rx="4"
                fill="var(--panel)"
                stroke="var(--line)"
              />
              <text x={x} y={at + 4} textAnchor="middle" style={{ fontWeight: 600, fill: "var(--ink)" }}>
                {lift.said}
              </text>
            </g>
          );
        })}
      </svg>
    </div>
  );
}
