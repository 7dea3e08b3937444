import { useBrand } from "../../app/BrandContext.ts";
import { useAsk } from "../../client/queries.ts";
import { NextSteps } from "../../components/NextSteps.tsx";
import { PythonButton } from "../../components/PythonButton.tsx";
import { Empty, Failure, Head, Waiting } from "../../components/parts.tsx";
import { day } from "../../format/format.ts";
import { NoSnapshot } from "./NoSnapshot.tsx";
import { OverviewBody } from "./OverviewBody.tsx";

export function OverviewView() {
  const { brand } = useBrand();
  const overview = useAsk("overview.read", { brand });
  const sources = useAsk("sources.list", { brand });
  if (overview.isPending) return <Page>{<Waiting label="Reading the snapshot" />}</Page>;
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
