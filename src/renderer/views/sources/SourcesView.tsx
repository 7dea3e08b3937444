import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useBrand } from "../../app/BrandContext.ts";
import { go, useRoute } from "../../app/route.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { Panel } from "../../components/Panel.tsx";
import { Empty, Failure, Head, Waiting } from "../../components/parts.tsx";
import { Term } from "../../components/Term.tsx";
import { instant, integer } from "../../format/format.ts";
import { AddSource } from "./AddSource.tsx";
import { SourcePanel } from "./SourcePanel.tsx";

export function SourcesView({ name, adding }: { name: string | undefined; adding: boolean }) {
  const { brand } = useBrand();
  const { params } = useRoute();
  const client = useClient();
  const queries = useQueryClient();
  const sources = useAsk("sources.list", { brand });
  const [doing, setDoing] = useState<string | null>(null);
  const [error, setError] = useState<(Error & { hint?: string }) | null>(null);
  const [stop, setStop] = useState<AbortController | null>(null);
  if (adding) return <AddSource brand={brand} path={params.get("path") ?? ""} />;
  const ingest = async () => {
    const cancel = new AbortController();
    setStop(cancel);
    setError(null);
    try {
      await client.stream(
        "sources.ingest",
        { brand },
        { signal: cancel.signal, onProgress: ({ label }) => setDoing(label) },
      );
    } catch (reason) {
      setError(reason as Error);
    }
    setDoing(null);
    setStop(null);
    await queries.invalidateQueries();
  };
  const run = async () => {
    try {
      const { run_id } = await client.call("runs.launch", { brand });
      go(`/runs/${run_id}?then=overview`);
    } catch (reason) {
      setError(reason as Error);
    }
  };
  const list = sources.data?.sources ?? [];
  const chosen = list.find(({ source }) => source === name);
  return (
    <>
      <Head
        title={chosen ? chosen.source : "Sources"}
        {...(chosen ? { crumb: { name: "Sources", to: "/sources" } } : {})}
        right={
          <>
            <a className="button" href="/sources/add" data-route>
              Add source
            </a>
            {list.length > 0 && (
              <button type="button" className="button" onClick={() => void ingest()} disabled={stop !== null}>
                Take delivery
              </button>
            )}
            {list.some(({ rows_accepted }) => rows_accepted > 0) && (
              <button type="button" className="button primary" onClick={() => void run()}>
                Run
              </button>
            )}
          </>
        }
      />
      {doing && (
        <div
          className="panel"
          role="status"
          style={{ marginBottom: 12, display: "flex", gap: 12, alignItems: "center" }}
        >
          <span>{doing}</span>
          <button type="button" className="button" onClick={() => stop?.abort()}>
            Cancel
          </button>
        </div>
      )}
      {error && <Failure error={error} />}
      {sources.isPending ? (
        <Waiting />
      ) : sources.isError ? (
        <Failure error={sources.error} onRetry={() => void sources.refetch()} />
      ) : chosen ? (
        <SourcePanel brand={brand} source={chosen} />
      ) : list.length === 0 ? (
        <Empty
          title="No source yet"
          action={
            <a className="button primary" href="/sources/add" data-route>
              Add source
            </a>
          }
        >
          Each file is recognised and its mapping proposed; rows that can’t be read are listed with line and reason.
        </Empty>
      ) : (
        <Panel
          title={`${list.length} ${list.length === 1 ? "source" : "sources"}, ${integer(list.reduce((n, one) => n + one.rows_accepted, 0))} rows taken`}
          under="Every row is accepted, rejected with its reason, or repeated"
        >
          <div className="scroll">
            <table className="plain">
              <thead>
                <tr>
                  <th>Source</th>
                  <th>Layout</th>
                  <th>Feeds</th>
                  <th className="num">Deliveries</th>
                  <th className="num">Accepted</th>
                  <th className="num">
                    <Term name="reject">Rejected</Term>
                  </th>
                  <th className="num">
                    <Term name="repeated">Repeated</Term>
                  </th>
                  <th>Records until</th>
                  <th>State</th>
                </tr>
              </thead>
              <tbody>
                {list.map((source) => (
                  <tr key={source.source}>
                    <td className="strong">
                      <a href={`/sources/${source.source}`} data-route>
                        {source.source}
                      </a>
                    </td>
                    <td>{source.layout}</td>
                    <td className="ink2">{source.tables.join(", ")}</td>
                    <td className="num">{source.n_batches}</td>
                    <td className="num">{integer(source.rows_accepted)}</td>
                    <td className="num">{integer(source.rows_rejected)}</td>
                    <td className="num">{integer(source.rows_repeated)}</td>
                    <td className="ink2">{instant(source.records_until)}</td>
                    <td>
                      {source.state === "rejects" ? (
                        <span className="warn">△ Rejects</span>
                      ) : source.state === "current" ? (
                        <span className="good">✓ Read</span>
                      ) : (
                        <span className="muted">○ Nothing yet</span>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </Panel>
      )}
    </>
  );
}
