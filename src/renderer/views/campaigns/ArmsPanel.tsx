import type { CampaignResult } from "../../../shared/api/contract/campaigns.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { Panel } from "../../components/Panel.tsx";
import { decimal, integer, money, share, unknown, wholeUnits } from "../../format/format.ts";
import { effectMoney, effectPoints } from "./words.ts";

/** The groups as they are: planned and seen, who bought, and what each message brought. */
export function ArmsPanel({ result }: { result: CampaignResult }) {
  const { currency } = useBrand();
  const isEarly = result.elapsed_days === 0;
  const all = result.arms.reduce((sum, { customers }) => sum + customers, 0);
  return (
    <Panel
      title="Groups"
      under={
        isEarly
          ? "Who is in which; orders stand here from the first day on"
          : `Orders of the ${integer(result.elapsed_days)} days after the start; effects in points of the share that buys, and in ${currency} each`
      }
    >
      <div className="scroll">
        <table className="plain">
          <thead>
            <tr>
              <th>Group</th>
              <th className="num">Customers</th>
              <th className="num">Share, planned</th>
              <th className="num">Buyers</th>
              <th className="num">Revenue, {currency}</th>
              <th className="num">Each, {currency}</th>
              <th className="num">On buying</th>
              <th className="num">On revenue</th>
            </tr>
          </thead>
          <tbody>
            {result.arms.map((arm) => (
              <tr key={arm.variant}>
                <td className="medium nowrap">{arm.is_control ? "Kept out" : arm.variant}</td>
                <td className="num strong">{integer(arm.customers)}</td>
                <td className="num nowrap">
                  {share(arm.customers / Math.max(1, all), 0)}, {share(arm.planned_share, 0)}
                </td>
                <td className="num nowrap">
                  {isEarly ? unknown : `${integer(arm.buyers)}, ${share(arm.buyers / Math.max(1, arm.customers))}`}
                </td>
                <td className="num">{isEarly ? unknown : money(arm.revenue_minor, currency)}</td>
                <td className="num">
                  {isEarly ? unknown : decimal(wholeUnits(arm.revenue_minor / Math.max(1, arm.customers), currency))}
                </td>
                <td className="num nowrap">{arm.purchases ? effectPoints(arm.purchases.value) : unknown}</td>
                <td className="num nowrap">{arm.revenue ? effectMoney(arm.revenue.value, currency) : unknown}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
