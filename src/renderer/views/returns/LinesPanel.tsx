import type { Returns } from "../../../shared/api/contract/returns.ts";
import { Panel } from "../../components/Panel.tsx";
import { chance, exactMoney, money, shortDay, unknown, word } from "../../format/format.ts";

/** The open lines that are likely to cost most, each leading to its customer. */
export function LinesPanel({ data }: { data: Returns }) {
  if (data.riskiest.length === 0) return null;
  return (
    <Panel
      title="Open lines with most at stake"
      under={`By chance times amount, ${data.currency}; what drives the chance most`}
    >
      <div className="scroll">
        <table className="plain tight open-lines">
          <thead>
            <tr>
              <th>Customer</th>
              <th>Goods</th>
              <th>Bought</th>
              <th className="num">Amount</th>
              <th className="num">Chance</th>
              <th>Strongest driver</th>
            </tr>
          </thead>
          <tbody>
            {data.riskiest.map((line) => (
              <tr key={`${line.customer_id} ${line.order_id} ${line.goods} ${line.amount_minor}`}>
                <td className="clip name">
                  <a href={`/customers/${line.customer_id}`} data-route>
                    {line.name ?? <span className="mono">{line.customer_id.slice(0, 8)}</span>}
                  </a>
                </td>
                <td className="clip name" title={line.goods ?? undefined}>
                  {line.goods ?? unknown}
                </td>
                <td className="when">{shortDay(line.bought_on)}</td>
                <td className="num" title={exactMoney(line.amount_minor, data.currency)}>
                  {money(line.amount_minor, data.currency)}
                </td>
                <td className="num strong" title={word(line.band)}>
                  {chance(line.risk, "share")}
                </td>
                <td className="clip driver" title={line.driver ?? undefined}>
                  {line.driver ?? unknown}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
