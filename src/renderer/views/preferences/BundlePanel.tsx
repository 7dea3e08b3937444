import { useState } from "react";
import type { Preferences } from "../../../shared/api/contract/preferences.ts";
import { Panel } from "../../components/Panel.tsx";
import { State } from "../../components/State.tsx";
import { Term } from "../../components/Term.tsx";
import { decimal, integer, share } from "../../format/format.ts";
import { bundleFinding, productName } from "./findings.ts";

const few = 8;

function confidenceLimits({ low, high }: Preferences["bundles"]["rows"][number]["confidence"]): string | undefined {
  return low === null ? undefined : `80 % limits ${share(low)} to ${share(high)}`;
}

/** Products that are bought together beyond chance, those confirmed by held-out baskets first. */
export function BundlePanel({ data }: { data: Preferences["bundles"] }) {
  const [isWhole, setIsWhole] = useState(false);
  const shown = isWhole ? data.rows : data.rows.slice(0, few);
  return (
    <Panel title={bundleFinding(data)} under="Products bought together beyond chance, share of orders with the first">
      <div className="scroll">
        <table className="plain tight bundles pairs">
          <thead>
            <tr>
              <th>Who buys</th>
              <th>also buys</th>
              <th className="num">
                <Term name="confidence">Confidence</Term>
              </th>
              <th className="num">
                <Term name="lift_of_bundle">Lift</Term>
              </th>
              <th className="num">
                <Term name="held_out">Held out</Term>
              </th>
              <th className="num">Orders</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((rule) => {
              const first = rule.when.map(productName).join(" and ");
              return (
                <tr key={[...rule.when, rule.also].map(({ product_id }) => product_id).join(" ")}>
                  <td className="medium clip product" title={first}>
                    {first}
                  </td>
                  <td className="medium clip product" title={productName(rule.also)}>
                    {productName(rule.also)}
                  </td>
                  <td className="num" title={confidenceLimits(rule.confidence)}>
                    {share(rule.confidence.value)}
                  </td>
                  <td className="num strong">{decimal(rule.lift, 1)}</td>
                  <td className="num nowrap">
                    <State tone={rule.is_confirmed ? "good" : "muted"} icon={rule.is_confirmed ? "good" : "none"}>
                      {share(rule.held_out_confidence)}
                    </State>
                  </td>
                  <td className="num">{integer(rule.n_baskets)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <p className="muted note">
        Association, not effect: whether showing one sells more of the other only a test tells.
      </p>
      {data.rows.length > few && (
        <button type="button" className="button bare" onClick={() => setIsWhole(!isWhole)}>
          {isWhole ? `Show the first ${few}` : `Show the first ${data.rows.length}`}
        </button>
      )}
    </Panel>
  );
}
