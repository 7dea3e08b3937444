import { decimal, signed } from "../format/format.ts";
import { digitsOf, niceTicks } from "./axis.ts";
import { useWidth } from "./use-width.ts";
import { type WaterfallPart, waterfallSteps } from "./waterfall-steps.ts";

const leastLeft = 40;
/** Of a digit in the axis's type, px. */
const digitWidth = 7;
const room = 20;

/** Parts that add up to a change, blue up and orange down; the whole stands last, in ink. */
export function Waterfall({
  parts,
  total,
  height = 196,
}: {
  parts: readonly WaterfallPart[];
  total: number;
  height?: number;
}) {
  const [box, width] = useWidth<HTMLDivElement>(350);
  const steps = waterfallSteps(parts, total);
  const ends = steps.flatMap(({ from, to }) => [from, to]);
  const ticks = niceTicks(Math.min(0, ...ends), Math.max(0, ...ends));
  const [low, high] = [ticks[0] ?? 0, ticks.at(-1) ?? 1];
  const step = (ticks[1] ?? 1) - (ticks[0] ?? 0);
  const labels = ticks.map((tick) => signed(decimal(tick, digitsOf(step)), tick));
  const left = Math.max(leastLeft, 8 + digitWidth * Math.max(...labels.map((label) => label.length)));
  const digits = Math.max(digitsOf(step), Math.max(...ends.map(Math.abs)) >= 100 ? 0 : 1);
  const y = (value: number) => room + ((high - value) / Math.max(1e-9, high - low)) * (height - 2 * room);
  const slot = (width - left) / steps.length;
  const wide = Math.min(56, slot * 0.62);
  const x = (at: number) => left + slot * (at + 0.5) - wide / 2;
  return (
    <div ref={box}>
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={steps.map(({ name, effect }) => `${name} ${signed(decimal(effect, digits), effect)}`).join(", ")}
      >
        {ticks.map((tick, at) => (
          <g key={tick}>
            <line x1={left} x2={width} y1={y(tick)} y2={y(tick)} stroke={tick === 0 ? "var(--ink-3)" : "var(--hair)"} />
            <text x={left - 8} y={y(tick) + 4} textAnchor="end">
              {labels[at]}
            </text>
          </g>
        ))}
        {steps.map(({ name, effect, from, to, isTotal }, at) => {
          const isDown = effect < 0;
          const top = Math.min(y(from), y(to));
          const tall = Math.max(1.5, Math.abs(y(to) - y(from)));
          const ink = isDown ? "var(--worse)" : "var(--better)";
          const fill = isDown ? "var(--down)" : "var(--up)";
          return (
            <g key={name}>
              {!isTotal && <line x1={x(at) + wide} x2={x(at + 1)} y1={y(to)} y2={y(to)} stroke="var(--other)" />}
              <rect x={x(at)} y={top} width={wide} height={tall} fill={isTotal ? "var(--ink-2)" : fill} />
              <text
                x={x(at) + wide / 2}
                y={isDown ? top + tall + 14 : top - 6}
                textAnchor="middle"
                style={{ fontWeight: 600, fill: isTotal ? "var(--ink)" : ink }}
              >
                {signed(decimal(effect, digits), effect)}
              </text>
            </g>
          );
        })}
      </svg>
    </div>
  );
}
