import type { Lifecycle } from "../../../shared/api/contract/customers.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { Cohorts } from "../../charts/Cohorts.tsx";
import { Surface } from "../../charts/Surface.tsx";
import { useAsk } from "../../client/queries.ts";
import { Panel } from "../../components/Panel.tsx";
import { Empty, Failure, Head } from "../../components/parts.tsx";
import { Skeleton } from "../../components/Skeleton.tsx";
import { day } from "../../format/format.ts";
import { FlowPanel } from "./FlowPanel.tsx";
import { cohortFinding, surfaceFinding } from "./findings.ts";
import "./lifecycle.css";
import { MovesPanel } from "./MovesPanel.tsx";
import { StageStrip } from "./StageStrip.tsx";

export function LifecycleView() {
  const { brand } = useBrand();
  const lifecycle = useAsk("lifecycle.read", { brand });
  if (lifecycle.isPending)
    return (
      <>
        <Head title="Lifecycle" />
        <Skeleton
          label="Reading stages"
          figures={6}
          columns={[
            { part: 7, panels: [368, 380] },
            { part: 5, panels: [368, 380] },
          ]}
        />
      </>
    );
  if (lifecycle.isError)
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
            Stages, their flow, cohorts and P(alive) stand here after the first run.
          </Empty>
        ) : (
          <Failure error={lifecycle.error} onRetry={() => void lifecycle.refetch()} />
        )}
      </>
    );
  return <Body data={lifecycle.data} />;
}

const models: Readonly<Record<string, string>> = {
  mbg_nbd: "MBG/NBD",
  bg_nbd: "BG/NBD",
  pareto_nbd: "Pareto/NBD",
  mbg_cnbd_k: "MBG/CNBD-k",
  stack: "combination",
};

function Body({ data }: { data: Lifecycle }) {
  const model = models[data.model] ?? data.model;
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
                {model}, fit {day(data.fit_on)}
              </b>
            </span>
          </>
        }
      />
      <StageStrip data={data} />
      <div className="grid even">
        <FlowPanel data={data} />
        <MovesPanel data={data} />
        <Panel
          span="s7"
          title={cohortFinding(data)}
          under="Share of the cohort that bought in the month, %, by months since the first order; hatched cells are forecast"
        >
          {data.cohorts.length === 0 ? (
            <p className="muted">No cohort yet.</p>
          ) : (
            <Cohorts
              rows={data.cohorts.slice(-12).map(({ month, customers, retention }) => ({
                month,
                customers,
                rates: retention.map(({ is_forecast, ...cell }) => ({ ...cell, isForecast: is_forecast })),
              }))}
            />
          )}
        </Panel>
        <Panel
          span="s5"
          title={surfaceFinding(data)}
          under={`${data.model === "stack" ? "A combination of purchase models" : model}, by repeat orders and days since the last one`}
        >
          {data.surface.frequencies.length === 0 ? (
            <p className="muted">
              {data.surface.reason === "other_scores"
                ? "P(alive) of this snapshot isn't what its fit gives, so that no figure can be drawn from it."
                : "The purchase model has no fit for this snapshot."}
            </p>
          ) : (
            <Surface
              frequencies={data.surface.frequencies}
              daysSince={data.surface.days_since}
              probability={data.surface.probability_alive}
            />
          )}
        </Panel>
      </div>
    </>
  );
}
