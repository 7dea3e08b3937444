import { useAsk } from "../../client/queries.ts";
import { Panel } from "../../components/Panel.tsx";
import { Failure } from "../../components/parts.tsx";
import { Scroll } from "../../components/Scroll.tsx";
import { bytes, decimal, integer, month, seconds, unknown } from "../../format/format.ts";

const runners: Readonly<Record<string, string>> = { pool: "Own machine", inline: "Own machine", cluster: "Agents" };

/** Runs of all machines by month, retailer and account: what they took and what they cost. */
export function UsagePanel() {
  const found = useAsk("runs.usage", {});
  if (found.isError) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  const rows = found.data?.usage ?? [];
  if (rows.length === 0) return null;
  const latest = rows[0]?.month ?? "";
  const ofLatest = rows.filter((one) => one.month === latest);
  const core = ofLatest.reduce((sum, one) => sum + one.core_seconds, 0);
  return (
    <Panel
      title={`${seconds(core)} of core time in ${month(latest)}`}
      under="Who used what: runs of every machine that works on this directory, by month, retailer and account"
    >
      <Scroll label="Who used what">
        <table className="plain tight usage">
          <thead>
            <tr>
              <th>Month</th>
              <th>Retailer</th>
              <th>Account</th>
              <th>Where</th>
              <th className="num">Runs</th>
              <th className="num">Core time</th>
              <th className="num spent">Processor time</th>
              <th className="num">Read</th>
              <th className="num">Written</th>
              <th className="num">Paid hours</th>
              <th className="num">Cost</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((one) => (
              <tr key={`${one.month} ${one.brand} ${one.user} ${one.runner} ${one.currency}`}>
                <td className="nowrap">{month(one.month)}</td>
                <td>{one.brand}</td>
                <td>{one.user}</td>
                <td className="ink2 nowrap">{runners[one.runner] ?? one.runner}</td>
                <td className="num">{integer(one.runs)}</td>
                <td className="num nowrap">{seconds(one.core_seconds)}</td>
                <td className="num nowrap spent">{seconds(one.cpu_seconds)}</td>
                <td className="num nowrap">{bytes(one.read_bytes)}</td>
                <td className="num nowrap">{bytes(one.written_bytes)}</td>
                <td className="num">{one.instance_seconds > 0 ? decimal(one.instance_seconds / 3600, 2) : unknown}</td>
                <td className="num nowrap">
                  {one.currency === null ? unknown : `${decimal(one.cost)} ${one.currency}`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </Panel>
  );
}
