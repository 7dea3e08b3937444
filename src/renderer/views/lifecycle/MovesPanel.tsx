import type { Lifecycle } from "../../../shared/api/contract/customers.ts";
import { Panel } from "../../components/Panel.tsx";
import { StageName } from "../../components/Stage.tsx";
import { audience } from "../../format/audience.ts";
import { day, exactMoney, integer, money, signed } from "../../format/format.ts";

const inStage = (stage: string) => audience({ field: "lifecycle_stage", operator: "in", value: [stage] });

/** Who is about to leave a stage, and what is won or lost by it. */
export function MovesPanel({ data }: { data: Lifecycle }) {
  return (
    <Panel
      span="s5"
      title="Expected moves, next 30 days"
      under={`${data.flow_since ? `If they go on as since ${day(data.flow_since)}; predicted` : "Predicted"} value won or lost by the move`}
    >
      {data.moves.length === 0 ? (
        <p className="muted">
          {data.flow_since
            ? `Too few have changed stage since ${day(data.flow_since)} to foretell moves.`
            : "No moves are known yet."}
        </p>
      ) : (
        <table className="plain">
          <thead>
            <tr>
              <th>Move</th>
              <th className="num">Customers</th>
              <th className="num">Value, {data.currency}</th>
              <th>
                <span className="sr">Audience</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {data.moves.slice(0, 7).map(({ from, to, customers, value_minor }) => (
              <tr key={`${from} ${to}`}>
                <td>
                  <span className="move">
                    <StageName stage={from} />
                    <span className="muted" aria-hidden="true">
                      →
                    </span>
                    <span className="sr">to</span>
                    <StageName stage={to} />
                  </span>
                </td>
                <td className="num strong">{integer(customers)}</td>
                <td
                  className={`num medium ${value_minor === null ? "" : value_minor < 0 ? "worse" : "better"}`}
                  title={exactMoney(value_minor, data.currency)}
                >
                  {signed(money(value_minor, data.currency), value_minor ?? 0)}
                </td>
                <td className="num">
                  <a href={inStage(from)} data-route title="Those in the first stage, as a segment">
                    Open
                  </a>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}
