import { useState } from "react";
import type { Run } from "../../../shared/api/contract/runs.ts";
import { StepGraph } from "../../charts/StepGraph.tsx";
import { useAsk } from "../../client/queries.ts";
import { Panel } from "../../components/Panel.tsx";
import { Failure, Waiting } from "../../components/parts.tsx";
import { bytes, integer, seconds, share } from "../../format/format.ts";
import { ArtifactTable } from "./ArtifactTable.tsx";
import { cacheFinding, stepsOf } from "./cache-steps.ts";
import { FactList } from "./FactList.tsx";
import { stageColour, stageLabel } from "./stage-rows.ts";

interface Props {
  readonly brand: string;
  readonly run: Run;
}

/** The graph of a run's intermediates: which were there, which were made, who reads them, what sharing saved. */
export function CachePanel({ brand, run }: Props) {
  const found = useAsk("cache.inspect", { brand, run_id: run.run_id });
  const [chosen, setChosen] = useState<string | null>(null);
  if (found.isPending || found.isError)
    return (
      <Panel span="s12" title="Intermediates">
        {found.isPending ? <Waiting label="Reading the artifacts" /> : <Failure error={found.error} />}
      </Panel>
    );
  const {
    artifacts,
    reused,
    computed,
    seconds_saved: saved,
    seconds_alone: alone,
    seconds_shared: shared,
  } = found.data;
  const steps = stepsOf(artifacts);
  const step = steps.find((one) => one.step === chosen) ?? null;
  const facts: [string, string, string][] = [
    ["Artifacts", integer(artifacts.length), `${bytes(found.data.bytes)}, ${integer(steps.length)} steps`],
    ["Reused", integer(reused), `${seconds(saved)} of core time saved`],
    ["Computed", integer(computed), "in this run"],
    [
      "Models together",
      seconds(shared),
      alone > 0 ? `${share(shared / alone, 0)} of ${seconds(alone)}, each by itself` : "no model in this run",
    ],
  ];
  return (
    <Panel
      span="s12"
      title={cacheFinding(found.data)}
      under="Intermediates by stage; a step of several days or buckets is one box. Choose one to see what it reads, who reads it and why it was made"
      tools={
        <span className="legend">
          <span>
            <i className="key reused" /> reused
          </span>
          <span>
            <i className="key computed" /> computed
          </span>
        </span>
      }
      table={<ArtifactTable artifacts={artifacts} />}
    >
      <FactList facts={facts} />
      <StepGraph
        stages={[...new Set(steps.map(({ stage }) => stage))].map((stage) => ({
          stage,
          label: stageLabel(stage),
          colour: stageColour(stage),
          steps: steps.filter((one) => one.stage === stage),
        }))}
        chosen={chosen}
        onChoose={(next) => setChosen(next === chosen ? null : next)}
      />
      {step && (
        <div className="cache-step">
          <h3 className="sub">
            {step.title} <span className="mono muted">{step.step}</span>
          </h3>
          <p>{step.sentence}</p>
          <p className="muted">
            {step.models.length === 0
              ? "No model rests on it."
              : `${integer(step.models.length)} ${step.models.length === 1 ? "model rests" : "models rest"} on it: ${step.models.join(", ")}.`}
          </p>
          <ArtifactTable artifacts={artifacts.filter((one) => one.step === step.step)} />
        </div>
      )}
    </Panel>
  );
}
