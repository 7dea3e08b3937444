import { useBrand } from "../../app/BrandContext.ts";
import { useAsk } from "../../client/queries.ts";
import { Empty, Failure, Head } from "../../components/parts.tsx";
import { Skeleton } from "../../components/Skeleton.tsx";
import { CampaignList } from "./CampaignList.tsx";
import { NewCampaign } from "./NewCampaign.tsx";
import { OwnCampaign } from "./OwnCampaign.tsx";
import { OffersView } from "./offers/OffersView.tsx";
import { Result } from "./Result.tsx";
import "./campaigns.css";

const crumb = { name: "Campaigns", to: "/campaigns" };

export function CampaignsView({ name }: { name: string | undefined }) {
  const { brand } = useBrand();
  const campaigns = useAsk("campaigns.list", { brand });
  const snapshots = useAsk("snapshots.list", { brand });
  const error = campaigns.error ?? snapshots.error;
  if (error)
    return (
      <>
        <Head title="Campaigns" />
        <Failure error={error} onRetry={() => void Promise.all([campaigns.refetch(), snapshots.refetch()])} />
      </>
    );
  if (!campaigns.data || !snapshots.data)
    return (
      <>
        <Head title="Campaigns" />
        <Skeleton label="Reading campaigns" columns={[{ part: 1, panels: [420] }]} />
      </>
    );
  if (!snapshots.data.snapshots.some(({ is_current }) => is_current))
    return (
      <>
        <Head title="Campaigns" />
        <Empty
          title="No audience yet"
          action={
            <a className="button primary" href="/overview" data-route>
              Go to Overview
            </a>
          }
        >
          After the first run an audience can be drawn into groups: those who get a message, and a part that is kept out
          to compare with.
        </Empty>
      </>
    );
  if (name === undefined) return <CampaignList found={campaigns.data} />;
  const own = campaigns.data.campaigns.find(({ campaign }) => campaign === name);
  if (own) return <OwnCampaign key={name} campaign={own} />;
  if (campaigns.data.delivered.some(({ campaign }) => campaign === name)) return <Result name={name} own={null} />;
  if (name === "offers") return <OffersView names={campaigns.data.campaigns.map(({ campaign }) => campaign)} />;
  if (name === "new") return <NewCampaign names={campaigns.data.campaigns.map(({ campaign }) => campaign)} />;
  return (
    <>
      <Head title="Campaigns" crumb={crumb} />
      <Empty
        title={`There is no campaign ${name}`}
        action={
          <a className="button primary" href="/campaigns" data-route>
            All campaigns
          </a>
        }
      >
        It was removed, or never created.
      </Empty>
    </>
  );
}
