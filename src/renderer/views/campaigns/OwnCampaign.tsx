import { useState } from "react";
import type { Campaign } from "../../../shared/api/contract/campaigns.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useWork } from "../../client/use-work.ts";
import { Draft } from "./Draft.tsx";
import type { Written } from "./Lists.tsx";
import { Result } from "./Result.tsx";

/** The lists of a campaign, being written or just written. */
export interface Writing {
  readonly work: ReturnType<typeof useWork>;
  readonly written: Written | null;
  readonly write: () => void;
}

/** A campaign of one's own: its plan until the lists are written and looked at, its result from then on. The groups are drawn, and the
 *  campaign told to be, before the first list is there: the writing must not end with the plan. */
export function OwnCampaign({ campaign }: { campaign: Campaign }) {
  const { brand } = useBrand();
  const client = useClient();
  const work = useWork();
  const [written, setWritten] = useState<Written | null>(null);
  const [isPlan, setIsPlan] = useState(campaign.drawn === null);
  const write = () =>
    void work.start(campaign.drawn ? "Writing the lists" : "Drawing the groups", async (signal, onProgress) => {
      const input = { brand, campaign: campaign.campaign };
      setWritten(await client.stream("campaigns.export", input, { signal, onProgress }));
    });
  const writing = { work, written, write };
  const isOpen = campaign.drawn === null || work.doing !== null || work.error !== null || written !== null;
  return isPlan && isOpen ? (
    <Draft campaign={campaign} writing={writing} onOpenResult={() => setIsPlan(false)} />
  ) : (
    <Result name={campaign.campaign} own={{ campaign, writing }} />
  );
}
