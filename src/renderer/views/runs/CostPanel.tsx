import type { Run } from "../../../shared/api/contract/runs.ts";
import { Panel } from "../../components/Panel.tsx";
import { bytes, decimal, seconds } from "../../format/format.ts";

/** What the run cost, by what is paid for. */
export function CostPanel({ run, cost }: { run: Run; cost: NonNullable<Run["cost"]> }) {
  const money = (amount: number) => decimal(amount, amount < 0.1 && amount > 0 ? 4 : 2);
  const rows: [string, string, number][] = [
    ["Instances", `${seconds(cost.instance_seconds)}, idle time included`, cost.instances],
    ["Read from the share", bytes(run.usage?.read_bytes), cost.share_read],
    ["Written to the share", bytes(run.bytes_written), cost.share_written],
  ];
  return (
    <Panel
      span="s12"
      title={`The run cost ${money(cost.total)} ${cost.currency}`}
      under={`At ${cost.source}; keeping what it wrote costs ${money(cost.share_kept_month)} ${cost.currency} a month`}
    >
      <table className="plain tight">
        <thead>
          <tr>
            <th>Paid for</th>
            <th className="num">Amount</th>
            <th className="num">{cost.currency}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, amount, paid]) => (
            <tr key={name}>
              <td>{name}</td>
              <td className="num">{amount}</td>
              <td className="num">{money(paid)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
