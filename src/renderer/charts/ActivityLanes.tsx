import { dayNumber } from "../format/days.ts";
import { day, integer } from "../format/format.ts";

export interface MessageMark {
  readonly day: string;
  readonly sent: number;
  readonly opened: number;
  readonly clicked: number;
  readonly refused: number;
}
export interface VisitMark {
  readonly week: string;
  readonly visits: number;
}
interface Place {
  readonly x: (at: number) => number;
  readonly left: number;
  readonly width: number;
  /** The middle of the lane. */
  readonly middle: number;
}

export const laneHeight = 32;
const tall = 9;
const short = 4;

/** A day of messages: a tall stroke where one was opened or clicked, else a short pale one. */
export function EmailLane({ marks, place }: { marks: readonly MessageMark[]; place: Place }) {
  const { x, left, width, middle } = place;
  return (
    <g>
      <line x1={left} x2={width} y1={middle} y2={middle} stroke="var(--hair)" />
      <text x={left - 10} y={middle + 4} textAnchor="end">
        E-mails
      </text>
      {marks.map((mark) => {
        const isAnswered = mark.opened + mark.clicked > 0;
        const reach = isAnswered ? tall : short;
        return (
          <line
            key={mark.day}
            x1={x(dayNumber(mark.day))}
            x2={x(dayNumber(mark.day))}
            y1={middle - reach}
            y2={middle + reach}
            stroke="var(--c5)"
            strokeWidth={mark.clicked > 0 ? 2.5 : 1.5}
            opacity={isAnswered ? 1 : 0.4}
          >
            <title>{`${day(mark.day)}: ${said(mark)}`}</title>
          </line>
        );
      })}
    </g>
  );
}

function said({ sent, opened, clicked, refused }: MessageMark): string {
  const parts = [
    [sent, "sent"],
    [opened, "opened"],
    [clicked, "clicked"],
    [refused, "bounced or refused"],
  ] as const;
  return parts.flatMap(([n, word]) => (n > 0 ? [`${integer(n)} ${word}`] : [])).join(", ");
}

/** Visits a week as bars on the lane's floor. */
export function VisitLane({ marks, place }: { marks: readonly VisitMark[]; place: Place }) {
  const { x, left, width, middle } = place;
  const base = middle + laneHeight / 2 - 4;
  const most = Math.max(1, ...marks.map(({ visits }) => visits));
  const bar = Math.max(1.5, Math.min(6, x(7) - x(0) - 1));
  return (
    <g>
      <line x1={left} x2={width} y1={base} y2={base} stroke="var(--hair)" />
      <text x={left - 10} y={middle + 4} textAnchor="end">
        Visits
      </text>
      {marks.map(({ week, visits }) => {
        const height = Math.max(2, (visits / most) * (laneHeight - 8));
        return (
          <rect
            key={week}
            x={x(dayNumber(week) + 3) - bar / 2}
            y={base - height}
            width={bar}
            height={height}
            fill="var(--c6)"
          >
            <title>{`Week of ${day(week)}: ${integer(visits)} ${visits === 1 ? "visit" : "visits"}`}</title>
          </rect>
        );
      })}
    </g>
  );
}
