import type { Identity } from "../../../shared/api/contract/identity.ts";
import { Panel } from "../../components/Panel.tsx";
import { day, integer } from "../../format/format.ts";

const label = (from: number, next: number | undefined) =>
  next === undefined ? `${from} and more` : next === from + 1 ? `${from}` : `${from} to ${next - 1}`;

/** The latest snapshot of each day, the latest day first. */
function eachDay(history: Identity["history"]): Identity["history"] {
  const latest = new Map(history.map((one) => [one.as_of, one]));
  return [...latest.values()].toReversed();
}

/** How many records customers have, and how records and customers grew from snapshot to snapshot. */
export function SizesPanel({ data }: { data: Identity }) {
  const days = eachDay(data.history);
  const most = Math.max(1, ...data.sizes.map(({ customers }) => customers));
  const moved =
    data.changed_ids === null
      ? "There is no earlier snapshot to compare with"
      : data.changed_ids === 0
        ? "No record changed its customer since the snapshot before"
        : `${integer(data.changed_ids)} ${data.changed_ids === 1 ? "customer" : "customers"} lost records to another since the snapshot before`;
  return (
    <Panel title={moved} under="Customers by number of records, and earlier snapshots">
      <table className="plain tight counted">
        <thead>
          <tr>
            <th>Records</th>
            <th>
              <span className="sr">Drawn</span>
            </th>
            <th className="num">Customers</th>
          </tr>
        </thead>
        <tbody>
          {data.sizes.map(({ from, customers }, at) => (
            <tr key={from}>
              <th scope="row">{label(from, data.sizes[at + 1]?.from)}</th>
              <td className="drawn">
                <span className="up" style={{ left: 0, width: `${(customers / most) * 100}%` }} />
              </td>
              <td className="num">{integer(customers)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {days.length > 1 && (
        <table className="plain tight earlier">
          <thead>
            <tr>
              <th>As of</th>
              <th className="num">Records</th>
              <th className="num">Customers</th>
            </tr>
          </thead>
          <tbody>
            {days.map((one) => (
              <tr key={one.snapshot_id}>
                <th scope="row">{day(one.as_of)}</th>
                <td className="num">{integer(one.records)}</td>
                <td className="num">{integer(one.customers)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}
