import type { Night } from "../../../shared/api/contract/nights.ts";
import type { AssayContract } from "../../../shared/api/contract.ts";
import type { OutputOf } from "../../../shared/api/operation.ts";
import { Icon } from "../../components/Icon.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Scroll } from "../../components/Scroll.tsx";
import { period } from "../../format/format.ts";
import { scheduleWords } from "../../format/schedule.ts";
import {
  type CalendarCell,
  type CellState,
  calendarFinding,
  daysBetween,
  nightCells,
  slotCells,
} from "./calendar-rows.ts";

type CalendarDocument = OutputOf<AssayContract["nightly.calendar"]>;
const icons: Partial<Record<CellState, string>> = {
  delivered: "check",
  published: "check",
  delivered_late: "warn",
  kept_back: "warn",
  late: "waiting",
  missed: "bad",
  failed: "bad",
  due: "waiting",
};
const legend: readonly (readonly [CellState, string])[] = [
  ["delivered", "On time, published"],
  ["delivered_late", "Came late, kept back"],
  ["late", "Late"],
  ["missed", "Never came, failed"],
];

/** Days in columns, sources with a schedule and the nightly job in rows. */
export function Calendar({ calendar, nights }: { calendar: CalendarDocument; nights: readonly Night[] }) {
  const days = daysBetween(calendar.from, calendar.to);
  const today = new Intl.DateTimeFormat("en-CA", { timeZone: calendar.time_zone }).format(new Date(calendar.now));
  const rows = calendar.sources.map(({ source, schedule, slots }) => ({
    name: source,
    about: scheduleWords(schedule),
    cells: slotCells(slots, calendar.time_zone),
  }));
  if (nights.length > 0) rows.push({ name: "Nightly job", about: "", cells: nightCells(nights) });
  return (
    <Panel
      span="s12"
      title={calendarFinding(calendar.sources)}
      under={`Deliveries and nightly jobs, ${period(calendar.from, calendar.to)}, ${calendar.time_zone}`}
    >
      <Scroll label="Calendar of deliveries">
        <table className="calendar">
          <thead>
            <tr>
              <th className="name">
                <span className="sr">Source</span>
              </th>
              {days.map((one) => (
                <th key={one} scope="col" className={one === today ? "today" : ""}>
                  {Number(one.slice(8))}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, about, cells }) => (
              <tr key={name}>
                <th scope="row" className="name">
                  {name}
                  {about && <small>{about}</small>}
                </th>
                {days.map((one) => (
                  <Cell key={one} cell={cells.get(one)} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <div className="calendar-legend">
        {legend.map(([state, said]) => (
          <span key={state}>
            <Icon name={icons[state] ?? ""} /> {said}
          </span>
        ))}
      </div>
    </Panel>
  );
}

function Cell({ cell }: { cell: CalendarCell | undefined }) {
  if (!cell) return <td />;
  const icon = icons[cell.state];
  return (
    <td data-state={cell.state} title={cell.said}>
      {icon && <Icon name={icon} />}
      <span className="sr">{cell.said}</span>
    </td>
  );
}
