import type { Lifecycle } from "../../../shared/api/contract/customers.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { Flow } from "../../charts/Flow.tsx";
import { useAsk } from "../../client/queries.ts";
import { Panel } from "../../components/Panel.tsx";
import { Empty, Failure, Head, Waiting } from "../../components/parts.tsx";
import { StageName } from "../../components/Stage.tsx";
import { Term } from "../../components/Term.tsx";
import { day, decimal, integer, money, month, share, word } from "../../format/format.ts";

export function LifecycleView() {
  const { brand } = useBrand();
  const lifecycle = useAsk("lifecycle.read", { brand });
  if (lifecycle.isPending)
    return (
      <>
        <Head title="Lifecycle" />
        <Waiting label="Reading stages" />
      </>
    );
  if (lifecycle.isError) {
    return (
      <>
        <Head title="Lifecycle" />
        {lifecycle.error.code === "not_found" ? (
          <Empty
            title="No stages yet"
            action={
              <a className="button primary" href="/overview" data-route>
                Go to Overview
              </a>
            }
          >
            Stages stand here after the first run.
          </Empty>
        ) : (
          <Failure error={lifecycle.error} onRetry={() => void lifecycle.refetch()} />
        )}
      </>
    );
  }
  const { data } = lifecycle;
  return (
    <>
      <Head
        title="Lifecycle"
        right={
          <>
            <span className="fact">
              As of <b>{day(data.as_of)}</b>
            </span>
            {data.flow_since && (
              <span className="fact">
                Flow since <b>{day(data.flow_since)}</b>
              </span>
            )}
            <span className="fact">
              Model{" "}
              <b>
                {data.model.toUpperCase().replace("_", "/")}, fit {day(data.fit_on)}
              </b>
            </span>
          </>
        }
      />
      <Stages data={data} />
      <div className="grid">
        {data.flow.length > 0 && data.flow_since ? (
          <Panel
            span="s7"
            title={flowFinding(data)}
            under={`Customers by stage, ${day(data.flow_since)} to ${day(data.as_of)}`}
          >
            <Flow links={data.flow} fromLabel={day(data.flow_since)} toLabel={day(data.as_of)} />
          </Panel>
        ) : (
          <Panel span="s7" title="No flow yet" under="Stages of an earlier day are not known">
            <p className="muted">Nobody had bought 90 days before this day.</p>
          </Panel>
        )}
        <Panel
          span="s5"
          title="Expected moves, next 30 days"
          under="If the next 30 days go as the last ones did; value predicted over the horizon, gained or lost by the move"
        >
          <table className="plain">
            <thead>
              <tr>
                <th>Move</th>
                <th className="num">Customers</th>
                <th className="num">Value, {data.currency}</th>
              </tr>
            </thead>
            <tbody>
              {data.moves.slice(0, 7).map((move) => (
                <tr key={`${move.from} ${move.to}`}>
                  <td>
                    <span style={{ display: "inline-flex", gap: 10 }}>
                      <StageName stage={move.from} /> → <StageName stage={move.to} />
                    </span>
                  </td>
                  <td className="num strong">{integer(move.customers)}</td>
                  <td className={`num ${(move.value_minor ?? 0) < 0 ? "worse" : "better"}`}>
                    {money(move.value_minor, data.currency)}
                  </td>
                </tr>
              ))}
              {data.moves.length === 0 && (
                <tr>
                  <td colSpan={3} className="muted">
                    No moves are known yet.
                  </td>
                </tr>
              )}
            </tbody>
          </table>
        </Panel>
        <Panel
          span="s7"
          title="Retention by month of first order"
          under="Share of the cohort that bought in the month, %; framed cells are forecast"
        >
          <Cohorts data={data} />
        </Panel>
        <Panel
          span="s5"
          title={surfaceFinding(data)}
          under="P(alive) by repeat purchases and days since the last one, first purchase long ago"
        >
          <Surface data={data} />
        </Panel>
      </div>
    </>
  );
}

function Stages({ data }: { data: Lifecycle }) {
  return (
    <div className="strip">
      {data.stages.map((stage) => (
        <div
          key={stage.stage}
          style={{
            borderTop: stage.stage === "prospect" ? "3px dashed var(--line)" : `3px solid var(--${stage.stage})`,
            borderRadius: 0,
          }}
        >
          <div className="k" style={{ display: "flex" }}>
            <Term name="lifecycle_stage">{word(stage.stage)}</Term>
            <span style={{ marginLeft: "auto" }} className="muted">
              {share(stage.share)}
            </span>
          </div>
          <div className="v">
            {integer(stage.customers)}{" "}
            <small>
              {stage.customers_before === null
                ? ""
                : `${stage.customers >= stage.customers_before ? "+" : ""}${integer(stage.customers - stage.customers_before)}`}
            </small>
          </div>
          <div className="s" style={{ display: "flex" }}>
            <span>
              {data.currency} <b>{money(stage.value?.value, data.currency, true)}</b>
            </span>
            <span style={{ marginLeft: "auto" }}>
              {stage.days_in_stage === null
                ? stage.stage === "prospect"
                  ? "no purchase yet"
                  : ""
                : `in stage ${integer(stage.days_in_stage)} d`}
            </span>
          </div>
        </div>
      ))}
    </div>
  );
}

