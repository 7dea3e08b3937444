import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { AssayContract } from "../../../shared/api/contract.ts";
import type { OutputOf } from "../../../shared/api/operation.ts";
import { go } from "../../app/route.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { useWork } from "../../client/use-work.ts";
import { CopyButton } from "../../components/CopyButton.tsx";
import { DirectoryChecks } from "../../components/DirectoryChecks.tsx";
import { FolderPicker } from "../../components/FolderPicker.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Failure } from "../../components/parts.tsx";
import { Working } from "../../components/Working.tsx";
import { shortPath } from "../../format/paths.ts";

type Checks = OutputOf<AssayContract["workspace.doctor"]>["checks"];

/** The open workspace: where it lies, what its directory can do, and the way to another one. */
export function WorkspacePanel() {
  const client = useClient();
  const queries = useQueryClient();
  const status = useAsk("workspace.status", {});
  const { doing, error, start, cancel } = useWork();
  const [checks, setChecks] = useState<Checks | null>(null);
  const [isPicking, setIsPicking] = useState(false);
  const { workspace, brands = [], recent = [], read_only_reason = null } = status.data ?? {};
  const probe = () =>
    start("Probing the directory", async (signal) => {
      setChecks((await client.call("workspace.doctor", {}, { signal })).checks);
    });
  const open = (path: string) =>
    start("Opening the workspace", async (signal) => {
      setIsPicking(false);
      await client.call("workspace.open", { path }, { signal });
      await queries.invalidateQueries();
      go("/overview");
    });
  const choose = async () => {
    if (!window.assay) return setIsPicking(true);
    const path = await window.assay.chooseFolder("Workspace to open");
    if (path) await open(path);
  };
  if (!workspace) return null;
  const others = recent.filter(({ path }) => path !== workspace.path).slice(0, 4);
  return (
    <Panel
      title="Workspace"
      under={`${brands.length} ${brands.length === 1 ? "retailer" : "retailers"}: ${brands.map(({ brand }) => brand).join(", ")}`}
      tools={
        <button type="button" className="button" disabled={doing !== null} onClick={() => void probe()}>
          Check the directory
        </button>
      }
    >
      <dl className="facts">
        <dt>Directory</dt>
        <dd className="mono">{workspace.path}</dd>
        <dt>Id</dt>
        <dd className="mono">{workspace.workspace_id}</dd>
        <dt>Access</dt>
        <dd>{read_only_reason ? `Reading only: ${read_only_reason}` : "Reading and writing"}</dd>
      </dl>
      {doing && <Working doing={doing} onCancel={cancel} />}
      {error && <Failure error={error} />}
      {checks && <DirectoryChecks checks={checks} />}
      <div className="form-actions">
        <button type="button" className="button" disabled={doing !== null} onClick={() => void choose()}>
          Open another workspace
        </button>
        <CopyButton label="Copy the path" text={() => workspace.path} />
      </div>
      {others.length > 0 && (
        <p className="small ink2">
          Open before:{" "}
          {others.map(({ path }) => (
            <button key={path} type="button" className="button bare" title={path} onClick={() => void open(path)}>
              {shortPath(path)}
            </button>
          ))}
        </p>
      )}
      {isPicking && (
        <FolderPicker
          title="Workspace to open"
          onClose={() => setIsPicking(false)}
          onPick={(path) => void open(path)}
        />
      )}
    </Panel>
  );
}
