import { useState } from "react";
import type { Preferences } from "../../../shared/api/contract/preferences.ts";
import { Panel } from "../../components/Panel.tsx";
import { Term } from "../../components/Term.tsx";
import { audience } from "../../format/audience.ts";
import { decimal, integer, share } from "../../format/format.ts";
import { Audience } from "./Audience.tsx";
import { storeFinding } from "./findings.ts";

const few = 8;

/** Stores by the customers who are at home there, and where else these go. */
export function StorePanel({ data }: { data: Preferences["stores"] }) {
  const [isWhole, setIsWhole] = useState(false);
  const most = Math.max(1, ...data.rows.map(({ customers }) => customers));
  const home = (store: string) => ({ field: "home_store", operator: "=", value: store });
  const pull = data.reach_km === null ? "" : `; a store's pull falls to a third within ${decimal(data.reach_km, 0)} km`;
  return (
    <Panel
      title={storeFinding(data)}
      under={
        <>
          <Term name="catchment">Catchment</Term>: customers by home store{pull}
        </>
      }
    >
      <div className="scroll">
        <table className="plain tight choices">
          <thead>
            <tr>
              <th>Store</th>
              <th className="num">Orders</th>
              <th>
                <span className="sr">Customers at home there</span>
              </th>
              <th className="num">
                <Term name="home_store">At home</Term>
              </th>
              <th className="num">≥ 70 %</th>
            </tr>
          </thead>
          <tbody>
            {(isWhole ? data.rows : data.rows.slice(0, few)).map((row) => (
              <tr key={row.store_id}>
                <td
                  className="medium clip name"
                  title={[
                    row.name ?? row.store_id,
                    row.region,
                    row.city && `${integer(row.in_city)} of them from ${row.city}`,
                    row.second && `who also use ${row.second}`,
                  ]
                    .filter(Boolean)
                    .join(", ")}
                >
                  {row.name ?? row.store_id}
                </td>
                <td className="num">{share(row.share)}</td>
                <td className="size">
                  <i className="size-bar" style={{ width: `${(row.customers / most) * 100}%` }} />
                </td>
                <td className="num strong">
                  <Audience
                    count={row.customers}
                    to={audience(home(row.store_id))}
                    who={`Customers whose home store is ${row.name ?? row.store_id}`}
                  />
                </td>
                <td className="num">
                  <Audience
                    count={row.loyal}
                    to={audience(home(row.store_id), { field: "home_store_share", operator: ">=", value: 0.7 })}
                    who={`Customers who mostly stay with ${row.name ?? row.store_id}`}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {data.rows.length > few && (
        <button type="button" className="button bare" onClick={() => setIsWhole(!isWhole)}>
          {isWhole ? `Show the first ${few}` : `Show all ${integer(data.rows.length)}`}
        </button>
      )}
    </Panel>
  );
}
