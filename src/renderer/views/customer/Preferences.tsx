import type { Customer } from "../../../shared/api/contract/customers.ts";
import { LimitBars } from "../../charts/LimitBars.tsx";
import { Panel } from "../../components/Panel.tsx";
import { State } from "../../components/State.tsx";
import { Term } from "../../components/Term.tsx";
import { chance, decimal, integer, reason, share, unknown, word } from "../../format/format.ts";
import { Habits } from "./Habits.tsx";

interface Liked {
  readonly kind: string;
  readonly name: string;
  readonly affinity: Customer["categories"][number]["affinity"];
  readonly count: number;
}

/** What the customer is drawn to, and what may be sent to them. */
export function Preferences({ data }: { data: Customer }) {
  const categories = data.categories.map(({ category, affinity, n_lines }): Liked => {
    return { kind: "Category", name: category, affinity, count: n_lines };
  });
  const liked = [
    ...categories,
    ...data.brands.map((one): Liked => ({ kind: "Brand", ...one })),
    ...data.channels.map((one): Liked => ({ kind: "Channel", ...one, name: word(one.name) })),
  ];
  const shown = categories.slice(0, 6);
  return (
    <Panel
      title="Preferences"
      under="Share of next purchases by category, 80 % limits"
      {...(liked.length > 0 ? { table: <Table liked={liked} /> } : {})}
    >
      {shown.length > 0 ? (
        <LimitBars bars={shown.map(({ name, affinity }) => ({ name, ...affinity }))} text={(value) => decimal(value)} />
      ) : (
        <p className="muted">Products without a category say nothing of taste.</p>
      )}
      <dl className="consents tastes-of">
        <Shares label="Brand" field="top_brand" shares={data.brands} data={data} />
        <Shares label="Channel" field="channel_preference" shares={data.channels} data={data} />
        <Price data={data} />
        <Products data={data} />
        <Habits data={data} />
        <dt>Consent</dt>
        <dd>
          {data.consents.length === 0 && <span className="muted">None is known</span>}
          {data.consents.map(({ channel, status, source }) => (
            <span key={channel} title={`From ${source}`}>
              {status === "granted" ? (
                <State tone="good">{word(channel)}</State>
              ) : (
                <State tone="muted" icon="none">
                  {word(channel)}, {word(status).toLowerCase()}
                </State>
              )}
            </span>
          ))}
        </dd>
      </dl>
    </Panel>
  );
}

function Table({ liked }: { liked: readonly Liked[] }) {
  return (
    <table className="plain tight">
      <thead>
        <tr>
          <th>Of</th>
          <th>Name</th>
          <th className="num">Affinity</th>
          <th className="limits">80 % limits</th>
          <th className="num">Bought</th>
        </tr>
      </thead>
      <tbody>
        {liked.map(({ kind, name, affinity, count }) => (
          <tr key={`${kind} ${name}`}>
            <td className="muted">{kind}</td>
            <td>{name}</td>
            <td className="num">{decimal(affinity.value)}</td>
            <td className="limits">
              {affinity.low === null ? "" : `(${decimal(affinity.low)}–${decimal(affinity.high)})`}
            </td>
            <td className="num">{integer(count)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function missing(data: Customer, field: string): string {
  const reasons = data.profile.reasons;
  const text = typeof reasons === "object" && reasons !== null && !Array.isArray(reasons) ? reasons[field] : undefined;
  return word(reason(text ?? "not_scored"));
}

interface SharesProps {
  readonly label: string;
  readonly field: string;
  readonly shares: Customer["brands"];
  readonly data: Customer;
}

function Shares({ label, field, shares, data }: SharesProps) {
  return (
    <>
      <dt>{label}</dt>
      <dd>
        {shares.length === 0 ? (
          <span className="muted">{missing(data, field)}</span>
        ) : (
          shares.slice(0, 2).map(({ name, affinity }) => (
            <span key={name}>
              {label === "Channel" ? word(name) : name} {chance(affinity.value, "share")}
            </span>
          ))
        )}
      </dd>
    </>
  );
}

function Price({ data }: { data: Customer }) {
  const { price_tier: tier, price_percentile: percentile } = data.profile;
  return (
    <>
      <dt>
        <Term name="price_tier">Price</Term>
      </dt>
      <dd>
        {typeof tier === "number" ? (
          <span>
            Tier {tier}
            {typeof percentile === "number" ? `, dearer than ${share(percentile, 0)} of prices` : ""}
          </span>
        ) : (
          <span className="muted">{missing(data, "price_tier")}</span>
        )}
      </dd>
    </>
  );
}

const fewProducts = 3;

function Products({ data }: { data: Customer }) {
  return (
    <>
      <dt>
        <Term name="product_affinity">Products</Term>
      </dt>
      <dd className="list">
        {data.products.length === 0 && <span className="muted">{missing(data, "top_products")}</span>}
        {data.products.slice(0, fewProducts).map(({ product_id, name, n_orders }) => (
          <span
            key={product_id}
            className="clip"
            title={`${name ?? unknown}, ${product_id}, bought on ${integer(n_orders)} orders`}
          >
            {name ?? product_id}
            {n_orders > 0 && <span className="muted"> {integer(n_orders)}×</span>}
          </span>
        ))}
      </dd>
    </>
  );
}
