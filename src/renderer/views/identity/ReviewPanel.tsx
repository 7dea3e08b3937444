import { useState } from "react";
import type { Identity } from "../../../shared/api/contract/identity.ts";
import { go } from "../../app/route.ts";
import { Panel } from "../../components/Panel.tsx";
import { chance, integer } from "../../format/format.ts";

type Pair = Identity["pairs"][number];
type Cluster = Identity["clusters"][number];

export function pairAddress(a: string, b: string): string {
  return `/identity?a=${encodeURIComponent(a)}&b=${encodeURIComponent(b)}`;
}

const verdicts = { same: "same person", different: "two people" } as const;

/** What wants a look: likely pairs that were kept apart, and customers whose records disagree. */
export function ReviewPanel({ data, chosen }: { data: Identity; chosen: { a: string; b: string } | null }) {
  const [kind, setKind] = useState<"pairs" | "clusters">(
    data.pairs.length === 0 && data.clusters.length > 0 ? "clusters" : "pairs",
  );
  const total = data.pairs.length + data.clusters.length;
  return (
    <Panel
      title={
        total === 0 ? "Nothing wants a look" : `${integer(total)} ${total === 1 ? "case wants" : "cases want"} a look`
      }
      under={
        kind === "pairs"
          ? "Customers who look like one person, but a name or a shared address speaks against it; likeliest first"
          : "Customers of many records, or whose records disagree on first and last name"
      }
      tools={
        <fieldset className="switch">
          <legend className="sr">What to review</legend>
          <button
            type="button"
            className="button quiet"
            aria-pressed={kind === "pairs"}
            onClick={() => setKind("pairs")}
          >
            Apart ({integer(data.pairs.length)})
          </button>
          <button
            type="button"
            className="button quiet"
            aria-pressed={kind === "clusters"}
            onClick={() => setKind("clusters")}
          >
            Joined ({integer(data.clusters.length)})
          </button>
        </fieldset>
      }
    >
      {kind === "pairs" ? (
        <Pairs pairs={data.pairs} chosen={chosen} />
      ) : (
        <Clusters clusters={data.clusters} chosen={chosen} />
      )}
    </Panel>
  );
}

function Name({ name, id }: { name: string | null; id: string }) {
  return name === null ? <span className="mono">{id.slice(0, 8)}</span> : name;
}

function Pairs({ pairs, chosen }: { pairs: readonly Pair[]; chosen: { a: string; b: string } | null }) {
  if (pairs.length === 0) return <p className="muted">No two customers look like one person and were kept apart.</p>;
  return (
    <div className="scroll review">
      <table className="plain tight">
        <thead>
          <tr>
            <th>One</th>
            <th>The other</th>
            <th className="num">One person</th>
            <th className="num">Orders</th>
            <th>Reviewed</th>
          </tr>
        </thead>
        <tbody>
          {pairs.map((pair) => {
            const isChosen = chosen?.a === pair.customer_id && chosen.b === pair.other_customer_id;
            return (
              <tr key={`${pair.customer_id} ${pair.other_customer_id}`} aria-current={isChosen ? "true" : undefined}>
                <td className="clip name">
                  <a href={pairAddress(pair.customer_id, pair.other_customer_id)} data-route>
                    <Name name={pair.name} id={pair.customer_id} />
                  </a>
                </td>
                <td className="clip name">
                  <Name name={pair.other_name} id={pair.other_customer_id} />
                </td>
                <td className="num strong">{chance(pair.probability, "share")}</td>
                <td className="num">
                  {integer(pair.orders)} <span className="muted">and {integer(pair.other_orders)}</span>
                </td>
                <td className="small ink2">{pair.label === null ? "" : verdicts[pair.label]}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Clusters({ clusters, chosen }: { clusters: readonly Cluster[]; chosen: { a: string; b: string } | null }) {
  if (clusters.length === 0) return <p className="muted">No customer's records disagree, and none has too many.</p>;
  return (
    <div className="scroll review">
      <table className="plain tight">
        <thead>
          <tr>
            <th>Customer</th>
            <th className="num">Records</th>
            <th className="num">Sources</th>
            <th className="num">Names</th>
            <th className="num">Addresses</th>
            <th>Why</th>
          </tr>
        </thead>
        <tbody>
          {clusters.map((one) => (
            <tr key={one.customer_id} aria-current={chosen?.a === one.customer_id ? "true" : undefined}>
              <td className="clip name">
                <button
                  type="button"
                  className="button bare"
                  onClick={() => go(pairAddress(one.customer_id, one.customer_id))}
                >
                  <Name name={one.name} id={one.customer_id} />
                </button>
              </td>
              <td className="num">{integer(one.records)}</td>
              <td className="num">{integer(one.sources)}</td>
              <td className="num">{integer(one.names)}</td>
              <td className="num">{integer(one.emails)}</td>
              <td className="small ink2">{one.reason === "over_large" ? "many records" : "names disagree"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
