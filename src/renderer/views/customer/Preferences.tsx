import type { Customer } from "../../../shared/api/contract/customers.ts";
import { LimitBars } from "../../charts/LimitBars.tsx";
import { Panel } from "../../components/Panel.tsx";
import { State } from "../../components/State.tsx";
import { decimal, integer, word } from "../../format/format.ts";

/** What the customer is drawn to, by category, and what may be sent to them. */
export function Preferences({ data }: { data: Customer }) {
  const shown = data.categories.slice(0, 6);
  const table = (
    <table className="plain tight">
      <thead>
        <tr>
          <th>Category</th>
          <th className="num">Affinity</th>
          <th>80 % limits</th>
          <th className="num">Lines</th>
        </tr>
      </thead>
      <tbody>
        {data.categories.map(({ category, affinity, n_lines }) => (
          <tr key={category}>
            <td>{category}</td>
            <td className="num">{decimal(affinity.value)}</td>
            <td className="limits">
              {affinity.low === null ? "" : `(${decimal(affinity.low)}–${decimal(affinity.high)})`}
            </td>
            <td className="num">{integer(n_lines)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
  return (
    <Panel
      title="Preferences"
      under="Share of next purchases by category, 80 % limits"
      {...(shown.length > 0 ? { table } : {})}
    >
      {shown.length > 0 ? (
        <LimitBars
          bars={shown.map(({ category, affinity }) => ({ name: category, ...affinity }))}
          text={(value) => decimal(value)}
        />
      ) : (
        <p className="muted">Products without a category say nothing of taste.</p>
      )}
      <dl className="consents">
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
