import type { Lifecycle } from "../../../shared/api/contract/customers.ts";
import { Flow } from "../../charts/Flow.tsx";
import { Panel } from "../../components/Panel.tsx";
import { StageName } from "../../components/Stage.tsx";
import { day, integer } from "../../format/format.ts";
import { flowFinding } from "./findings.ts";

/** Who moved from which stage to which between two days; the greatest loss and return are lifted. */
export function FlowPanel({ data }: { data: Lifecycle }) {
  if (data.flow_since === null || data.flow.length === 0)
    return (
      <Panel span="s7" title="No flow yet" under="Stages at an earlier day are not known">
        <p className="muted">Nobody had bought 90 days before this day.</p>
      </Panel>
    );
  const find = (from: string, to: string) => data.flow.find((link) => link.from === from && link.to === to);
  const [cooled, back] = [find("active", "cooling"), find("cooling", "active")];
  const lifted = [
    ...(cooled ? [{ ...cooled, said: `${integer(cooled.customers)} cooled`, isLoss: true }] : []),
    ...(back ? [{ ...back, said: `${integer(back.customers)} came back`, isLoss: false }] : []),
  ];
  const table = (
    <table className="plain tight">
      <thead>
        <tr>
          <th>From</th>
          <th>To</th>
          <th className="num">Customers</th>
        </tr>
      </thead>
      <tbody>
        {data.flow.map((link) => (
          <tr key={`${link.from} ${link.to}`}>
            <td>
              <StageName stage={link.from} />
            </td>
            <td>
              <StageName stage={link.to} />
            </td>
            <td className="num">{integer(link.customers)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
  return (
    <Panel
      span="s7"
      title={flowFinding(data)}
      under={`Customers by stage, ${day(data.flow_since)} to ${day(data.as_of)}`}
      table={table}
    >
      <Flow links={data.flow} fromLabel={day(data.flow_since)} toLabel={day(data.as_of)} lifted={lifted} />
    </Panel>
  );
}
