import { dayNumber, dayText } from "../format/days.ts";
import { axisText, day, shortDay } from "../format/format.ts";
import { EmailLane, laneHeight, type MessageMark, VisitLane, type VisitMark } from "./ActivityLanes.tsx";
import { niceTicks } from "./axis.ts";
import { historyMarks } from "./history-marks.ts";
import { useWidth } from "./use-width.ts";

export interface HistoryOrder {
  readonly key: string;
  readonly day: string;
  readonly amount: number;
  readonly said: string;
}
export interface HistoryReturn {
  readonly key: string;
  readonly day: string;
  readonly orderDay: string | null;
  readonly amount: string;
  readonly said: string;
}
interface Props {
  readonly orders: readonly HistoryOrder[];
  readonly returns: readonly HistoryReturn[];
  readonly asOf: string;
  readonly expected: { readonly on: string; readonly low: string | null; readonly high: string | null } | null;
  readonly unit: string;
  readonly messages?: readonly MessageMark[];
  readonly visits?: readonly VisitMark[];
}

const left = 88;
/** Half the width of a mark's name. */
const halfMark = 14;
const top = 18;
const floor = 108;
const returnsAt = 138;
const lanesFrom = 154;
const none: readonly never[] = [];

/** A customer's orders as stems, what came back beneath them, and the next purchase within its limits after the as-of day. */
export function HistoryLanes({ orders, returns, asOf, expected, unit, messages = none, visits = none }: Props) {
  const [box, width] = useWidth<HTMLDivElement>(740);
  const now = dayNumber(asOf);
  const emailsAt = lanesFrom + laneHeight / 2;
  const visitsAt = emailsAt + (messages.length > 0 ? laneHeight : 0);
  const bottom = lanesFrom + laneHeight * (Number(messages.length > 0) + Number(visits.length > 0));
  const days = [...orders.map((one) => one.day), ...messages.map((one) => one.day), ...visits.map((one) => one.week)];
  const first = days.reduce((least, one) => Math.min(least, dayNumber(one)), now);
  const from = first - Math.max(12, (now - first) * 0.02);
  const reach = expected
    ? Math.min(dayNumber(expected.high ?? expected.on), now + Math.max(60, (now - from) * 0.35))
    : now;
  const to = Math.max(reach, now + Math.max(30, (now - from) * 0.12));
  const x = (at: number) => left + ((Math.min(at, to) - from) / (to - from)) * (width - left - 4);
  const ticks = niceTicks(0, Math.max(1, ...orders.map(({ amount }) => amount)), 2);
  const most = ticks.at(-1) ?? 1;
  const y = (amount: number) => floor - (Math.max(0, amount) / most) * (floor - top - 6);
  const backs = returns.map((back) => x(dayNumber(back.day))).sort((a, b) => a - b);
  const isCrowded = backs.some((at, n) => n > 0 && at - (backs[n - 1] ?? 0) < 56);
  return (
    <div ref={box}>
      <svg
        width={width}
        height={bottom + 18}
        role="img"
        aria-label={[
          `${orders.length} orders and ${returns.length} returns until ${day(asOf)}`,
          ...(messages.length > 0 ? [`e-mails on ${messages.length} days`] : []),
          ...(visits.length > 0 ? [`visits in ${visits.length} weeks`] : []),
        ].join(", ")}
      >
        <rect x={x(now)} y={top - 6} width={Math.max(0, width - x(now))} height={bottom - top + 6} fill="var(--page)" />
        {ticks.map((tick) => (
          <g key={tick}>
            <line x1={left} x2={width} y1={y(tick)} y2={y(tick)} stroke={tick === 0 ? "var(--line)" : "var(--hair)"} />
            {tick > 0 && (
              <text x={left - 10} y={y(tick) + 4} textAnchor="end">
                {axisText(tick)}
              </text>
            )}
          </g>
        ))}
        <text x={left - 10} y={floor + 4} textAnchor="end">
          Orders, {unit}
        </text>
        <text x={left - 10} y={returnsAt + 4} textAnchor="end">
          Returns
        </text>
        {messages.length > 0 && <EmailLane marks={messages} place={{ x, left, width, middle: emailsAt }} />}
        {visits.length > 0 && <VisitLane marks={visits} place={{ x, left, width, middle: visitsAt }} />}
        {historyMarks(from, to).map(({ at, label, isYear }) => (
          <g key={at}>
            <line x1={x(at)} x2={x(at)} y1={top - 6} y2={bottom} stroke="var(--hair)" />
            <text
              x={Math.min(x(at) + halfMark, width)}
              y={bottom + 14}
              textAnchor={x(at) + halfMark > width ? "end" : "middle"}
              dx={x(at) + halfMark > width ? 0 : -halfMark}
              style={isYear ? { fontWeight: 600 } : undefined}
            >
              {label}
            </text>
          </g>
        ))}
        {returns.map((back) => {
          const at = x(dayNumber(back.day));
          const origin = back.orderDay === null ? null : x(dayNumber(back.orderDay));
          return (
            <g key={back.key}>
              {origin !== null && (
                <path
                  d={`M${origin},${floor} C${origin},${floor + 16} ${at},${floor + 8} ${at},${returnsAt - 5}`}
                  fill="none"
                  stroke="var(--c2)"
                  opacity="0.7"
                />
              )}
              <rect
                x={at - 4.5}
                y={returnsAt - 4.5}
                width="9"
                height="9"
                rx="1"
                fill="var(--panel)"
                stroke="var(--c2)"
                strokeWidth="1.6"
              >
                <title>{back.said}</title>
              </rect>
              {!isCrowded && (
                <text x={at + 8} y={returnsAt + 4} style={{ fontSize: 11 }}>
                  {back.amount}
                </text>
              )}
            </g>
          );
        })}
        {orders.map((order) => {
          const at = x(dayNumber(order.day));
          return (
            <g key={order.key}>
              <line
                x1={at}
                x2={at}
                y1={floor}
                y2={y(order.amount)}
                stroke="var(--c1)"
                strokeWidth="1.5"
                opacity="0.55"
              />
              <circle cx={at} cy={y(order.amount)} r="3.5" fill="var(--c1)">
                <title>{order.said}</title>
              </circle>
            </g>
          );
        })}
        <line x1={x(now)} x2={x(now)} y1={top - 6} y2={bottom} stroke="var(--ink-3)" strokeDasharray="2 3" />
        <text x={x(now) + 5} y={top + 3} style={{ fontSize: 11, fill: "var(--ink-3)" }}>
          Expected
        </text>
        {expected && dayNumber(expected.on) >= now && dayNumber(expected.on) <= to && (
          <Next
            x={x}
            from={Math.max(now, dayNumber(expected.low ?? expected.on))}
            on={dayNumber(expected.on)}
            to={dayNumber(expected.high ?? expected.on)}
            width={width}
          />
        )}
      </svg>
    </div>
  );
}

function Next({
  x,
  from,
  on,
  to,
  width,
}: {
  x: (at: number) => number;
  from: number;
  on: number;
  to: number;
  width: number;
}) {
  const isLeft = x(on) > width - 60;
  return (
    <>
      <rect
        x={x(from)}
        y={top + 12}
        width={Math.max(3, x(to) - x(from))}
        height={floor - top - 12}
        fill="var(--band)"
      />
      <line x1={x(on)} x2={x(on)} y1={top + 12} y2={floor} stroke="var(--c1)" strokeWidth="2" strokeDasharray="3 3" />
      <circle cx={x(on)} cy={(top + floor) / 2 + 6} r="4.5" fill="var(--panel)" stroke="var(--c1)" strokeWidth="2" />
      <text
        x={isLeft ? x(on) - 8 : x(on) + 8}
        y={top + 26}
        textAnchor={isLeft ? "end" : "start"}
        style={{ fontWeight: 600, fill: "var(--ink)", paintOrder: "stroke", stroke: "var(--panel)", strokeWidth: 3 }}
      >
        {shortDay(dayText(on))}
      </text>
    </>
  );
}
