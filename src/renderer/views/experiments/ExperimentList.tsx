import type { Experiment } from "../../../shared/api/contract/experiments.ts";
import { go } from "../../app/route.ts";
import { useAsk } from "../../client/queries.ts";
import { Panel } from "../../components/Panel.tsx";
import { Empty, Failure, Head } from "../../components/parts.tsx";
import { Skeleton } from "../../components/Skeleton.tsx";
import { State } from "../../components/State.tsx";
import { Term } from "../../components/Term.tsx";
import { instant, integer, seconds, share } from "../../format/format.ts";
import { BrandParams } from "./BrandParams.tsx";
import { Ideas } from "./Ideas.tsx";
import { NewExperiment } from "./NewExperiment.tsx";
import { stateText, stateTone } from "./words.ts";

interface Props {
  readonly brand: string;
  /** The parameter and values that a new experiment begins with; null where none is begun. */
  readonly begun: { readonly name: string; readonly values: string } | null;
}

export function ExperimentList({ brand, begun }: Props) {
  const list = useAsk("experiments.list", { brand });
  const found = list.data?.experiments ?? [];
  const open = () => go("/experiments?new");
  const action = (
    <button type="button" className="button primary" onClick={open}>
      New experiment
    </button>
  );
  return (
    <>
      <Head title="Experiments" right={found.length > 0 && action} />
      {list.isError && <Failure error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton label="Reading the experiments" columns={[{ part: 1, panels: [300] }]} />}
      {list.isSuccess && found.length === 0 && (
        <Empty title="No experiment yet" action={action}>
          A run with another parameter, model or horizon stands beside the current snapshot without touching it: metrics
          on the same splits, customers whose stage, tier or band changes, and what it cost. Then it is promoted or
          dropped.
        </Empty>
      )}
      <div className="stack">
        {found.length > 0 && <Table experiments={found} />}
        {list.isSuccess && found.length === 0 && <Ideas brand={brand} />}
        <BrandParams brand={brand} />
      </div>
      {begun && (
        <NewExperiment
          key={begun.name}
          brand={brand}
          begun={begun}
          onClose={() => go("/experiments", { replace: true })}
        />
      )}
    </>
  );
}

function Table({ experiments }: { experiments: readonly Experiment[] }) {
  const ready = experiments.filter(({ state }) => state === "ready").length;
  return (
    <Panel
      title={
        ready === 0
          ? `${integer(experiments.length)} ${experiments.length === 1 ? "experiment" : "experiments"}, none waits for a decision`
          : `${integer(ready)} ${ready === 1 ? "experiment waits" : "experiments wait"} for a decision`
      }
      under="The latest first"
    >
      <div className="scroll">
        <table className="plain">
          <thead>
            <tr>
              <th>Experiment</th>
              <th>State</th>
              <th>Created</th>
              <th className="num">Variants</th>
              <th className="num">
                <Term name="reused">Reused</Term>
              </th>
              <th className="num">Took</th>
              <th>Note</th>
            </tr>
          </thead>
          <tbody>
            {experiments.map((one) => {
              const costs = one.variants.flatMap(({ cost }) => cost ?? []);
              const sum = (of: (cost: (typeof costs)[number]) => number) =>
                costs.reduce((total, cost) => total + of(cost), 0);
              return (
                <tr key={one.experiment}>
                  <td className="medium nowrap">
                    <a href={`/experiments/${encodeURIComponent(one.experiment)}`} data-route>
                      {one.experiment}
                    </a>
                  </td>
                  <td className="nowrap">
                    <State tone={stateTone[one.state]}>{stateText[one.state]}</State>
                  </td>
                  <td className="nowrap">{instant(one.created_at)}</td>
                  <td className="num">{integer(one.variants.length)}</td>
                  <td className="num">
                    {costs.length === 0 ? "–" : share(sum(({ reused }) => reused) / sum(({ tasks }) => tasks), 0)}
                  </td>
                  <td className="num nowrap">{costs.length === 0 ? "–" : seconds(sum((cost) => cost.seconds))}</td>
                  <td className="ink2">{one.note}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
