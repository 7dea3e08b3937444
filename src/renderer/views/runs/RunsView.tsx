import { useEffect, useState } from "react";
import type { Run } from "../../../shared/api/contract/runs.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { go, useRoute } from "../../app/route.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { Failure, Head } from "../../components/parts.tsx";
import { Skeleton } from "../../components/Skeleton.tsx";
import { RunBody } from "./RunBody.tsx";
import { RunList } from "./RunList.tsx";

const crumb = { name: "Runs", to: "/runs" };

export function RunsView({ id }: { id: string | undefined }) {
  const { brand } = useBrand();
  return id ? <OneRun key={id} brand={brand} id={id} /> : <RunList brand={brand} />;
}

/** Follows a run to its end; the demo's goes on to the overview by itself. */
function OneRun({ brand, id }: { brand: string; id: string }) {
  const client = useClient();
  const { params } = useRoute();
  const [run, setRun] = useState<Run | null>(null);
  const [error, setError] = useState<(Error & { hint?: string }) | null>(null);
  const isForOverview = params.get("then") === "overview";
  useEffect(() => {
    const stop = new AbortController();
    client.stream("runs.watch", { brand, run_id: id }, { signal: stop.signal, onProgress: setRun }).then(
      (ended) => {
        if (stop.signal.aborted) return;
        setRun(ended);
        if (ended.state === "done" && isForOverview) go("/overview", { replace: true });
      },
      (reason: Error) => !stop.signal.aborted && setError(reason),
    );
    return () => stop.abort();
  }, [client, brand, id, isForOverview]);
  if (run) return <RunBody brand={brand} run={run} />;
  return (
    <>
      <Head title="Run" crumb={crumb} />
      {error ? (
        <Failure error={error} />
      ) : (
        <Skeleton label="Finding the run" figures={6} columns={[{ part: 1, panels: [460] }]} />
      )}
    </>
  );
}
