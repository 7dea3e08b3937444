import type { Choices } from "../../../shared/api/contract/preferences.ts";
import { Panel } from "../../components/Panel.tsx";
import { audience } from "../../format/audience.ts";
import { integer, reason, share, word } from "../../format/format.ts";
import { Audience } from "./Audience.tsx";
import { channelFinding } from "./findings.ts";

/** By which channel customers are expected to order next. */
export function ChannelPanel({ data }: { data: Choices }) {
  const under = "Customers by the channel of their next order, as expected";
  if (data.rows.length === 0)
    return (
      <Panel title="No channel preference" under={under}>
        <p className="muted">{word(reason(data.reason))}.</p>
      </Panel>
    );
  const most = Math.max(1, ...data.rows.map(({ first }) => first));
  const prefers = (name: string) => ({ field: "channel_preference", operator: "=", value: name });
  return (
    <Panel title={channelFinding(data)} under={under}>
      <table className="plain tight choices">
        <thead>
          <tr>
            <th>Channel</th>
            <th className="num">Orders</th>
            <th>
              <span className="sr">Customers who prefer it</span>
            </th>
            <th className="num">Prefer it</th>
            <th className="num">≥ 90 %</th>
          </tr>
        </thead>
        <tbody>
          {data.rows.map((row) => (
            <tr key={row.name}>
              <td className="medium clip name" title={`${integer(row.buyers)} customers have ordered by it`}>
                {word(row.name)}
              </td>
              <td className="num">{share(row.share)}</td>
              <td className="size">
                <i className="size-bar" style={{ width: `${(row.first / most) * 100}%` }} />
              </td>
              <td className="num strong">
                <Audience count={row.first} to={audience(prefers(row.name))} who={`Customers who prefer ${row.name}`} />
              </td>
              <td className="num">
                <Audience
                  count={row.ninety}
                  to={audience(prefers(row.name), { field: "channel_preference_share", operator: ">=", value: 0.9 })}
                  who={`Customers who nearly always order by ${row.name}`}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
