import type { Identity } from "../../../shared/api/contract/identity.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { useRoute } from "../../app/route.ts";
import { useAsk } from "../../client/queries.ts";
import { Empty, Failure, Head } from "../../components/parts.tsx";
import { Skeleton } from "../../components/Skeleton.tsx";
import { day } from "../../format/format.ts";
import { JoinedPanel } from "./JoinedPanel.tsx";
import { Ledger } from "./Ledger.tsx";
import { PairPanel } from "./PairPanel.tsx";
import { QualityStrip } from "./QualityStrip.tsx";
import { ReviewPanel } from "./ReviewPanel.tsx";
import { SizesPanel } from "./SizesPanel.tsx";
import "./identity.css";

export function IdentityView() {
  const { brand } = useBrand();
  const identity = useAsk("identity.read", { brand });
  if (identity.isPending)
    return (
      <>
        <Head title="Identity" />
        <Skeleton
          label="Reading who is who"
          figures={6}
          isLow
          columns={[
            { part: 7, panels: [520] },
            { part: 5, panels: [300, 260] },
          ]}
        />
      </>
    );
  if (identity.isError)
    return (
      <>
        <Head title="Identity" />
        {identity.error.code === "not_found" ? (
          <Empty
            title="Nobody has been joined yet"
            action={
              <a className="button primary" href="/overview" data-route>
                Go to Overview
              </a>
            }
          >
            Which records of your sources are one person, by which rule and how surely, stands here after the first run.
          </Empty>
        ) : (
          <Failure error={identity.error} onRetry={() => void identity.refetch()} />
        )}
      </>
    );
  return <Body data={identity.data} />;
}

function Body({ data }: { data: Identity }) {
  const { params } = useRoute();
  const [a, b] = [params.get("a"), params.get("b")];
  const chosen = a !== null && b !== null ? { a, b } : null;
  return (
    <>
      <Head
        title="Identity"
        right={
          <span className="fact">
            As of <b>{day(data.as_of)}</b>
          </span>
        }
      />
      <QualityStrip measures={data.measures} />
      <div className="identity">
        <div>
          {chosen && <PairPanel a={chosen.a} b={chosen.b} />}
          <ReviewPanel data={data} chosen={chosen} />
        </div>
        <div>
          <JoinedPanel data={data} />
          <Ledger data={data} />
          <SizesPanel data={data} />
        </div>
      </div>
    </>
  );
}
