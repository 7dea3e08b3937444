import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { AssayContract } from "../../../shared/api/contract.ts";
import type { OutputOf } from "../../../shared/api/operation.ts";
import { go, useRoute } from "../../app/route.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useWork } from "../../client/use-work.ts";
import { FolderPicker } from "../../components/FolderPicker.tsx";
import { Icon } from "../../components/Icon.tsx";
import { Failure, Head } from "../../components/parts.tsx";
import { Working } from "../../components/Working.tsx";
import { shortPath } from "../../format/paths.ts";
import { BrandForm } from "./BrandForm.tsx";
import { Card } from "./Card.tsx";
import "./start.css";

type Status = OutputOf<AssayContract["workspace.status"]>;
type Picking = "exports" | "workspace";

const figures = ["Customers", "Active stage", "Revenue", "Net of returns", "Repeat rate", "Return rate"];
const then: readonly (readonly [string, string])[] = [
  ["Recognise", "what each file is"],
  ["Map", "columns, seen on real rows"],
  ["Run", "every step can be watched"],
  ["Overview", "with how sure each number is"],
];

interface Props {
  readonly status: Status;
  /** While this is so the page stays, although a workspace and its retailer come to be meanwhile. */
  readonly onBusy: (isBusy: boolean) => void;
}

/** First start: what will stand here, and three ways to begin. */
export function StartView({ status, onBusy }: Props) {
  const client = useClient();
  const queries = useQueryClient();
  const { doing, error, start, cancel } = useWork();
  const [picking, setPicking] = useState<Picking | null>(null);
  const dropped = useRoute().params.getAll("path");
  const [chosen, setFolder] = useState<string | null>(null);
  const folder = chosen ?? dropped[0] ?? null;
  const openDemo = () => {
    onBusy(true);
    return start("Preparing", async (signal, onProgress) => {
      const { brand } = await client.stream("demo.open", {}, { signal, onProgress });
      const { run_id } = await client.call("runs.launch", { brand });
      await queries.invalidateQueries();
      go(`/runs/${run_id}?then=overview`);
    }).finally(() => onBusy(false));
  };
  const attach = (path: string) =>
    start("Opening the workspace", async (signal) => {
      await client.call("workspace.open", { path }, { signal });
      await queries.invalidateQueries();
      go("/overview");
    });
  const picked = (kind: Picking, path: string) => {
    setPicking(null);
    if (kind === "exports") setFolder(path);
    else void attach(path);
  };
  const choose = async (kind: Picking, title: string) => {
    if (!window.assay) return setPicking(kind);
    const path = await window.assay.chooseFolder(title);
    if (path) picked(kind, path);
  };
  if (doing === null && error === null && (status.workspace !== null || folder !== null))
    return (
      <BrandForm
        workspace={status.workspace?.path ?? null}
        folder={folder}
        others={chosen === null ? dropped.slice(1) : []}
        onBack={() => {
          setFolder(null);
          go("/", { replace: true });
        }}
        onBusy={onBusy}
      />
    );
  return (
    <>
      <Head title="Overview" />
      <div className="strip" aria-hidden="true">
        {figures.map((name) => (
          <div key={name}>
            <div className="k">{name}</div>
            <div className="v">–</div>
            <div className="s">&nbsp;</div>
          </div>
        ))}
      </div>
      <h2 className="start-title">Nothing has been read yet</h2>
      <p className="ink2">
        Customers, revenue, lifecycle and the next 90 days will stand here after the first run. Three ways to begin:
      </p>
      <div className="start-news">
        {error && <Failure error={error} />}
        {doing && <Working doing={doing} onCancel={cancel} />}
      </div>
      <div className="cards">
        <Card
          icon="shop"
          title="Open the demo retailer"
          text="A fashion and home shop with 30 months of orders from tills and a web shop, returns, CRM and loyalty, flaws included."
          points={[
            "20,000 customers, made on this machine",
            "First results in about a minute",
            "Goes without a trace when deleted",
          ]}
        >
          <button type="button" className="button primary" disabled={doing !== null} onClick={() => void openDemo()}>
            Open the demo retailer
          </button>
        </Card>
        <Card
          icon="folder"
          title="Add my own data"
          text="Each file is recognised and its mapping proposed; rows that can’t be read are listed with line and reason."
          points={[
            "Shopify exports, tills, CRM, loyalty, or plain tables",
            "CSV, TSV, JSON, Parquet, Excel, gzip, zstd",
          ]}
        >
          <button
            type="button"
            className="button"
            disabled={doing !== null}
            onClick={() => void choose("exports", "Folder with exports")}
          >
            Choose folder
          </button>
          <span className="muted small drop-hint">or drop it anywhere</span>
        </Card>
        <Card
          icon="server"
          title="Attach a shared workspace"
          text="A workspace that a team keeps on EFS, NFS or a drive; one of this machine opens the same way."
          points={["Snapshots already there open at once", "Two desktops share one run’s work"]}
        >
          <button
            type="button"
            className="button"
            disabled={doing !== null}
            onClick={() => void choose("workspace", "Workspace to attach")}
          >
            Choose directory
          </button>
          {status.recent.slice(0, 2).map(({ path }) => (
            <button
              key={path}
              type="button"
              className="button bare recent clip"
              title={path}
              onClick={() => void attach(path)}
            >
              {shortPath(path)}
            </button>
          ))}
        </Card>
      </div>
      <p className="house-note">
        <Icon name="drop" />
        Nothing is changed in the files, and no data leaves this machine.
      </p>
      <ol className="then">
        {then.map(([name, what], at) => (
          <li key={name}>
            <span className="n">{at + 1}</span>
            <span>
              <b>{name}</b>
              <br />
              {what}
            </span>
          </li>
        ))}
        <li className="terminal">
          <span>
            From a terminal
            <br />
            <span className="mono">assay demo ./shop</span>
          </span>
        </li>
      </ol>
      {picking && (
        <FolderPicker
          title={picking === "exports" ? "Folder with exports" : "Workspace to attach"}
          onClose={() => setPicking(null)}
          onPick={(path) => picked(picking, path)}
        />
      )}
    </>
  );
}
