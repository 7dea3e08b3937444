import type { Preferences, TimeSlot } from "../../../shared/api/contract/preferences.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { Panel } from "../../components/Panel.tsx";
import { Term } from "../../components/Term.tsx";
import { audience } from "../../format/audience.ts";
import { inWeekOrder } from "../../format/fiscal.ts";
import { integer, share } from "../../format/format.ts";
import { Audience } from "./Audience.tsx";
import { timingFinding } from "./findings.ts";

const clock = (hour: string) => `${hour.padStart(2, "0")}:00`;

/** When orders are placed, and whose best hour, weekday and season it is. */
export function TimingPanel({ data }: { data: Preferences["timing"] }) {
  const { calendar } = useBrand();
  return (
    <Panel
      title={timingFinding(data)}
      under="Share of orders by local time; customers whose best time it is, with enough of their own to tell"
      {...(data.hours.length > 0 ? { table: <Hours hours={data.hours} /> } : {})}
    >
      {data.hours.length > 0 && <HourBars hours={data.hours} field="best_hour" what="orders" />}
      {data.send_hours.length > 0 && (
        <>
          <h3 className="hours-of">
            <Term name="best_send_hour">Messages opened or clicked</Term>, share by local time
          </h3>
          <HourBars hours={data.send_hours} field="best_send_hour" what="opens and clicks" />
        </>
      )}
      <div className="times">
        <Slots slots={inWeekOrder(calendar, data.weekdays)} title="Weekday" field="best_weekday" />
        <Slots slots={data.seasons} title="Season" field="best_season" />
      </div>
    </Panel>
  );
}

interface HourProps {
  readonly hours: readonly TimeSlot[];
  readonly field: string;
  readonly what: string;
}

function HourBars({ hours, field, what }: HourProps) {
  const most = Math.max(1e-9, ...hours.map((hour) => hour.share));
  return (
    <ol className="hours" aria-label={`Share of ${what} by hour of the day`}>
      {hours.map(({ slot, share: part, customers, known }) => (
        <li key={slot}>
          <a
            href={audience({ field, operator: "=", value: Number(slot) })}
            data-route
            title={`${clock(slot)}: ${share(part)} of ${what}; best hour of ${integer(customers)} customers, ${integer(known)} with enough of their own`}
          >
            <i style={{ height: `${(part / most) * 100}%` }} />
            <span className="sr">{`${clock(slot)}, ${share(part)} of ${what}, ${integer(customers)} customers`}</span>
          </a>
          <span aria-hidden="true">{Number(slot) % 3 === 0 ? slot : ""}</span>
        </li>
      ))}
    </ol>
  );
}

function Hours({ hours }: { hours: readonly TimeSlot[] }) {
  return (
    <table className="plain tight">
      <thead>
        <tr>
          <th>Hour</th>
          <th className="num">Orders</th>
          <th className="num">
            <Term name="best_hour">Best hour of</Term>
          </th>
          <th className="num">By their own orders</th>
        </tr>
      </thead>
      <tbody>
        {hours.map(({ slot, share: part, customers, known }) => (
          <tr key={slot}>
            <td>{clock(slot)}</td>
            <td className="num">{share(part)}</td>
            <td className="num">{integer(customers)}</td>
            <td className="num">{integer(known)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface SlotsProps {
  readonly slots: readonly TimeSlot[];
  readonly title: string;
  readonly field: string;
}

function Slots({ slots, title, field }: SlotsProps) {
  const most = Math.max(1e-9, ...slots.map((slot) => slot.share));
  return (
    <table className="plain tight choices">
      <thead>
        <tr>
          <th>{title}</th>
          <th className="num">Orders</th>
          <th>
            <span className="sr">Share of orders</span>
          </th>
          <th className="num">Best of</th>
        </tr>
      </thead>
      <tbody>
        {slots.map(({ slot, share: part, customers, known }) => (
          <tr key={slot}>
            <td className="medium nowrap">{slot}</td>
            <td className="num">{share(part)}</td>
            <td className="size">
              <i className="size-bar" style={{ width: `${(part / most) * 100}%` }} />
            </td>
            <td className="num strong" title={`${integer(known)} by their own orders`}>
              <Audience
                count={customers}
                to={audience({ field, operator: "=", value: slot })}
                who={`Customers who act most in ${slot}`}
              />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
