import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { useWork } from "../../client/use-work.ts";
import { Panel } from "../../components/Panel.tsx";
import { Failure } from "../../components/parts.tsx";
import { Working } from "../../components/Working.tsx";
import { bytes } from "../../format/format.ts";

/** What this machine keeps for this user, and the way to make it again. */
export function LocalPanel() {
  const client = useClient();
  const queries = useQueryClient();
  const state = useAsk("local.state", {});
  const { doing, error, start, cancel } = useWork();
  const [isDone, setIsDone] = useState(false);
  const total = state.data?.files.reduce((sum, file) => sum + file.bytes, 0) ?? null;
  const rebuild = () =>
    start("Making it again", async (signal) => {
      setIsDone(false);
      await client.call("local.rebuild", {}, { signal });
      await queries.invalidateQueries();
      setIsDone(true);
    });
  return (
    <Panel
      title="Local state"
      under="Copies of the logs, history of runs, search index and settings; never in the workspace"
      tools={
        <button type="button" className="button" disabled={doing !== null} onClick={() => void rebuild()}>
          Rebuild
        </button>
      }
    >
      <dl className="facts">
        <dt>Folder</dt>
        <dd className="mono">{state.data?.folder ?? "…"}</dd>
        <dt>Size</dt>
        <dd>{bytes(total)}</dd>
        <dt>Kept</dt>
        <dd>
          {bytes(state.data?.kept_bytes)}
          <span className="ink2"> of snapshots and waiting changes, to work without the shared directory</span>
        </dd>
      </dl>
      {doing && <Working doing={doing} onCancel={cancel} />}
      {error && <Failure error={error} />}
      <p className="small ink2" role="status">
        {isDone
          ? "The logs were read again; the search index is being built."
          : "Rebuild reads the workspace’s logs again and builds the search index anew. Settings and the list of workspaces stay."}
      </p>
    </Panel>
  );
}
