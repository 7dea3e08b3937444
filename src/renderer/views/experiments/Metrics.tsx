import { Fragment } from "react";
import type { ExperimentComparison, MetricComparison } from "../../../shared/api/contract/experiments.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { useAsk } from "../../client/queries.ts";
import { Panel } from "../../components/Panel.tsx";
import { State, type Tone } from "../../components/State.tsx";
import { Term } from "../../components/Term.tsx";
import { day, integer, word } from "../../format/format.ts";
import { metricOf } from "../../format/metrics.ts";
import { gainText, type MetricOutcome, outcomeOf } from "./words.ts";

/** The metrics of the models that were judged otherwise, beside the current snapshot's on the same splits. */
export function Metrics({ comparison }: { comparison: ExperimentComparison }) {
  const { brand } = useBrand();
  const list = useAsk("models.list", { brand });
  const { metrics } = comparison;
  const models = [...new Set(metrics.map(({ model }) => model))];
  const titleOf = (name: string) => list.data?.models.find((one) => one.name === name)?.title ?? word(name);
  return (
    <Panel
      title={gainText(metrics)}
      under="Same cuts, same customers; 95 % intervals; gain: how much further ahead of its baseline than the current one, sure where one value lies outside the other’s limits"
    >
      {metrics.length === 0 ? (
        <p className="muted">
          What changed isn't part of any evaluation: the models' fits and scores at the cuts are the very same
          artifacts.
        </p>
      ) : (
        <div className="scroll">
          <table className="plain">
            <thead>
              <tr>
                <th>Metric</th>
                <th>Cut</th>
                <th className="num">Current</th>
                <th className="num">Variant</th>
                <th className="num">Gain</th>
                <th className="num">n</th>
                <th>Outcome</th>
              </tr>
            </thead>
            <tbody>
              {models.map((model) => (
                <Fragment key={model}>
                  <tr className="group-row">
                    <th colSpan={7} scope="colgroup">
                      {titleOf(model)}
                    </th>
                  </tr>
                  {metrics
                    .filter((row) => row.model === model)
                    .map((row) => (
                      <Row key={`${row.metric} ${row.cut_on} ${row.horizon_days}`} row={row} />
                    ))}
                </Fragment>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

const outcomes: Readonly<Record<Exclude<MetricOutcome, "unknown">, readonly [Tone, string]>> = {
  better: ["good", "Better"],
  worse: ["warn", "Worse"],
  same: ["muted", "The same"],
  unsure: ["muted", "Not sure"],
};

function Row({ row }: { row: MetricComparison }) {
  const { currency } = useBrand();
  const metric = metricOf(row.metric);
  const bare = (value: number) => metric.text(value, currency).replace(/^[A-Z]{3}\s|\s?%$|\sd$/g, "");
  const limits = ({ low, high }: MetricComparison["variant"]) =>
    low === null || high === null ? null : `(${bare(low)} to ${bare(high)})`;
  const gain = row.gain ?? 0;
  const outcome = outcomeOf(row);
  return (
    <tr>
      <td>
        <Term name={row.metric} help={metric.help}>
          {metric.label}
        </Term>
        {row.is_main && <div className="under">decides the verdict</div>}
      </td>
      <td className="nowrap">{day(row.cut_on)}</td>
      <td className="num nowrap">
        {row.base ? (
          <>
            {metric.text(row.base.value, currency)}
            <div className="under">{limits(row.base)}</div>
          </>
        ) : (
          "–"
        )}
      </td>
      <td className="num nowrap">
        <b className="medium">{metric.text(row.variant.value, currency)}</b>
        <div className="under">{limits(row.variant)}</div>
      </td>
      <td className="num">{row.gain === null ? "–" : `${gain > 0 ? "+" : ""}${metric.text(row.gain, currency)}`}</td>
      <td className="num">{integer(row.n)}</td>
      <td className="nowrap">
        {outcome === "unknown" ? (
          <span className="muted">–</span>
        ) : (
          <State tone={outcomes[outcome][0]}>{outcomes[outcome][1]}</State>
        )}
      </td>
    </tr>
  );
}
