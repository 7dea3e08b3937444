import type { Customer } from "../../../shared/api/contract/customers.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { useAsk } from "../../client/queries.ts";
import { Panel } from "../../components/Panel.tsx";
import { Failure, Head, Waiting } from "../../components/parts.tsx";
import { StageSwatch } from "../../components/Stage.tsx";
import {
  day,
  decimal,
  exactMoney,
  instant,
  integer,
  money,
  reason,
  share,
  unknown,
  word,
} from "../../format/format.ts";
import { Scores } from "./Scores.tsx";
import { Timeline } from "./Timeline.tsx";

const labels: Readonly<Record<string, string>> = {
  full_name: "Name",
  given_name: "First name",
  family_name: "Last name",
  email: "E-mail",
  phone: "Phone",
  birth_date: "Born",
  gender: "Gender",
  address_line: "Address",
  city: "Town",
  region: "Region",
  postcode: "Postcode",
  country: "Country",
  loyalty_id: "Loyalty card",
  created_at: "Since",
};

export function CustomerView({ id }: { id: string }) {
  const { brand, currency } = useBrand();
  const customer = useAsk("customers.show", { brand, customer_id: id });
  const crumb = { name: "Customers", to: "/customers" };
  if (customer.isPending)
    return (
      <>
        <Head title="Customer" crumb={crumb} />
        <Waiting />
      </>
    );
  if (customer.isError)
    return (
      <>
        <Head title="Customer" crumb={crumb} />
        <Failure error={customer.error} onRetry={() => void customer.refetch()} />
      </>
    );
  const { data } = customer;
  const profile = data.profile;
  const number = (name: string) => (typeof profile[name] === "number" ? (profile[name] as number) : null);
  const stage = String(profile["lifecycle_stage"] ?? "");
  const reasons = (profile["reasons"] ?? {}) as Record<string, string>;
  const purchases = data.orders.filter(({ is_purchase }) => is_purchase).length;
  return (
    <>
      <Head
        title={data.name ?? data.customer_id}
        crumb={crumb}
        right={
          <>
            <span className="chip">
              <StageSwatch stage={stage} /> {word(stage)}
              {number("days_in_stage") === null ? "" : `, ${integer(number("days_in_stage"))} days`}
            </span>
            {profile["value_tier"] && <span className="chip">{word(String(profile["value_tier"]))} by value</span>}
            {profile["rfm_code"] && <span className="chip">RFM {String(profile["rfm_code"])}</span>}
            {profile["is_suppressed"] === true && <span className="chip bad">Suppressed</span>}
          </>
        }
      />
      <div className="strip">
        <Key
          name={`Net revenue, ${currency}`}
          value={money(number("net_revenue_minor"), currency)}
          more={`of ${money(number("revenue_minor"), currency)}`}
        />
        <Key
          name="Orders"
          value={integer(number("order_count"))}
          more={`since ${day(String(profile["first_order_on"] ?? ""))}`}
        />
        <Key
          name={`Average order, ${currency}`}
          value={money(number("average_order_minor"), currency)}
          more={reason(reasons["average_order_minor"])}
        />
        <Key
          name="Return rate"
          value={number("return_rate") === null ? unknown : share(number("return_rate"))}
          more={
            number("return_rate") === null
              ? reason(reasons["return_rate"])
              : `${integer(number("return_count"))} returns`
          }
        />
        <Key
          name="P(buys), 90 days"
          value={number("probability_purchase") === null ? unknown : decimal(number("probability_purchase"))}
          more={reason(reasons["probability_purchase"])}
        />
        <Key
          name="In segments"
          value={integer(data.segments.length)}
          more={data.segments.slice(0, 2).join(", ") || "none"}
        />
      </div>
      <div className="grid">
        <Panel span="s4" title="Golden record" under={data.customer_id}>
          <Golden data={data} />
        </Panel>
        <Panel
          span="s8"
          title={`${integer(purchases)} ${purchases === 1 ? "order" : "orders"}, ${integer(data.returns.length)} ${data.returns.length === 1 ? "return" : "returns"}`}
          under="Timeline of orders, returns and what is expected next"
        >
          <Timeline data={data} currency={currency} />
          <Orders data={data} currency={currency} />
        </Panel>
        <Panel span="s8" title="Scores" under="Value with 80 % limits; the grey tick is the median customer">
          <Scores scores={data.scores} currency={currency} />
        </Panel>
        <Panel span="s4" title="Preferences" under="Share of next purchases by category, 80 % limits">
          <Categories data={data} />
          <h3 style={{ fontSize: 13, margin: "14px 0 4px" }}>Consent</h3>
          {data.consents.length === 0 ? (
            <p className="muted">No consent is known.</p>
          ) : (
            data.consents.map((consent) => (
              <div key={consent.channel} className={consent.status === "granted" ? "good" : "warn"}>
                {consent.status === "granted" ? "✓" : "✕"} {word(consent.channel)}: {word(consent.status)}{" "}
                <span className="muted">{consent.source}</span>
              </div>
            ))
          )}
        </Panel>
      </div>
    </>
  );
}

