import { Fragment } from "react";
import type { Model } from "../../../shared/api/contract/models.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { go, useRoute } from "../../app/route.ts";
import { useShowUnproven } from "../../client/use-show-unproven.ts";
import { Panel } from "../../components/Panel.tsx";
import { Empty, Failure, Head } from "../../components/parts.tsx";
import { State } from "../../components/State.tsx";
import { Term } from "../../components/Term.tsx";
import { Working } from "../../components/Working.tsx";
import { day, integer, share, word } from "../../format/format.ts";
import { baselineText, intervalText, metricOf } from "../../format/metrics.ts";
import { MetricRange, spanOf } from "./MetricRange.tsx";
import type { useEvaluations } from "./use-evaluations.ts";
import {
  isJudgedIn,
  limitsRow,
  mainRow,
  rowsOf,
  type Standing,
  standingOf,
  standingText,
  standingTone,
} from "./verdict.ts";

interface Props {
  readonly models: readonly Model[];
  readonly evaluations: ReturnType<typeof useEvaluations>;
}
const groups = ["lifecycle", "value", "preferences", "engagement", "returns", "audiences", "measurement", "own"];
const standings: readonly Standing[] = ["proven", "unproven", "no_data", "unjudged"];

/** All models by group, each with its first metric beside the naive baseline's and what that comes to. */
export function Catalogue({ models, evaluations }: Props) {
  const { params } = useRoute();
  const [group, verdict, text] = [params.get("group") ?? "", params.get("verdict") ?? "", params.get("find") ?? ""];
  const set = (name: string, value: string) => {
    const next = new URLSearchParams(params);
    if (value === "") next.delete(name);
    else next.set(name, value);
    const query = next.toString();
    go(query === "" ? "/models" : `/models?${query}`, { replace: true });
  };
  const judged = models.map((model) => {
    const rows = rowsOf(model.name, evaluations.stored);
    return { model, rows, standing: standingOf(rows, isJudgedIn(model, evaluations)) };
  });
  const unproven = useShowUnproven();
  const isHidden = (standing: Standing) => standing === "unproven" && !unproven.isShown && verdict !== "unproven";
  const hidden = judged.filter(({ standing }) => isHidden(standing)).length;
  const shown = judged.filter(
    ({ model, standing }) =>
      !isHidden(standing) &&
      (group === "" || model.group === group) &&
      (verdict === "" || standing === verdict) &&
      `${model.title} ${model.name} ${model.purpose}`.toLowerCase().includes(text.trim().toLowerCase()),
  );
  const present = groups.filter((one) => models.some((model) => model.group === one));
  const cut = evaluations.stored[0];
  return (
    <>
      <Head
        title="Models"
        right={
          <>
            {cut && (
              <span className="fact">
                Judged on{" "}
                <b>
                  {cut.horizon_days} days after {day(cut.cut_on)}
                </b>
              </span>
            )}
            <a className="button" href="/models/new" data-route>
              Define a model
            </a>
            <a className="button" href="/models/tournament" data-route>
              Tournament
            </a>
            <a className="button" href="/models/sources" data-route>
              Source worth
            </a>
            <a className="button" href="/models/self-test" data-route>
              Self-test
            </a>
            {evaluations.hasSnapshot && (
              <button
                type="button"
                className="button primary"
                disabled={evaluations.doing !== null}
                onClick={() => void evaluations.evaluate(3)}
              >
                Judge at 3 cuts
              </button>
            )}
          </>
        }
      />
      {evaluations.doing && <Working doing={evaluations.doing} onCancel={evaluations.cancel} />}
      {evaluations.error && <Failure error={evaluations.error} />}
      {evaluations.failure && <Failure error={evaluations.failure} onRetry={evaluations.retry} />}
      <Figures judged={judged} evaluations={evaluations} />
      <search className="models-filters" aria-label="Models">
        <input
          className="field"
          type="search"
          aria-label="Find a model"
          placeholder="Find a model"
          value={text}
          onChange={(event) => set("find", event.target.value)}
        />
        <select
          className="field"
          aria-label="Group"
          value={group}
          onChange={(event) => set("group", event.target.value)}
        >
          <option value="">All groups</option>
          {present.map((one) => (
            <option key={one} value={one}>
              {word(one)}
            </option>
          ))}
        </select>
        <select
          className="field"
          aria-label="Verdict"
          value={verdict}
          onChange={(event) => set("verdict", event.target.value)}
        >
          <option value="">Any verdict</option>
          {standings.map((key) => (
            <option key={key} value={key}>
              {standingText[key]}
            </option>
          ))}
        </select>
        <label className="check">
          <input type="checkbox" checked={unproven.isShown} onChange={(event) => unproven.show(event.target.checked)} />
          Show unproven
        </label>
        <span className="muted">
          {integer(shown.length)} of {integer(models.length)}
          {hidden > 0 ? `, ${integer(hidden)} unproven hidden` : ""}
        </span>
      </search>
      {shown.length === 0 ? (
        <Empty
          title="No model matches"
          action={
            <button type="button" className="button" onClick={() => go("/models", { replace: true })}>
              Clear filters
            </button>
          }
        >
          {integer(models.length)} models are hidden by these filters.
        </Empty>
      ) : (
        <Panel
          title={headline(judged, evaluations)}
          under="The metric that decides, at the latest cut, beside the naive baseline on the same customers, with 95 % intervals; the tick is the baseline"
        >
          <div className="scroll">
            <table className="plain models-table">
              <thead>
                <tr>
                  <th>Model</th>
                  <th>Metric</th>
                  <th className="num">Value</th>
                  <th className="drawn">
                    <span className="sr">Value and baseline drawn</span>
                  </th>
                  <th className="num">Baseline</th>
                  <th>
                    <Term name="verdict">Verdict</Term>
                  </th>
                  <th className="num">
                    <Term name="limits">Limits hold</Term>
                  </th>
                </tr>
              </thead>
              <tbody>
                {present.map((one) => {
                  const own = shown.filter(({ model }) => model.group === one);
                  return own.length === 0 ? null : (
                    <Fragment key={one}>
                      <tr className="group-row">
                        <th colSpan={7} scope="colgroup">
                          {word(one)}
                        </th>
                      </tr>
                      {own.map(({ model, rows, standing }) => (
                        <Row key={model.name} model={model} rows={rows} standing={standing} />
                      ))}
                    </Fragment>
                  );
                })}
              </tbody>
            </table>
          </div>
        </Panel>
      )}
    </>
  );
}

