import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { CampaignSummary } from "../../../shared/api/contract/campaigns.ts";
import type { AssayContract } from "../../../shared/api/contract.ts";
import type { OutputOf } from "../../../shared/api/operation.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { offerUndo } from "../../client/undo.ts";
import { Panel } from "../../components/Panel.tsx";
import { Empty, Failure, Head } from "../../components/parts.tsx";
import { RemoveButton } from "../../components/RemoveButton.tsx";
import { State } from "../../components/State.tsx";
import { Term } from "../../components/Term.tsx";
import { day, integer, share, unknown } from "../../format/format.ts";
import { StandingHoldout } from "./StandingHoldout.tsx";
import { goalText, verdictState } from "./words.ts";

type Found = OutputOf<AssayContract["campaigns.list"]>;

const create = (
  <>
    <a className="button" href="/campaigns/offers" data-route>
      Plan offers
    </a>{" "}
    <a className="button primary" href="/campaigns/new" data-route>
      New campaign
    </a>
  </>
);

export function CampaignList({ found }: { found: Found }) {
  const { brand } = useBrand();
  const client = useClient();
  const queries = useQueryClient();
  const [error, setError] = useState<Error | null>(null);
  const changed = () => queries.invalidateQueries({ queryKey: ["campaigns.list"] });
  const remove = (campaign: string) =>
    void client.call("campaigns.remove", { brand, campaign }).then(
      () => {
        offerUndo(`The campaign ${campaign} is removed; lists that went out stay.`, () =>
          client.call("campaigns.restore", { brand, campaign }),
        );
        return changed();
      },
      (reason: Error) => setError(reason),
    );
  const { campaigns, delivered } = found;
  return (
    <>
      <Head title="Campaigns" {...(campaigns.length > 0 ? { right: create } : {})} />
      {error && <Failure error={error} />}
      {campaigns.length === 0 && (
        <Empty title={delivered.length > 0 ? "No campaign of your own yet" : "No campaign yet"} action={create}>
          Pick an audience, say who gets which message, and keep a part out: its difference to the rest is what the
          campaign earned.
        </Empty>
      )}
      {campaigns.length > 0 && (
        <Panel title="Campaigns" under="What they brought beyond what people would have bought anyway, 95 % limits">
          <Rows
            rows={campaigns.map(({ campaign, result, segment, sentence }) => ({
              campaign,
              result,
              about: segment ?? sentence,
            }))}
            onRemove={remove}
          />
        </Panel>
      )}
      {delivered.length > 0 && (
        <div className="below">
          <Panel
            title="Sent by another program"
            under="A source tells who was contacted and who was kept out; 30 days after"
          >
            <Rows rows={delivered.map(({ campaign, result }) => ({ campaign, result, about: "" }))} />
          </Panel>
        </div>
      )}
      <StandingHoldout share={found.global_holdout} />
    </>
  );
}

interface Row {
  readonly campaign: string;
  readonly about: string;
  readonly result: CampaignSummary | null;
}

function Rows({ rows, onRemove }: { rows: readonly Row[]; onRemove?: (campaign: string) => void }) {
  const { currency } = useBrand();
  const isAbout = rows.some(({ about }) => about !== "");
  return (
    <div className="scroll">
      <table className="plain">
        <thead>
          <tr>
            <th>Campaign</th>
            {isAbout && <th>Audience</th>}
            <th>Started</th>
            <th className="num">Contacted</th>
            <th className="num">
              <Term name="kept_out">Kept out</Term>
            </th>
            <th className="num">Brought, {currency} or buyers</th>
            <th className="verdict">Result</th>
            {onRemove && (
              <th>
                <span className="sr">Remove</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ campaign, about, result }) => (
            <tr key={campaign}>
              <td className="medium nowrap">
                <a href={`/campaigns/${encodeURIComponent(campaign)}`} data-route>
                  {campaign}
                </a>
              </td>
              {isAbout && <td className="ink2">{about}</td>}
              <td className="ink2 nowrap">{result ? day(result.starts_on) : "Draft"}</td>
              <td className="num strong">{result ? integer(result.customers) : unknown}</td>
              <td className="num nowrap">{result ? keptText(result) : unknown}</td>
              <td className="num nowrap">{result ? <GoalCell result={result} currency={currency} /> : unknown}</td>
              <td className="verdict">
                {result ? <VerdictState result={result} /> : <State tone="plain">Not exported</State>}
              </td>
              {onRemove && (
                <td className="num">
                  <RemoveButton name={campaign} onRemove={() => onRemove(campaign)} />
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function keptText({ kept_out, customers }: CampaignSummary): string {
  return kept_out === 0 ? "0" : `${integer(kept_out)}, ${share(kept_out / (kept_out + customers), 0)}`;
}

function GoalCell({ result, currency }: { result: CampaignSummary; currency: string }) {
  const { value, limits } = goalText(result, currency);
  if (value === unknown) return <>{unknown}</>;
  return (
    <>
      <b>{value}</b>
      {result.goal === "purchases" && " buyers"} <span className="limits">{limits}</span>
    </>
  );
}

function VerdictState({ result }: { result: CampaignSummary }) {
  const { tone, word } = verdictState(result.verdict);
  return (
    <State tone={tone}>
      {word}
      {result.verdict === "too_early" && `, day ${integer(result.elapsed_days)} of ${integer(result.days)}`}
    </State>
  );
}