function Key({ name, value, more }: { name: string; value: string; more: string }) {
  return (
    <div>
      <div className="k">{name}</div>
      <div style={{ fontSize: 20, lineHeight: "28px", fontWeight: 600 }}>
        {value}{" "}
        <small className="muted" style={{ fontSize: 12, fontWeight: 400 }}>
          {more}
        </small>
      </div>
    </div>
  );
}

function Golden({ data }: { data: Customer }) {
  const known = data.golden_record.filter(({ value }) => value !== null && value !== "");
  return (
    <>
      <table className="plain">
        <tbody>
          {known.map((one) => (
            <tr key={one.field}>
              <td className="ink2">{labels[one.field] ?? word(one.field)}</td>
              <td style={{ fontWeight: 500, wordBreak: "break-word" }}>
                {one.field === "created_at" ? day(one.value) : one.value}
              </td>
              <td className="muted" style={{ fontSize: 12 }} title={one.rule ?? ""}>
                {one.source}
                {one.competing > 1 ? `, 1 of ${one.competing}` : ""}
              </td>
            </tr>
          ))}
          {known.length === 0 && (
            <tr>
              <td className="muted">No contact data was delivered for this customer.</td>
            </tr>
          )}
        </tbody>
      </table>
      <p className="ink2" style={{ margin: "12px 0 4px" }}>
        Joined from{" "}
        <b>
          {data.records.length} source {data.records.length === 1 ? "record" : "records"}
        </b>
      </p>
      <table className="plain">
        <tbody>
          {data.records.slice(0, 12).map((record) => (
            <tr key={`${record.source} ${record.source_record_id}`}>
              <td>{record.source}</td>
              <td className="mono">
                {record.source_record_id.length > 18
                  ? `${record.source_record_id.slice(0, 17)}…`
                  : record.source_record_id}
              </td>
              <td className="ink2">{word(record.rule)}</td>
              <td className="num">{decimal(record.probability, 3)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Orders({ data, currency }: { data: Customer; currency: string }) {
  return (
    <div className="scroll" style={{ maxHeight: 220, marginTop: 10 }}>
      <table className="plain">
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
          {data.orders.slice(0, 60).map((order) => (
            <tr key={`${order.source} ${order.order_id}`} style={order.is_purchase ? {} : { opacity: 0.6 }}>
              <td>{day(order.day)}</td>
              <td className="mono">
                {order.order_id.length > 16 ? `${order.order_id.slice(0, 15)}…` : order.order_id}
              </td>
              <td className="ink2">
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
      {data.returns.slice(0, 20).map((back, at) => (
        <div key={`${back.order_id} ${at}`} className="worse" style={{ fontSize: 12 }}>
          Returned {instant(back.returned_at).split(",")[0]}:{" "}
          {exactMoney(back.refund_minor === null ? null : -back.refund_minor, currency)}{" "}
          {back.reason ? <span className="muted">{back.reason}</span> : null}
        </div>
      ))}
    </div>
  );
}

function Categories({ data }: { data: Customer }) {
  const shown = data.categories.slice(0, 6);
  if (shown.length === 0) return <p className="muted">Products without a category say nothing of taste.</p>;
  return (
    <table className="plain">
      <tbody>
        {shown.map(({ category, affinity }) => (
          <tr key={category}>
            <td>{category}</td>
            <td style={{ width: 120 }}>
              <svg width="120" height="14" aria-hidden="true">
                <rect x="0" y="2" height="10" width={affinity.value * 120} fill="var(--c1)" />
                {affinity.low !== null && affinity.high !== null && (
                  <line x1={affinity.low * 120} x2={affinity.high * 120} y1="7" y2="7" stroke="var(--ink)" />
                )}
              </svg>
            </td>
            <td className="num">
              {decimal(affinity.value)}{" "}
              <span className="muted">
                ({decimal(affinity.low)}–{decimal(affinity.high)})
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
