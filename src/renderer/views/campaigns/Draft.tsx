import type { Campaign } from "../../../shared/api/contract/campaigns.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { useAsk } from "../../client/queries.ts";
import { Panel } from "../../components/Panel.tsx";
import { Failure, Head } from "../../components/parts.tsx";
import { Working } from "../../components/Working.tsx";
import { countOf, integer, leftOutWords, share } from "../../format/format.ts";
import { FiguresStrip } from "./FiguresStrip.tsx";
import { Lists } from "./Lists.tsx";
import type { Writing } from "./OwnCampaign.tsx";
import { PowerPanel } from "./PowerPanel.tsx";

interface Props {
  readonly campaign: Campaign;
  readonly writing: Writing;
  readonly onOpenResult: () => void;
}

/** A campaign that hasn't gone out: its groups as they would be drawn now, and the lists. */
export function Draft({ campaign, writing: { work, written, write }, onOpenResult }: Props) {
  const { brand } = useBrand();
  const { variants, holdout, goal, days, cap, template, segment, definition } = campaign;
  const figures = useAsk("campaigns.plan", {
    brand,
    campaign: campaign.campaign,
    definition,
    variants,
    holdout,
    goal,
    days,
    template,
    ...(segment === null ? {} : { segment }),
    ...(cap === null ? {} : { cap }),
  });
  const n = figures.data?.contacted ?? 0;
  return (
    <>
      <Head
        title={campaign.campaign}
        crumb={{ name: "Campaigns", to: "/campaigns" }}
        beside={<span className="chip">{written ? "Exported" : "Not exported"}</span>}
        right={
          written ? (
            <button type="button" className="button primary" onClick={onOpenResult}>
              Open the result
            </button>
          ) : (
            <button
              type="button"
              className="button primary"
              disabled={!figures.data || n === 0 || work.doing !== null}
              onClick={write}
            >
              Export {countOf(n, "customer")}
            </button>
          )
        }
      />
      {work.error && <Failure error={work.error} />}
      {work.doing && <Working doing={work.doing} onCancel={work.cancel} />}
      {figures.error && <Failure error={figures.error} onRetry={() => void figures.refetch()} />}
      <FiguresStrip figures={figures.data} goal={goal} isWaiting={figures.isFetching} />
      <div className="campaign">
        <div>
          {written && <Lists written={written} />}
          <Panel title="What is planned" under={campaign.sentence}>
            <table className="plain">
              <thead>
                <tr>
                  <th>Group</th>
                  <th className="num">Of all drawn</th>
                  <th className="num">Customers</th>
                </tr>
              </thead>
              <tbody>
                {(figures.data?.arms ?? []).map(({ variant, is_control, customers, planned_share }) => (
                  <tr key={variant}>
                    <td className="medium">{is_control ? "Kept out" : variant}</td>
                    <td className="num">{share(planned_share, 0)}</td>
                    <td className="num strong">{integer(customers)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
            <p className="ink2 note">
              Judged by {goal === "revenue" ? "revenue" : "how many buy"} within {integer(days)} days
              {cap && `; whoever had ${integer(cap.messages)} messages in ${integer(cap.days)} days is left out`}. The
              groups are drawn once, when the lists are first written.
            </p>
            {figures.data && figures.data.left_out.length > 0 && (
              <ul className="left-out">
                {figures.data.left_out.map(({ reason, count }) => (
                  <li key={reason}>
                    <span className="num">−{integer(count)}</span> {leftOutWords(reason)}
                  </li>
                ))}
              </ul>
            )}
          </Panel>
        </div>
        <div>
          <PowerPanel figures={figures.data} holdout={Math.round(holdout * 100)} days={days} />
        </div>
      </div>
    </>
  );
}
