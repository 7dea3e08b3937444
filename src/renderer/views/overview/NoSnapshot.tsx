import type { Source } from "../../../shared/api/contract/sources.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { go } from "../../app/route.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useWork } from "../../client/use-work.ts";
import { Empty, Failure } from "../../components/parts.tsx";

/** A workspace without a snapshot: what is missing, and the one action that brings it. */
export function NoSnapshot({ sources }: { sources: readonly Source[] }) {
  const { brand } = useBrand();
  const client = useClient();
  const { doing, error, start } = useWork();
  const hasRows = sources.some(({ rows_accepted }) => rows_accepted > 0);
  const run = () =>
    start("Starting", async () => {
      const { run_id } = await client.call("runs.launch", { brand });
      go(`/runs/${run_id}?then=overview`);
    });
  return (
    <>
      {error && <Failure error={error} />}
      <Empty
        title={hasRows ? "The deliveries are in; nothing has been worked out yet" : "Nothing has been read yet"}
        action={
          hasRows ? (
            <button type="button" className="button primary" disabled={doing !== null} onClick={() => void run()}>
              {doing ? "Starting…" : "Run"}
            </button>
          ) : (
            <a className="button primary" href="/sources/add" data-route>
              Add data
            </a>
          )
        }
      >
        Customers, revenue, lifecycle and the next 90 days will stand here after the first run.
      </Empty>
    </>
  );
}
