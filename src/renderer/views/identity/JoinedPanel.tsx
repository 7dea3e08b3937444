import type { Identity } from "../../../shared/api/contract/identity.ts";
import { Panel } from "../../components/Panel.tsx";
import { SourceName } from "../../components/SourceName.tsx";
import { integer, share, word } from "../../format/format.ts";
import { ruleWords } from "./words.ts";

/** What joined records, and how much of each source was joined. */
export function JoinedPanel({ data }: { data: Identity }) {
  const most = Math.max(1, ...data.rules.map(({ records }) => records));
  return (
    <Panel
      title={`${integer(data.records)} records are ${integer(data.customers)} customers`}
      under="By what each record was joined, and by source"
    >
      <table className="plain tight counted">
        <tbody>
          {data.rules.map(({ rule, records }) => (
            <tr key={rule}>
              <th scope="row">{ruleWords[rule] ?? word(rule)}</th>
              <td className="drawn">
                <span className="up" style={{ left: 0, width: `${(records / most) * 100}%` }} />
              </td>
              <td className="num">{integer(records)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <h3 className="under">Sources</h3>
      <table className="plain tight counted">
        <tbody>
          {data.sources.map(({ source, records, joined }) => (
            <tr key={source}>
              <th scope="row" className="clip">
                <SourceName source={source} />
              </th>
              <td className="num">{integer(records)}</td>
              <td className="num ink2">{share(records > 0 ? joined / records : 0, 0)} joined</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
