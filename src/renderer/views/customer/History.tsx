import type { Customer } from "../../../shared/api/contract/customers.ts";
import { periodOf } from "../../../shared/domain/fiscal-calendar.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { HistoryLanes } from "../../charts/HistoryLanes.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Scroll } from "../../components/Scroll.tsx";
import { addDaysTo } from "../../format/days.ts";
import { countOf, day, exactMoney, integer, money, period, wholeUnits, word } from "../../format/format.ts";

const mostOrders = 200;

/** Whether any source tells of returns: without one none is no news. */
function isReturnsKnown({ profile: { reasons }, returns }: Customer): boolean {
  const why = typeof reasons === "object" && reasons !== null && !Array.isArray(reasons) ? reasons.return_rate : null;
  return returns.length > 0 || why !== "no_returns_source";
}

/** Orders, what came back, and what is expected; the same as a list behind the switch. */
export function History({ data, currency }: { data: Customer; currency: string }) {
  const { profile } = data;
  const purchases = data.orders.filter(({ is_purchase }) => is_purchase);
  const days = purchases.map((order) => order.day).sort();
  const last = days.at(-1) ?? "";
  const earliest = [days[0], data.messages[0]?.day, data.visits[0]?.week].flatMap((one) => one ?? []).sort();
  const first = earliest[0] ?? "";
  const title =
    purchases.length === 0
      ? "No purchase yet"
      : isReturnsKnown(data)
        ? `${countOf(purchases.length, "order")}, ${countOf(data.returns.length, "return")}`
        : countOf(purchases.length, "order");
  if (purchases.length === 0)
    return (
      <Panel
        title={title}
        under={
          data.orders.length > 0
            ? "Orders without a paid line, or cancelled"
            : "A prospect: known, but without an order"
        }
      >
        {data.orders.length > 0 ? <Orders data={data} currency={currency} /> : null}
      </Panel>
    );
  const asOf = addDaysTo(last, Number(profile.days_since_last_purchase ?? 0));
  const { next_purchase_on: on, next_purchase_on_low: low, next_purchase_on_high: high } = profile;
  const dayOf = new Map(data.orders.map((order) => [order.order_id, order.day]));
  return (
    <Panel
      title={title}
      under={`${period(first, asOf)}; marks tell more on hover`}
      table={
        <>
          <Orders data={data} currency={currency} />
          <Activity data={data} />
        </>
      }
    >
      <HistoryLanes
        unit={currency}
        asOf={asOf}
        messages={data.messages}
        visits={data.visits}
        orders={purchases.map((order) => ({
          key: `${order.source} ${order.order_id}`,
          day: order.day,
          amount: wholeUnits(order.revenue_minor ?? 0, currency),
          said: `${day(order.day)}: ${exactMoney(order.revenue_minor, currency)}, ${order.items.map(({ name, category }) => name ?? category ?? "item").join(", ")}`,
        }))}
        returns={data.returns.flatMap(({ returned_at, order_id, refund_minor, reason }, at) =>
          returned_at === null
            ? []
            : [
                {
                  key: `${order_id} ${at}`,
                  day: returned_at.slice(0, 10),
                  orderDay: order_id === null ? null : (dayOf.get(order_id) ?? null),
                  amount: money(refund_minor === null ? null : -refund_minor, currency),
                  said: `${day(returned_at)}: ${exactMoney(refund_minor === null ? null : -refund_minor, currency)}${reason ? `, ${word(reason)}` : ""}`,
                },
              ],
        )}
        expected={
          typeof on === "string"
            ? { on, low: typeof low === "string" ? low : null, high: typeof high === "string" ? high : null }
            : null
        }
      />
    </Panel>
  );
}

/** E-mails and visits by period of the fiscal calendar, latest first. */
function Activity({ data }: { data: Customer }) {
  const { calendar } = useBrand();
  const months = new Map<string, { label: string; sent: number; answered: number; visits: number }>();
  const at = (on: string) => {
    const { from, label } = periodOf(calendar, on, "period");
    const known = months.get(from) ?? { label, sent: 0, answered: 0, visits: 0 };
    months.set(from, known);
    return known;
  };
  for (const one of data.messages) {
    at(one.day).sent += one.sent;
    at(one.day).answered += one.opened + one.clicked;
  }
  for (const one of data.visits) at(one.week).visits += one.visits;
  if (months.size === 0) return null;
  return (
    <Scroll label="E-mails and visits" isLimited>
      <table className="plain tight">
        <thead>
          <tr>
            <th>{calendar.fiscal_calendar === "months" ? "Month" : "Period"}</th>
            <th className="num">E-mails sent</th>
            <th className="num">Opened or clicked</th>
            <th className="num">Visits</th>
          </tr>
        </thead>
        <tbody>
          {[...months]
            .sort(([a], [b]) => (a < b ? 1 : -1))
            .map(([from, sums]) => (
              <tr key={from}>
                <td className="nowrap">{sums.label}</td>
                <td className="num">{integer(sums.sent)}</td>
                <td className="num">{integer(sums.answered)}</td>
                <td className="num">{integer(sums.visits)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Orders({ data, currency }: { data: Customer; currency: string }) {
  return (
    <Scroll label="Orders" isLimited>
      <table className="plain tight">
        <thead>
          <tr>
            <th>Ordered</th>
            <th>Order</th>
            <th>Where</th>
            <th>Items</th>
            <th className="num">Revenue, {currency}</th>
          </tr>
        </thead>
        <tbody>
          {data.orders.slice(0, mostOrders).map((order) => (
            <tr key={`${order.source} ${order.order_id}`} className={order.is_purchase ? "" : "muted"}>
              <td className="nowrap">{day(order.day)}</td>
              <td className="mono nowrap">{order.order_id}</td>
              <td className="ink2 nowrap">
                {[order.channel, order.source].filter(Boolean).join(", ")}
                {order.status && !order.is_purchase ? `, ${order.status}` : ""}
              </td>
              <td className="ink2">
                {order.items
                  .slice(0, 3)
                  .map((item) => item.name ?? item.category ?? "item")
                  .join(", ")}
                {order.items.length > 3 ? ` and ${order.items.length - 3} more` : ""}
              </td>
              <td className="num" title={exactMoney(order.revenue_minor, currency)}>
                {money(order.revenue_minor, currency)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {data.orders.length > mostOrders && (
        <p className="muted small">
          The latest {integer(mostOrders)} of {integer(data.orders.length)}; SQL has all of them.
        </p>
      )}
    </Scroll>
  );
}