function flowFinding(data: Lifecycle): string {
  const were = data.flow.filter(({ from }) => from === "active").reduce((n, { customers }) => n + customers, 0);
  const left = data.flow
    .filter(({ from, to }) => from === "active" && ["cooling", "at_risk", "lapsed"].includes(to))
    .reduce((n, { customers }) => n + customers, 0);
  return were > 0 ? `${share(left / were, 0)} of those who were active have cooled or left` : "Stage to stage";
}

function surfaceFinding(data: Lifecycle): string {
  const { frequencies, days_since, probability_alive } = data.surface;
  const column = frequencies.length - 1;
  const at = probability_alive
    .map((row, index) => [days_since[index] ?? 0, row[column] ?? null] as const)
    .filter(([, p]) => p !== null && p < 0.5)
    .map(([days]) => days);
  const first = at.length > 0 ? Math.min(...at) : null;
  return first !== null
    ? `P(alive) falls below 0.5 by ${integer(first)} days at ${frequencies[column]} repeat purchases`
    : "P(alive)";
}

/** A step of the magnitude ramp and ink that stands out on it. */
function shade(value: number, most: number): { background: string; color: string } {
  const part = Math.round(Math.min(1, value / Math.max(1e-9, most)) * 78);
  return {
    background: `color-mix(in oklab, var(--active) ${part + 6}%, var(--panel))`,
    color: part > 42 ? "var(--panel)" : "var(--ink)",
  };
}

function Cohorts({ data }: { data: Lifecycle }) {
  const rows = data.cohorts.slice(-12);
  const ages = Array.from({ length: 12 }, (_, at) => at + 1);
  const most = Math.max(
    0.01,
    ...rows.flatMap(({ retention }) => retention.filter(({ age }) => age > 0).map(({ rate }) => rate ?? 0)),
  );
  if (rows.length === 0) return <p className="muted">No cohort yet.</p>;
  return (
    <div className="scroll">
      <table
        style={{
          borderCollapse: "separate",
          borderSpacing: 1,
          width: "100%",
          fontVariantNumeric: "tabular-nums",
          fontSize: 11.5,
        }}
      >
        <thead>
          <tr>
            <th style={{ textAlign: "left", fontWeight: 400 }}>First order</th>
            <th style={{ textAlign: "right", fontWeight: 400, paddingRight: 8 }}>Customers</th>
            {ages.map((age) => (
              <th key={age} style={{ fontWeight: 400 }}>
                {age}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cohort) => (
            <tr key={cohort.month}>
              <td>{month(cohort.month)}</td>
              <td style={{ textAlign: "right", paddingRight: 8 }} className="ink2">
                {integer(cohort.customers)}
              </td>
              {ages.map((age) => {
                const cell = cohort.retention.find((one) => one.age === age);
                if (!cell || cell.rate === null) return <td key={age} />;
                return (
                  <td
                    key={age}
                    style={{
                      ...shade(cell.rate, most),
                      textAlign: "center",
                      padding: "2px 0",
                      outline: cell.is_forecast ? "1px dashed var(--ink-3)" : "none",
                      outlineOffset: -2,
                      opacity: cell.is_forecast ? 0.85 : 1,
                    }}
                    title={cell.is_forecast ? "Forecast" : "Observed"}
                  >
                    {decimal(cell.rate * 100, 1)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Surface({ data }: { data: Lifecycle }) {
  const { frequencies, days_since, probability_alive } = data.surface;
  if (frequencies.length === 0) return <p className="muted">The purchase model has no fit for this snapshot.</p>;
  return (
    <div className="scroll">
      <table
        style={{
          borderCollapse: "separate",
          borderSpacing: 1,
          width: "100%",
          fontVariantNumeric: "tabular-nums",
          fontSize: 11.5,
        }}
      >
        <thead>
          <tr>
            <th style={{ textAlign: "left", fontWeight: 400 }}>Days</th>
            {frequencies.map((x) => (
              <th key={x} style={{ fontWeight: 400 }}>
                {x}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...days_since.keys()].reverse().map((at) => (
            <tr key={days_since[at]}>
              <td className="ink2">{days_since[at]}</td>
              {frequencies.map((x, column) => {
                const p = probability_alive[at]?.[column] ?? null;
                return (
                  <td key={x} style={p === null ? {} : { ...shade(p, 1), textAlign: "center", padding: "3px 0" }}>
                    {p === null ? "" : decimal(p)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
