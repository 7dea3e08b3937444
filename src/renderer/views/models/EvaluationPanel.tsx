import { Fragment } from "react";
import type { ModelEvaluation } from "../../../shared/api/contract/models.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { Panel } from "../../components/Panel.tsx";
import { State } from "../../components/State.tsx";
import { Term } from "../../components/Term.tsx";
import { integer } from "../../format/format.ts";
import { baselineText, cutText, intervalText, metricOf } from "../../format/metrics.ts";
import { MetricRange, spanOf } from "./MetricRange.tsx";
import { finding } from "./verdict.ts";

interface Props {
  readonly rows: readonly ModelEvaluation[];
  readonly hasSnapshot: boolean;
  /** The snapshot could say something of it. */
  readonly isJudged: boolean;
  readonly isJudging: boolean;
  /** What kind of the retailer's own models it is; null for the program's. */
  readonly own: "propensity" | "program" | null;
  /** One customer in so many was judged. */
  readonly oneIn: number;
  readonly needs: string;
}

/** Every metric at every cut beside the naive baseline's. */
export function EvaluationPanel({ rows, oneIn, needs, ...state }: Props) {
  if (rows.length === 0) {
    const isShort = state.isJudged && !state.isJudging;
    return (
      <Panel title={finding(rows, isShort)} under="Features at a cut, outcomes after it">
        <p className="muted">{whyEmpty(state)}</p>
        {isShort && <p>It needs {needs}.</p>}
      </Panel>
    );
  }
  const cuts = [...new Set(rows.map((row) => cutText(row.cut_on, row.horizon_days)))];
  return (
    <Panel
      title={finding(rows, true)}
      under={`Fitted and scored at a cut${oneIn > 1 ? ` on one customer in ${integer(oneIn)}` : ""}, judged on what followed; 95 % intervals; the tick is the naive baseline on the same customers`}
    >
      <div className="scroll">
        <table className="plain evaluation">
          <thead>
            <tr>
              <th>Metric</th>
              <th className="num">Value</th>
              <th>
                <span className="sr">Value and baseline drawn</span>
              </th>
              <th className="num">Baseline</th>
              <th className="num">Judged on</th>
              <th className="num">Better by</th>
              <th>Outcome</th>
            </tr>
          </thead>
          <tbody>
            {cuts.map((cut) => (
              <Fragment key={cut}>
                {cuts.length > 1 && (
                  <tr className="group-row">
                    <th colSpan={7} scope="colgroup">
                      {cut}
                    </th>
                  </tr>
                )}
                {rows
                  .filter((row) => cutText(row.cut_on, row.horizon_days) === cut)
                  .map((row) => (
                    <MetricRow key={row.metric} row={row} among={rows} />
                  ))}
              </Fragment>
            ))}
          </tbody>
        </table>
      </div>
      {cuts.length === 1 && <p className="note">Judged on {cuts[0]}.</p>}
    </Panel>
  );
}

type Known = Pick<Props, "hasSnapshot" | "isJudged" | "isJudging" | "own">;

function whyEmpty({ hasSnapshot, isJudged, isJudging, own }: Known): string {
  if (own === "program")
    return "A program is judged from the next run on where its definition says which event it foretells.";
  if (!hasSnapshot) return "Models are judged at the end of a run, on what followed an earlier day.";
  if (isJudging) return "The run is judging its models; the figures appear here when it is done.";
  if (!isJudged) return "It is younger than this snapshot: the next run fits, scores and judges it.";
  return "There were too few customers at the cut, or nothing that could be judged followed it.";
}

function MetricRow({ row, among }: { row: ModelEvaluation; among: readonly ModelEvaluation[] }) {
  const { currency } = useBrand();
  const metric = metricOf(row.metric);
  const isLimits = row.metric.startsWith("coverage");
  const [good, bad] = isLimits ? ["hold", "don't hold"] : ["beats it", "doesn't beat it"];
  return (
    <tr>
      <td className="metric">
        <Term name={row.metric} help={metric.help}>
          {metric.label}
        </Term>
        <div className="under">
          {row.is_main && <b className="medium">decides; </b>}
          {row.condition && (
            <b className="medium">{row.condition === "better" ? "decides as well; " : "mustn't be surely worse; "}</b>
          )}
          beside: {baselineText(row.baseline)}
        </div>
      </td>
      <td className="num nowrap">
        <b className="medium">{metric.text(row.value, currency)}</b>
        <div className="under">{intervalText(row, currency)}</div>
      </td>
      <td>
        <MetricRange row={row} span={spanOf(among.filter(({ metric: name }) => name === row.metric))} />
      </td>
      <td className="num">{metric.text(row.baseline_value, currency)}</td>
      <td className="num">{integer(row.n)}</td>
      <td className="num nowrap">{isLimits ? "" : <Advantage row={row} />}</td>
      <td>
        <State tone={row.beats_baseline ? "good" : "bad"}>{row.beats_baseline ? good : bad}</State>
      </td>
    </tr>
  );
}

/** By how much the model is better, and between what: the difference customer by customer. */
function Advantage({ row }: { row: ModelEvaluation }) {
  const { currency } = useBrand();
  const { text } = metricOf(row.metric);
  const { advantage = null, advantage_low: low = null, advantage_high: high = null } = row;
  if (advantage === null) return <>–</>;
  const bare = (value: number) => text(value, currency).replace(/^[A-Z]{3}\s|\s?%$|\sd$/g, "");
  return (
    <>
      <div>{text(advantage, currency)}</div>
      {low !== null && high !== null && (
        <div className="under">
          ({bare(low)} to {bare(high)})
        </div>
      )}
    </>
  );
}
