import { useEffect, useState } from "react";
import type { Run } from "../../../shared/api/contract/runs.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { go, useRoute } from "../../app/route.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { Panel } from "../../components/Panel.tsx";
import { Empty, Failure, Head, Waiting } from "../../components/parts.tsx";
import { day, instant, integer, seconds, word } from "../../format/format.ts";
import { RunBody } from "./RunBody.tsx";

export function RunsView({ id }: { id: string | undefined }) {
  const { brand } = useBrand();
  if (id) return <OneRun key={id} brand={brand} id={id} />;
  return <RunList brand={brand} />;
}

function RunList({ brand }: { brand: string }) {
  const client = useClient();
  const runs = useAsk("runs.list", { brand });
  const [error, setError] = useState<(Error & { hint?: string }) | null>(null);
  const start = () => {
    client.call("runs.launch", { brand }).then(
      ({ run_id }) => go(`/runs/${run_id}`),
      (reason: Error) => setError(reason),
    );
  };
  const list = runs.data?.runs ?? [];
  return (
    <>
      <Head
        title="Runs"
        right={
          <button type="button" className="button primary" onClick={start}>
            Run
          </button>
        }
      />
      {error && <Failure error={error} />}
      {runs.isPending ? (
        <Waiting />
      ) : list.length === 0 ? (
        <Empty title="No run yet">Deliveries become profiles in a run; every step can be watched here.</Empty>
      ) : (
        <Panel title={`${list.length} ${list.length === 1 ? "run" : "runs"} of this machine`} under="The latest first">
          <table className="plain">
            <thead>
              <tr>
                <th>Requested</th>
                <th>State</th>
                <th>As of</th>
                <th className="num">Took</th>
                <th className="num">Tasks</th>
                <th className="num">Reused</th>
                <th className="num">Computed</th>
                <th>Snapshot</th>
              </tr>
            </thead>
            <tbody>
              {list.map((run) => (
                <tr key={run.run_id}>
                  <td>
                    <a href={`/runs/${run.run_id}`} data-route>
                      {instant(run.requested_at)}
                    </a>
                  </td>
                  <td className={run.state === "failed" ? "bad" : run.state === "done" ? "good" : ""}>
                    {run.state === "done" ? "✓ " : run.state === "failed" ? "✕ " : ""}
                    {word(run.state)}
                  </td>
                  <td>{day(run.as_of)}</td>
                  <td className="num">{seconds(run.seconds)}</td>
                  <td className="num">{integer(run.tasks.total)}</td>
                  <td className="num">{integer(run.tasks.reused)}</td>
                  <td className="num">{integer(run.tasks.computed)}</td>
                  <td className="mono">{run.snapshot_id?.slice(0, 8)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Panel>
      )}
    </>
  );
}

function OneRun({ brand, id }: { brand: string; id: string }) {
  const client = useClient();
  const { params } = useRoute();
  const [run, setRun] = useState<Run | null>(null);
  const [error, setError] = useState<(Error & { hint?: string }) | null>(null);
  const then = params.get("then");
  useEffect(() => {
    const stop = new AbortController();
    client.stream("runs.watch", { brand, run_id: id }, { signal: stop.signal, onProgress: setRun }).then(
      (ended) => {
        if (stop.signal.aborted) return;
        setRun(ended);
        if (ended.state === "done" && then === "overview") go("/overview", { replace: true });
      },
      (reason: Error) => !stop.signal.aborted && setError(reason),
    );
    return () => stop.abort();
  }, [client, brand, id, then]);
  const crumb = { name: "Runs", to: "/runs" };
  if (error)
    return (
      <>
        <Head title="Run" crumb={crumb} />
        <Failure error={error} />
      </>
    );
  if (!run)
    return (
      <>
        <Head title="Run" crumb={crumb} />
        <Waiting label="Finding the run" />
      </>
    );
  return <RunBody brand={brand} run={run} />;
}
