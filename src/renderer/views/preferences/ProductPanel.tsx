import { useState } from "react";
import type { Preferences } from "../../../shared/api/contract/preferences.ts";
import { Panel } from "../../components/Panel.tsx";
import { Term } from "../../components/Term.tsx";
import { audience } from "../../format/audience.ts";
import { integer, reason, share, word } from "../../format/format.ts";
import { Audience } from "./Audience.tsx";

const few = 10;

/** The products that stand in most customers' first ten. */
export function ProductPanel({ data }: { data: Preferences["products"] }) {
  const [isWhole, setIsWhole] = useState(false);
  const under = "Products by customers who have them among their first ten";
  if (data.rows.length === 0)
    return (
      <Panel title="No product affinity" under={under}>
        <p className="muted">{word(reason(data.reason))}.</p>
      </Panel>
    );
  const [first] = data.rows;
  const shown = isWhole ? data.rows : data.rows.slice(0, few);
  return (
    <Panel
      title={
        first?.name
          ? `${first.name} stands in ${share(first.listed / Math.max(1, data.scored))} of lists`
          : "Products on most customers' lists"
      }
      under={under}
    >
      <div className="scroll">
        <table className="plain tight products">
          <thead>
            <tr>
              <th>Product</th>
              <th className="num">Buyers</th>
              <th className="num" title="Part of the buyers who bought it on more than one order">
                Again
              </th>
              <th className="num">
                <Term name="product_affinity">Audience</Term>
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={row.product_id}>
                <td
                  className="medium clip product"
                  title={[row.name, row.product_id, row.category].filter(Boolean).join(", ")}
                >
                  {row.name ?? row.product_id}
                </td>
                <td className="num" title={`${integer(row.recent_buyers)} in the last 90 days`}>
                  {integer(row.buyers)}
                </td>
                <td className="num">{share(row.again_share)}</td>
                <td className="num strong">
                  <Audience
                    count={row.listed}
                    to={audience({ field: "top_products", operator: "contains", value: row.product_id })}
                    who={`Customers with ${row.name ?? row.product_id} among their ten products`}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {data.rows.length > few && (
        <button type="button" className="button bare" onClick={() => setIsWhole(!isWhole)}>
          {isWhole ? `Show the first ${few}` : `Show the first ${data.rows.length}`}
        </button>
      )}
    </Panel>
  );
}