type Judged = readonly {
  readonly model: Model;
  readonly rows: ReturnType<typeof rowsOf>;
  readonly standing: Standing;
}[];

function countOf(judged: Judged, wanted: Standing): number {
  return judged.filter(({ standing }) => standing === wanted).length;
}

function headline(judged: Judged, { hasSnapshot, isJudging }: Props["evaluations"]): string {
  const known = judged.length - countOf(judged, "unjudged");
  if (!hasSnapshot) return `${judged.length} models, judged after the first run`;
  if (known === 0) return isJudging ? "The run is still judging its models" : "No model is judged yet";
  return `${countOf(judged, "proven")} of ${known} judged models are proven on this retailer's data`;
}

function Figures({ judged, evaluations }: { judged: Judged; evaluations: Props["evaluations"] }) {
  const limits = judged.flatMap(({ rows }) => limitsRow(rows) ?? []);
  const held = limits.filter((row) => row.beats_baseline).length;
  const known = judged.length - countOf(judged, "unjudged");
  const number = (value: number) => (known === 0 ? "–" : integer(value));
  const figures: [string, string, string, Standing | null][] = [
    ["Models", integer(judged.length), `in ${new Set(judged.map(({ model }) => model.group)).size} groups`, null],
    ["Proven", number(countOf(judged, "proven")), "surely beat their baseline", "proven"],
    ["Unproven", number(countOf(judged, "unproven")), "don't surely beat it", "unproven"],
    ["No data", number(countOf(judged, "no_data")), "need more to be judged", "no_data"],
    [
      "Limits that hold",
      limits.length === 0 ? "–" : `${integer(held)}`,
      limits.length === 0 ? whyUnjudged(evaluations) : `of ${integer(limits.length)}, 75 to 85 % inside`,
      null,
    ],
  ];
  return (
    <div className="strip">
      {figures.map(([label, value, under, verdict]) => (
        <div key={label}>
          <div className="k">{label}</div>
          <div className="v">{value}</div>
          <div className="s">
            {verdict && known > 0 ? (
              <a href={`/models?verdict=${verdict}`} data-route>
                {under}
              </a>
            ) : (
              under
            )}
          </div>
        </div>
      ))}
    </div>
  );
}

function whyUnjudged({ hasSnapshot, isJudging }: Props["evaluations"]): string {
  if (!hasSnapshot) return "no run yet";
  return isJudging ? "being judged" : "not judged yet";
}

function Row({ model, rows, standing }: Judged[number]) {
  const { currency } = useBrand();
  const first = mainRow(rows);
  const limits = limitsRow(rows);
  const metric = first ? metricOf(first.metric) : null;
  return (
    <tr>
      <td className="model-name">
        <a className="medium" href={`/models/${model.name}`} data-route>
          {model.title}
        </a>
        <span className="purpose" title={model.purpose}>
          {model.purpose}
        </span>
      </td>
      <td className="nowrap metric">
        {metric && first ? (
          <Term name={first.metric} help={metric.help}>
            {metric.label}
          </Term>
        ) : (
          <span className="muted">–</span>
        )}
      </td>
      <td className="num nowrap">
        {metric && first ? (
          <>
            <div className="medium">{metric.text(first.value, currency)}</div>
            <div className="under">{intervalText(first, currency)}</div>
          </>
        ) : (
          "–"
        )}
      </td>
      <td className="drawn">{first && <MetricRange row={first} span={spanOf([first])} />}</td>
      <td className="num naive">
        {metric && first ? (
          <>
            <div>{metric.text(first.baseline_value, currency)}</div>
            <div className="under" title={first.baseline}>
              {baselineText(first.baseline)}
            </div>
          </>
        ) : (
          "–"
        )}
      </td>
      <td>
        <State tone={standingTone[standing]}>{standingText[standing]}</State>
        {standing === "no_data" && (
          <div className="under needs" title={model.needs}>
            Needs {model.needs}
          </div>
        )}
      </td>
      <td className="num">{limits ? share(limits.value, 0) : "–"}</td>
    </tr>
  );
}
