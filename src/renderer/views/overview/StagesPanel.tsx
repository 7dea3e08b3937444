import type { Overview } from "../../../shared/api/contract/customers.ts";
import { Panel } from "../../components/Panel.tsx";
import { Scroll } from "../../components/Scroll.tsx";
import { StageBar } from "../../components/Stage.tsx";
import { Term } from "../../components/Term.tsx";
import { day, decimal, integer, money, moneyScale, share, signed, unknown, word } from "../../format/format.ts";
import { stagesFinding } from "./findings.ts";

/** Stages with their size, their change and what is expected of them. */
export function StagesPanel({ overview }: { overview: Overview }) {
  const { stages, total, currency } = overview;
  const most = Math.max(1, ...stages.map(({ customers }) => customers));
  const mostValue = Math.max(1, ...stages.map(({ value }) => value?.value ?? 0));
  const scale = moneyScale(currency, total.value?.value ?? mostValue);
  const limits = (value: Overview["total"]["value"]) =>
    value && value.low !== null ? `(${scale.text(value.low)}–${scale.text(value.high)})` : "";
  const isTooYoung = overview.figures.some(({ reason }) => reason === "too_young_for_stages");
  const since = overview.compared_with && !isTooYoung ? `, change in share since ${day(overview.compared_with)}` : "";
  const young =
    overview.compared_with && isTooYoung
      ? `; no change since ${day(overview.compared_with)}, when the shop was too young for stages to compare`
      : "";
  return (
    <Panel
      title={stagesFinding(overview)}
      under={`Lifecycle stage on ${day(overview.as_of)}${since}, expected value over 365 days${young}`}
    >
      <Scroll label="Stages">
        <table className="plain">
          <thead>
            <tr>
              <th>
                <Term name="lifecycle_stage">Stage</Term>
              </th>
              <th className="stage-size">
                <span className="sr">Size</span>
              </th>
              <th className="num">Customers</th>
              <th className="num">Share</th>
              <th className="num">Change, pp</th>
              <th className="stage-size">
                <span className="sr">Part of the value</span>
              </th>
              <th className="num">Value, {scale.unit}</th>
              <th className="limits">80 % limits</th>
              <th className="num">{currency} each</th>
            </tr>
          </thead>
          <tbody>
            {stages.map((stage) => {
              const change = stage.share_before === null ? null : (stage.share - stage.share_before) * 100;
              const isWorse = change !== null && stage.stage === "active" && change < 0;
              return (
                <tr key={stage.stage}>
                  <td className="medium">{word(stage.stage)}</td>
                  <td className="stage-size">
                    <StageBar stage={stage.stage} part={stage.customers / most} />
                  </td>
                  <td className="num">{integer(stage.customers)}</td>
                  <td className="num">{share(stage.share)}</td>
                  <td className={`num ${isWorse ? "worse" : ""}`}>
                    {change === null ? unknown : signed(decimal(change, 1), change)}
                  </td>
                  <td className="stage-size">
                    {stage.value && <StageBar stage={stage.stage} part={stage.value.value / mostValue} />}
                  </td>
                  <td className="num">{scale.text(stage.value?.value)}</td>
                  <td className="limits">{limits(stage.value)}</td>
                  <td className="num">
                    {stage.value && stage.customers > 0
                      ? money(stage.value.value / stage.customers, currency)
                      : unknown}
                  </td>
                </tr>
              );
            })}
            <tr className="total">
              <td>All</td>
              <td className="stage-size" />
              <td className="num">{integer(total.customers)}</td>
              <td className="num">100.0 %</td>
              <td />
              <td className="stage-size" />
              <td className="num">{scale.text(total.value?.value)}</td>
              <td className="limits">{limits(total.value)}</td>
              <td className="num">
                {total.value ? money(total.value.value / Math.max(1, total.customers), currency) : unknown}
              </td>
            </tr>
          </tbody>
        </table>
      </Scroll>
    </Panel>
  );
}
