import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Campaign } from "../../../shared/api/contract/campaigns.ts";
import type { AssayContract } from "../../../shared/api/contract.ts";
import type { OutputOf } from "../../../shared/api/operation.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { download } from "../../client/save-export.ts";
import { useWork } from "../../client/use-work.ts";
import { Panel } from "../../components/Panel.tsx";
import { Failure, Head } from "../../components/parts.tsx";
import { State } from "../../components/State.tsx";
import { Working } from "../../components/Working.tsx";
import { countOf, integer, leftOutWords, share } from "../../format/format.ts";
import { FiguresStrip } from "./FiguresStrip.tsx";
import { PowerPanel } from "./PowerPanel.tsx";

type Written = OutputOf<AssayContract["campaigns.export"]>;

/** A campaign that hasn't gone out: its groups as they would be drawn now, and the lists. */
export function Draft({ campaign }: { campaign: Campaign }) {
  const { brand } = useBrand();
  const client = useClient();
  const queries = useQueryClient();
  const work = useWork();
  const [written, setWritten] = useState<Written | null>(null);
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
  const write = () =>
    work.start("Drawing the groups", async (signal, onProgress) => {
      const input = { brand, campaign: campaign.campaign };
      setWritten(await client.stream("campaigns.export", input, { signal, onProgress }));
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
            <button
              type="button"
              className="button primary"
              onClick={() => void queries.invalidateQueries({ queryKey: ["campaigns.list"] })}
            >
              Open the result
            </button>
          ) : (
            <button
              type="button"
              className="button primary"
              disabled={!figures.data || n === 0 || work.doing !== null}
              onClick={() => void write()}
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

function Lists({ written }: { written: Written }) {
  const files = [
    ...written.lists.map(({ variant, path, rows }) => ({ name: variant, path, rows: countOf(rows, "customer") })),
    { name: "Who is in which group", path: written.assignments, rows: "for the records" },
  ];
  return (
    <Panel title="The lists are written" under="Suppressed people and those without consent are in none of them">
      <table className="plain">
        <tbody>
          {files.map(({ name, path, rows }) => (
            <tr key={path}>
              <td className="medium">
                <State tone="good">{name}</State>
              </td>
              <td className="ink2">{rows}</td>
              <td className="mono clip path" title={path}>
                {path.split("/").at(-1)}
              </td>
              <td className="num">
                {window.assay === undefined && (
                  <button type="button" className="button" onClick={() => download(path)}>
                    Download
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
