import { useQueryClient } from "@tanstack/react-query";
import type { Source } from "../../../shared/api/contract/sources.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { go, useRoute } from "../../app/route.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { useWork } from "../../client/use-work.ts";
import { Empty, Failure, Head } from "../../components/parts.tsx";
import { Skeleton } from "../../components/Skeleton.tsx";
import { Working } from "../../components/Working.tsx";
import { AddSource } from "./AddSource.tsx";
import { Nights } from "./Nights.tsx";
import { SourcePanel } from "./SourcePanel.tsx";
import { SourceTable } from "./SourceTable.tsx";

const add = (
  <a className="button" href="/sources/add" data-route>
    Add source
  </a>
);

export function SourcesView({ name, adding }: { name: string | undefined; adding: boolean }) {
  const { brand } = useBrand();
  const { params } = useRoute();
  const sources = useAsk("sources.list", { brand });
  const paths = params.getAll("path");
  if (adding) return <AddSource key={paths.join("\n")} paths={paths} />;
  if (sources.data) return <Sources list={sources.data.sources} name={name} />;
  return (
    <>
      <Head title="Sources" />
      {sources.isPending ? (
        <Skeleton label="Reading the sources" columns={[{ part: 1, panels: [420] }]} />
      ) : (
        <Failure error={sources.error} onRetry={() => void sources.refetch()} />
      )}
    </>
  );
}

function Sources({ list, name }: { list: readonly Source[]; name: string | undefined }) {
  const { brand } = useBrand();
  const client = useClient();
  const queries = useQueryClient();
  const { doing, error, start, cancel } = useWork();
  const launch = useWork();
  const chosen = list.find(({ source }) => source === name);
  const takeDelivery = () =>
    start("Looking for deliveries", async (signal, onProgress) => {
      const one = chosen ? { source: chosen.source } : {};
      await client.stream("sources.ingest", { brand, ...one }, { signal, onProgress });
      await queries.invalidateQueries();
    });
  const run = () =>
    launch.start("Starting", async () => {
      const { run_id } = await client.call("runs.launch", { brand });
      go(`/runs/${run_id}?then=overview`);
    });
  const hasRows = list.some(({ rows_accepted }) => rows_accepted > 0);
  return (
    <>
      <Head
        title={chosen ? chosen.source : "Sources"}
        {...(chosen ? { crumb: { name: "Sources", to: "/sources" } } : {})}
        right={
          <>
            {!chosen && list.length > 0 && add}
            {list.length > 0 && (
              <button type="button" className="button" disabled={doing !== null} onClick={() => void takeDelivery()}>
                Take delivery
              </button>
            )}
            {hasRows && (
              <button
                type="button"
                className="button primary"
                disabled={doing !== null || launch.doing !== null}
                onClick={() => void run()}
              >
                {launch.doing ? "Starting…" : "Run"}
              </button>
            )}
          </>
        }
      />
      {doing && <Working doing={doing} onCancel={cancel} />}
      {error && <Failure error={error} />}
      {launch.error && <Failure error={launch.error} />}
      {list.length === 0 && (
        <Empty
          title="No source yet"
          action={
            <a className="button primary" href="/sources/add" data-route>
              Add source
            </a>
          }
        >
          Exports of tills, web shops, CRM and loyalty stand here, each with what was read, rejected and repeated. Drop
          files or a folder anywhere on the window, or choose them.
        </Empty>
      )}
      {list.length > 0 && !chosen && (
        <div className="grid">
          <SourceTable sources={list} />
          <Nights />
        </div>
      )}
      {chosen && <SourcePanel key={chosen.source} source={chosen} />}
    </>
  );
}
