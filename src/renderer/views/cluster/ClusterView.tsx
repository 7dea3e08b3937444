import { useAsk } from "../../client/queries.ts";
import { Failure, Head, Waiting } from "../../components/parts.tsx";
import { State } from "../../components/State.tsx";
import { AddAgentPanel } from "./AddAgentPanel.tsx";
import { AgentsPanel } from "./AgentsPanel.tsx";
import { BrokerPanel } from "./BrokerPanel.tsx";
import { ClusterStrip } from "./ClusterStrip.tsx";
import "./cluster.css";
import { DirectoryPanel } from "./DirectoryPanel.tsx";
import { ScalePanel } from "./ScalePanel.tsx";
import { SharePanel } from "./SharePanel.tsx";

/** The shared directory and the machines that work on it. */
export function ClusterView() {
  const status = useAsk("cluster.status", {}, { every: 2_000, keep: true });
  const workspace = useAsk("workspace.status", {});
  const path = workspace.data?.workspace?.path;
  const broker = status.data?.broker;
  return (
    <>
      <Head
        title="Cluster"
        beside={
          broker && (
            <span className="chip">
              {broker.state === "ok" && <State tone="good">Broker answers</State>}
              {broker.state === "away" && <State tone="bad">Broker is away</State>}
              {broker.state === "none" && <State tone="muted">No broker: runs stay on this machine</State>}
            </span>
          )
        }
      />
      {status.isError && <Failure error={status.error} onRetry={() => void status.refetch()} />}
      {status.isPending && <Waiting label="Asking the broker" />}
      {broker?.state === "ok" && status.data && <ClusterStrip status={status.data} />}
      <div className="grid cluster">
        <div className="s8 stack">
          {status.data && <AgentsPanel status={status.data} />}
          <DirectoryPanel />
          <SharePanel workspace={path} />
          <ScalePanel />
        </div>
        <div className="s4 stack">
          {broker && <BrokerPanel broker={broker} />}
          {path && <AddAgentPanel workspace={path} redis={broker?.address ?? null} />}
        </div>
      </div>
    </>
  );
}
