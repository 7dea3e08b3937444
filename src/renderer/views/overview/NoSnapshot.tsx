import { useState } from "react";
import type { Source } from "../../../shared/api/contract/sources.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { go } from "../../app/route.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { Empty, Failure } from "../../components/parts.tsx";

/** A workspace without a snapshot: what is missing, and the one action that brings it. */
export function NoSnapshot({ sources }: { sources: readonly Source[] }) {
  const { brand } = useBrand();
  const client = useClient();
  const [error, setError] = useState<Error | null>(null);
  const hasRows = sources.some(({ rows_accepted }) => rows_accepted > 0);
  const start = () => {
    client.call("runs.launch", { brand }).then(
      ({ run_id }) => go(`/runs/${run_id}`),
      (reason: Error) => setError(reason),
    );
  };
  return (
    <>
      {error && <Failure error={error} />}
      <Empty
        title={hasRows ? "The deliveries are in; nothing has been worked out yet" : "Nothing has been read yet"}
        action={
          hasRows ? (
            <button type="button" className="button primary" onClick={start}>
              Run
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
