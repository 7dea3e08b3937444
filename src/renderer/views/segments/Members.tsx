import type { AssayContract } from "../../../shared/api/contract.ts";
import type { OutputOf } from "../../../shared/api/operation.ts";
import { Panel } from "../../components/Panel.tsx";
import { StageName } from "../../components/Stage.tsx";
import { State } from "../../components/State.tsx";
import { day, decimal, integer, money, unknown } from "../../format/format.ts";

type Row = OutputOf<AssayContract["segments.members"]>["rows"][number];
const text = (value: unknown) => (typeof value === "string" ? value : null);
const number = (value: unknown) => (typeof value === "number" ? value : null);

interface Props {
  /** Undefined where they are not known. */
  readonly rows: readonly Row[] | undefined;
  readonly total: number | undefined;
  readonly currency: string;
  /** Where all of them stand as a table. */
  readonly all: string | null;
}

/** Some of those who fit, of the greatest predicted value. */
export function Members({ rows, total, currency, all }: Props) {
  return (
    <Panel
      span="s12"
      title="Sample members"
      under="Those of the greatest predicted value"
      tools={
        <>
          {total !== undefined && (
            <span className="muted small">
              {integer(rows?.length)} of {integer(total)}
            </span>
          )}
          {all && (
            <a className="button bare" href={all} data-route>
              Open all
            </a>
          )}
        </>
      }
    >
      {rows?.length === 0 && <p className="muted">Nobody fits these rules.</p>}
      {rows && rows.length > 0 && (
        <div className="scroll">
          <table className="plain">
            <thead>
              <tr>
                <th>Customer</th>
                <th>Stage</th>
                <th className="num">Last order</th>
                <th className="num">Orders</th>
                <th className="num">Net revenue, {currency}</th>
                <th className="num">Predicted value, {currency}</th>
                <th className="limits">80 % limits</th>
                <th className="num">P(buys), 90 days</th>
                <th>Top category</th>
                <th>E-mail</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Member key={row.customer_id} row={row} currency={currency} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

function Member({ row: { customer_id, name, values }, currency }: { row: Row; currency: string }) {
  const [low, high] = [number(values.predicted_value_minor_low), number(values.predicted_value_minor_high)];
  const stage = text(values.lifecycle_stage);
  return (
    <tr>
      <td className="medium nowrap">
        <a className="quiet-link" href={`/customers/${customer_id}`} data-route>
          {name ?? <span className="mono">{customer_id}</span>}
        </a>
      </td>
      <td>{stage ? <StageName stage={stage} /> : unknown}</td>
      <td className="num">{day(text(values.last_order_on))}</td>
      <td className="num">{integer(number(values.order_count))}</td>
      <td className="num">{money(number(values.net_revenue_minor), currency)}</td>
      <td className="num strong">{money(number(values.predicted_value_minor), currency)}</td>
      <td className="limits">
        {low === null || high === null ? "" : `(${money(low, currency)}–${money(high, currency)})`}
      </td>
      <td className="num">{decimal(number(values.probability_purchase))}</td>
      <td>{text(values.top_category) ?? unknown}</td>
      <td>
        {values.reachable_email === true && <State tone="good">Reachable</State>}
        {values.reachable_email === false && (
          <State tone="muted" icon="none">
            Not reachable
          </State>
        )}
        {typeof values.reachable_email !== "boolean" && unknown}
      </td>
    </tr>
  );
}
