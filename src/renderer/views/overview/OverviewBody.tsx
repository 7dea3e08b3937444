import type { Overview } from "../../../shared/api/contract/customers.ts";
import type { Source } from "../../../shared/api/contract/sources.ts";
import { Proven } from "../../components/Proven.tsx";
import { AttentionPanel } from "./AttentionPanel.tsx";
import { ChangePanel } from "./ChangePanel.tsx";
import { ExpectedPanel } from "./ExpectedPanel.tsx";
import { Figures } from "./Figures.tsx";
import "./overview.css";
import { PeriodsPanel } from "./PeriodsPanel.tsx";
import { SourcesPanel } from "./SourcesPanel.tsx";
import { StagesPanel } from "./StagesPanel.tsx";

export function OverviewBody({ overview, sources }: { overview: Overview; sources: readonly Source[] }) {
  const { change, currency } = overview;
  return (
    <>
      <Figures overview={overview} />
      <div className="overview">
        <div className="stack">
          <div className={change ? "pair" : "stack"}>
            {change && <ChangePanel change={change} currency={currency} />}
            <Proven model="segment_forecast" what="Expected revenue">
              <ExpectedPanel overview={overview} />
            </Proven>
          </div>
          <StagesPanel overview={overview} />
          <PeriodsPanel />
        </div>
        <div className="stack side">
          <AttentionPanel items={overview.attention} currency={currency} />
          <SourcesPanel sources={sources} />
        </div>
      </div>
    </>
  );
}
