import { useBrand } from "../../app/BrandContext.ts";
import { useAsk } from "../../client/queries.ts";
import { NextSteps } from "../../components/NextSteps.tsx";
import { PythonButton } from "../../components/PythonButton.tsx";
import { Empty, Failure, Head } from "../../components/parts.tsx";
import { Skeleton } from "../../components/Skeleton.tsx";
import { day } from "../../format/format.ts";
import { NoSnapshot } from "./NoSnapshot.tsx";
import { OverviewBody } from "./OverviewBody.tsx";

export function OverviewView() {
  const { brand } = useBrand();
  const overview = useAsk("overview.read", { brand });
  const sources = useAsk("sources.list", { brand });
  if (overview.isPending)
    return (
      <Page>
        <Skeleton
          label="Reading the snapshot"
          figures={6}
          columns={[
            { part: 779, panels: [350, 340, 300] },
            { part: 381, panels: [420, 330] },
          ]}
        />
      </Page>
    );
  if (overview.isError) {
    return (
      <Page>
        {overview.error.code === "not_found" ? (
          <NoSnapshot sources={sources.data?.sources ?? []} />
        ) : (
          <Failure error={overview.error} onRetry={() => void overview.refetch()} />
        )}
      </Page>
    );
  }
  const { data } = overview;
  if (data.total.customers === 0)
    return (
      <Page>
        {<Empty title="No customer is known at this day">Every order was without a name, or dated later.</Empty>}
      </Page>
    );
  return (
    <>
      <Head
        title="Overview"
        right={
          <>
            <span className="fact">
              As of <b>{day(data.as_of)}</b>
            </span>
            {data.compared_with && (
              <span className="fact">
                Compared with <b>{day(data.compared_with)}</b>
              </span>
            )}
            <PythonButton subject={{ brand }} />
          </>
        }
      />
      <NextSteps />
      <OverviewBody overview={data} sources={sources.data?.sources ?? []} />
    </>
  );
}

function Page({ children }: { children: React.ReactNode }) {
  return (
    <>
      <Head title="Overview" />
      {children}
    </>
  );
}
