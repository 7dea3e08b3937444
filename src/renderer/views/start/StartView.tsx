import { useState } from "react";
import type { AssayContract } from "../../../shared/api/contract.ts";
import type { OutputOf } from "../../../shared/api/operation.ts";
import { go } from "../../app/route.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { FolderPicker } from "../../components/FolderPicker.tsx";
import { Failure, Head } from "../../components/parts.tsx";
import { BrandForm } from "./BrandForm.tsx";

type Status = OutputOf<AssayContract["workspace.status"]>;
interface Doing {
  label: string;
  done: number;
  total: number | null;
}

/** First start: three ways to begin. */
export function StartView({ status }: { status: Status }) {
  const client = useClient();
  const [doing, setDoing] = useState<Doing | null>(null);
  const [cancel, setCancel] = useState<AbortController | null>(null);
  const [error, setError] = useState<(Error & { hint?: string }) | null>(null);
  const [picking, setPicking] = useState<"folder" | "workspace" | null>(null);
  const [folder, setFolder] = useState<string | null>(null);

  const openDemo = async () => {
    const stop = new AbortController();
    setCancel(stop);
    setError(null);
    setDoing({ label: "Preparing", done: 0, total: null });
    try {
      const { brand } = await client.stream("demo.open", {}, { signal: stop.signal, onProgress: setDoing });
      const { run_id } = await client.call("runs.launch", { brand });
      go(`/runs/${run_id}?then=overview`);
    } catch (reason) {
      setError(reason as Error);
    } finally {
      setDoing(null);
      setCancel(null);
    }
  };
  const attach = async (path: string) => {
    setPicking(null);
    setError(null);
    try {
      await client.call("workspace.open", { path });
      go("/overview");
    } catch (reason) {
      setError(reason as Error);
    }
  };
  const isOpen = status.workspace !== null;
  if (isOpen || folder !== null) return <BrandForm workspace={status.workspace?.path ?? null} folder={folder} />;
  return (
    <>
      <Head title="Overview" />
      <div className="strip" aria-hidden="true">
        {["Customers", "Active stage", "Revenue", "Net of returns", "Repeat rate", "Return rate"].map((name) => (
          <div key={name}>
            <div className="k">{name}</div>
            <div className="v">–</div>
            <div className="s">&nbsp;</div>
          </div>
        ))}
      </div>
      <h2 style={{ fontSize: 20, lineHeight: "26px", fontWeight: 600, marginTop: 36 }}>Nothing has been read yet</h2>
      <p className="ink2" style={{ marginTop: 4 }}>
        Customers, revenue, lifecycle and the next 90 days will stand here after the first run. Three ways to begin:
      </p>
      {error && (
        <div style={{ marginTop: 12 }}>
          <Failure error={error} />
        </div>
      )}
      {doing ? (
        <div className="panel" style={{ marginTop: 18 }} role="status">
          <div className="strong">{doing.label}</div>
          <div className="bar" style={{ margin: "10px 0" }}>
            <i style={{ width: doing.total ? `${Math.min(100, (doing.done / doing.total) * 100)}%` : "12%" }} />
          </div>
          <button type="button" className="button" onClick={() => cancel?.abort()}>
            Cancel
          </button>
        </div>
      ) : (
        <div className="cards">
          <div className="card">
            <h3>Open the demo retailer</h3>
            <p className="ink2">
              A fashion and home shop with 30 months of orders from tills and a web shop, CRM and loyalty, flaws
              included.
            </p>
            <ul>
              <li>20,000 customers, made on this machine</li>
              <li>First results in about a minute</li>
              <li>Goes without a trace when deleted</li>
            </ul>
            <button type="button" className="button primary" onClick={() => void openDemo()}>
              Open the demo retailer
            </button>
          </div>
          <div className="card">
            <h3>Add my own data</h3>
            <p className="ink2">
              Each file is recognised and its mapping proposed; rows that can’t be read are listed with line and reason.
            </p>
            <ul>
              <li>Shopify exports, tills, CRM, loyalty or plain tables</li>
              <li>CSV, TSV, Parquet, Excel, gzip, zstd</li>
            </ul>
            <button type="button" className="button" onClick={() => setPicking("folder")}>
              Choose folder
            </button>
          </div>
          <div className="card">
            <h3>Attach a shared workspace</h3>
            <p className="ink2">A workspace that a team keeps on EFS, NFS or a drive.</p>
            <ul>
              <li>Snapshots already there open at once</li>
              <li>Two desktops share one run’s work</li>
            </ul>
            <button type="button" className="button" onClick={() => setPicking("workspace")}>
              Choose directory
            </button>
            {status.recent.length > 0 && (
              <div className="ink2" style={{ fontSize: 12 }}>
                Lately:{" "}
                {status.recent.slice(0, 3).map(({ path }) => (
                  <button key={path} type="button" className="button bare" onClick={() => void attach(path)}>
                    {path.split(/[\\/]/).slice(-2).join("/")}
                  </button>
                ))}
              </div>
            )}
          </div>
        </div>
      )}
      <p className="muted" style={{ marginTop: 24 }}>
        From a terminal: <span className="mono">assay demo ./shop</span>. No account, no server; no data leaves this
        machine.
      </p>
      {picking && (
        <FolderPicker
          title={picking === "folder" ? "Folder with exports" : "Workspace to attach"}
          onClose={() => setPicking(null)}
          onPick={(path) => {
            setPicking(null);
            if (picking === "folder") setFolder(path);
            else void attach(path);
          }}
        />
      )}
    </>
  );
}
