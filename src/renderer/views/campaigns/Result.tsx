import type { Campaign, CampaignResult } from "../../../shared/api/contract/campaigns.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { useAsk } from "../../client/queries.ts";
import { Failure, Head, Waiting } from "../../components/parts.tsx";
import { State } from "../../components/State.tsx";
import { day } from "../../format/format.ts";
import { ArmsPanel } from "./ArmsPanel.tsx";
import { EffectPanel } from "./EffectPanel.tsx";
import { PathPanel } from "./PathPanel.tsx";
import { ResultStrip } from "./ResultStrip.tsx";
import { verdictState } from "./words.ts";

/** What a campaign earned, how sure that is, and how it stood day by day. */
export function Result({ name, campaign }: { name: string; campaign: Campaign | null }) {
  const { brand } = useBrand();
  const result = useAsk("campaigns.measure", { brand, campaign: name });
  return (
    <>
      <Head
        title={name}
        crumb={{ name: "Campaigns", to: "/campaigns" }}
        beside={result.data && <Verdict result={result.data} />}
        right={
          result.data && (
            <span className="fact">
              As of <b>{day(result.data.as_of)}</b>
            </span>
          )
        }
      />
      {result.error && <Failure error={result.error} onRetry={() => void result.refetch()} />}
      {result.isPending && <Waiting label="Measuring" />}
      {result.data && (
        <>
          <ResultStrip result={result.data} />
          <div className="campaign">
            <div>
              <EffectPanel result={result.data} />
              <ArmsPanel result={result.data} />
            </div>
            <div>
              <PathPanel result={result.data} sentence={campaign?.sentence ?? null} />
            </div>
          </div>
        </>
      )}
    </>
  );
}

function Verdict({ result }: { result: CampaignResult }) {
  const { tone, word } = verdictState(result.verdict);
  return <State tone={tone}>{word}</State>;
}
