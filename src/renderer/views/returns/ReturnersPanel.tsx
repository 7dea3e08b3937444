import type { Returns } from "../../../shared/api/contract/returns.ts";
import { Panel } from "../../components/Panel.tsx";
import { Term } from "../../components/Term.tsx";
import { exactMoney, integer, money, share } from "../../format/format.ts";
import { customersWith } from "./audience.ts";

/** Customers who surely send back at more than twice the mean rate. */
export function ReturnersPanel({ data }: { data: Returns }) {
  const { returners, serial_returners, serial_from, currency } = data;
  const under =
    serial_from === null
      ? "Needs a fit of the return rate"
      : `Lower 80 % limit of the rate at ${share(serial_from)} or more, twice the mean; by lines sent back`;
  if (returners.length === 0 || serial_from === null)
    return (
      <Panel title="No serial returners" under={under}>
        <p className="muted">Nobody’s return rate lies surely above twice the mean.</p>
      </Panel>
    );
  return (
    <Panel
      title={`${integer(serial_returners)} ${serial_returners === 1 ? "customer sends" : "customers send"} back more than twice as often as usual`}
      under={under}
      tools={
        <a href={customersWith({ field: "return_rate_low", operator: ">=", value: serial_from })} data-route>
          All
        </a>
      }
    >
      <div className="scroll">
        <table className="plain tight returners">
          <thead>
            <tr>
              <th>Customer</th>
              <th className="num">Returned</th>
              <th className="num">
                <Term name="return_rate">Rate</Term>
              </th>
              <th className="limits">
                <Term name="limits">80 % limits</Term>
              </th>
              <th className="num">Net, {currency}</th>
            </tr>
          </thead>
          <tbody>
            {returners.map((one) => (
              <tr key={one.customer_id}>
                <td className="clip name">
                  <a href={`/customers/${one.customer_id}`} data-route>
                    {one.name ?? <span className="mono">{one.customer_id.slice(0, 8)}</span>}
                  </a>
                </td>
                <td className="num">
                  {integer(one.returned)} <span className="muted">of {integer(one.settled)}</span>
                </td>
                <td className="num strong">{share(one.rate, 0)}</td>
                <td className="limits">
                  ({share(one.low, 0)}–{share(one.high, 0)})
                </td>
                <td className="num" title={exactMoney(one.net_revenue_minor, currency)}>
                  {money(one.net_revenue_minor, currency)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
