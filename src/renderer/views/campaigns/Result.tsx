import type { Campaign, CampaignResult } from "../../../shared/api/contract/campaigns.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { useAsk } from "../../client/queries.ts";
import { Failure, Head, Waiting } from "../../components/parts.tsx";
import { State } from "../../components/State.tsx";
import { Working } from "../../components/Working.tsx";
import { day } from "../../format/format.ts";
import { ArmsPanel } from "./ArmsPanel.tsx";
import { EffectPanel } from "./EffectPanel.tsx";
import { Lists } from "./Lists.tsx";
import type { Writing } from "./OwnCampaign.tsx";
import { PathPanel } from "./PathPanel.tsx";
import { ResultStrip } from "./ResultStrip.tsx";
import { verdictState } from "./words.ts";

interface Props {
  readonly name: string;
  /** Null where another program sent it. */
  readonly own: { readonly campaign: Campaign; readonly writing: Writing } | null;
}

/** What a campaign earned, how sure that is, and how it stood day by day. */
export function Result({ name, own }: Props) {
  const { brand } = useBrand();
  const result = useAsk("campaigns.measure", { brand, campaign: name });
  return (
    <>
      <Head
        title={name}
        crumb={{ name: "Campaigns", to: "/campaigns" }}
        beside={result.data && <Verdict result={result.data} />}
        right={
          <>
            {result.data && (
              <span className="fact">
                As of <b>{day(result.data.as_of)}</b>
              </span>
            )}
            {own && (
              <button
                type="button"
                className="button"
                title="The same groups, without those who were suppressed or erased since"
                disabled={own.writing.work.doing !== null}
                onClick={own.writing.write}
              >
                Write the lists again
              </button>
            )}
          </>
        }
      />
      {own && <Again writing={own.writing} />}
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
              <PathPanel result={result.data} sentence={own?.campaign.sentence ?? null} />
            </div>
          </div>
        </>
      )}
    </>
  );
}

/** The lists, where they are being written once more. */
function Again({ writing: { work, written } }: { writing: Writing }) {
  return (
    <>
      {work.error && <Failure error={work.error} />}
      {work.doing && <Working doing={work.doing} onCancel={work.cancel} />}
      {written && !work.doing && <Lists written={written} />}
    </>
  );
}

function Verdict({ result }: { result: CampaignResult }) {
  const { tone, word } = verdictState(result.verdict);
  return <State tone={tone}>{word}</State>;
}
