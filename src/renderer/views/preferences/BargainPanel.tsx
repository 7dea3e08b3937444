import type { Preferences } from "../../../shared/api/contract/preferences.ts";
import { Panel } from "../../components/Panel.tsx";
import { Term } from "../../components/Term.tsx";
import { audience } from "../../format/audience.ts";
import { decimal, reason, share, word } from "../../format/format.ts";
import { Audience } from "./Audience.tsx";

/** Fifths of customers from full price to bargain, each an audience. */
export function BargainPanel({ data }: { data: Preferences["discount"] }) {
  const groups = data.by_affinity;
  const nameOf = (at: number) => (at === 0 ? "Full price" : at === groups.length - 1 ? "Bargain" : "");
  return (
    <Panel
      title="From full price to bargain"
      under="Customers by discount affinity, from the lowest tenth to the highest"
    >
      {groups.length === 0 ? (
        <p className="muted">{word(reason(data.reason))}.</p>
      ) : (
        <table className="plain tight">
          <thead>
            <tr>
              <th>
                <Term name="discount_affinity">Affinity</Term>
              </th>
              <th>
                <span className="sr">Which end</span>
              </th>
              <th className="num">Customers</th>
              <th className="num">Raw share</th>
              <th className="num">
                <Term name="discount_exposure">Exposure</Term>
              </th>
            </tr>
          </thead>
          <tbody>
            {groups.map(({ low, high, customers, raw_share, exposure }, at) => (
              <tr key={low}>
                <td className="medium nowrap">{`${decimal(100 * low, 1)}–${share(high)}`}</td>
                <td className="muted">{groups.length > 1 ? nameOf(at) : ""}</td>
                <td className="num strong">
                  <Audience
                    count={customers}
                    to={audience({ field: "discount_affinity", operator: "between", value: [low, high] })}
                    who={`Customers with a discount affinity of ${share(low)} to ${share(high)}`}
                  />
                </td>
                <td className="num">{share(raw_share, 0)}</td>
                <td className="num">{share(exposure)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}
