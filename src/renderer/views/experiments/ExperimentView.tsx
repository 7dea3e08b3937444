import { useState } from "react";
import type { Experiment, ExperimentComparison } from "../../../shared/api/contract/experiments.ts";
import { go } from "../../app/route.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { useWork } from "../../client/use-work.ts";
import { Panel } from "../../components/Panel.tsx";
import { Empty, Failure, Head, Waiting } from "../../components/parts.tsx";
import { State } from "../../components/State.tsx";
import { Working } from "../../components/Working.tsx";
import { instant } from "../../format/format.ts";
import { Changes } from "./Changes.tsx";
import { DecideDialog } from "./DecideDialog.tsx";
import { Figures } from "./Figures.tsx";
import { Metrics } from "./Metrics.tsx";
import { useParamWords } from "./use-param-words.ts";
import { bestOf, Variants } from "./Variants.tsx";
import { stateText, stateTone } from "./words.ts";

interface Props {
  readonly brand: string;
  readonly name: string;
  readonly variant: string | null;
}
const crumb = { name: "Experiments", to: "/experiments" };

/** One experiment: its variants, and what the chosen one would change. */
export function ExperimentView({ brand, name, variant }: Props) {
  const found = useAsk("experiments.show", { brand, experiment: name });
  if (found.isPending || found.isError)
    return (
      <>
        <Head title={name} crumb={crumb} />
        {found.isPending ? (
          <Waiting label="Reading the experiment" />
        ) : (
          <Failure error={found.error} onRetry={() => void found.refetch()} />
        )}
      </>
    );
  return <Body brand={brand} experiment={found.data} variant={variant} />;
}

function Body({ brand, experiment, variant }: { brand: string; experiment: Experiment; variant: string | null }) {
  const client = useClient();
  const { doing, error, start, cancel } = useWork();
  const [deciding, setDeciding] = useState<"promote" | "drop" | null>(null);
  const { variants, state, experiment: name } = experiment;
  const hasRun = variants.some(({ snapshot_id }) => snapshot_id !== null);
  const compared = useAsk("experiments.compare", { brand, experiment: name }, { enabled: hasRun, keep: true });
  const { variantName } = useParamWords(brand);
  const best = bestOf(compared.data?.comparisons ?? []);
  const found = (name: string | null) => variants.find((one) => one.variant === name);
  const isUndecided = variants.length > 1 && hasRun && compared.isPending;
  const chosen = found(variant) ?? (isUndecided ? undefined : (found(best) ?? variants[0]));
  const promoted = found(experiment.promoted_variant);
  const comparison = compared.data?.comparisons.find((one) => one.variant === chosen?.variant);
  const isOpen = state === "ready" || state === "planned";
  const canPromote = isOpen && chosen?.snapshot_id && Object.keys(chosen.params).length > 0;
  const goOn = () =>
    start("Planning the variants", async (signal, onProgress) => {
      await client.stream("experiments.run", { brand, experiment: name }, { signal, onProgress });
    });
  return (
    <>
      <Head
        title={name}
        crumb={crumb}
        beside={
          <>
            <State tone={stateTone[state]}>{stateText[state]}</State>
            <span className="chip">{instant(experiment.created_at)}</span>
          </>
        }
        right={
          isOpen && (
            <>
              {state === "planned" && (
                <button type="button" className="button" disabled={doing !== null} onClick={() => void goOn()}>
                  Run what is left
                </button>
              )}
              <button type="button" className="button" onClick={() => setDeciding("drop")}>
                Drop
              </button>
              {canPromote && (
                <button type="button" className="button primary" onClick={() => setDeciding("promote")}>
                  {variants.length > 1 ? "Promote this variant" : "Promote"}
                </button>
              )}
            </>
          )
        }
      />
      {experiment.note && <p className="purpose-line">{experiment.note}</p>}
      {doing && <Working doing={doing} onCancel={cancel} />}
      {error && <Failure error={error} />}
      {state === "promoted" && (
        <p className="outcome">
          “{promoted ? variantName(promoted) : experiment.promoted_variant}” is the retailer’s own since{" "}
          {instant(experiment.ended_at)}: every run from then on uses it.{" "}
          <a href="/runs" data-route>
            Run now
          </a>{" "}
          or{" "}
          <a href="/experiments" data-route>
            see the retailer’s parameters
          </a>
          .
        </p>
      )}
      {deciding && (
        <DecideDialog
          brand={brand}
          experiment={experiment}
          promoted={deciding === "promote" ? (chosen ?? null) : null}
          onClose={() => setDeciding(null)}
        />
      )}
      <div className="stack">
        {(variants.length > 1 || !hasRun) && (
          <Variants
            brand={brand}
            variants={variants}
            comparisons={compared.data?.comparisons ?? []}
            chosen={chosen?.variant ?? null}
            onChoose={(next) => go(`/experiments/${encodeURIComponent(name)}?variant=${encodeURIComponent(next)}`)}
          />
        )}
        {chosen?.cost && <Figures cost={chosen.cost} comparison={comparison} />}
        {compared.isError && <Failure error={compared.error} onRetry={() => void compared.refetch()} />}
        {hasRun && compared.isPending && <Waiting label="Comparing with the current snapshot" />}
        {!hasRun && !doing && (
          <Empty title="No variant has run">Run them to see what they would change beside the current snapshot.</Empty>
        )}
        {comparison && <Comparison comparison={comparison} />}
      </div>
    </>
  );
}

function Comparison({ comparison }: { comparison: ExperimentComparison }) {
  return (
    <>
      {!comparison.is_like && (
        <Panel title="Compare with care">
          <p className="muted">
            The variant looks back from another day or over another horizon than the current snapshot: metrics stand
            side by side only where both were judged on the same split.
          </p>
        </Panel>
      )}
      <div className="grid">
        <div className="stack s8">
          <Metrics comparison={comparison} />
        </div>
        <div className="stack s4">
          <Changes comparison={comparison} />
        </div>
      </div>
    </>
  );
}
