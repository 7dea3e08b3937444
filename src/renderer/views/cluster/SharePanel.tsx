import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { ShareRequest } from "../../../shared/api/contract/shares.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { useWork } from "../../client/use-work.ts";
import { CopyButton } from "../../components/CopyButton.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Failure } from "../../components/parts.tsx";
import { State } from "../../components/State.tsx";
import { Working } from "../../components/Working.tsx";

const fsId = "fs-0123456789abcdef0";
const blank: ShareRequest = { kind: "efs", server: "", at: "/mnt/assay", tls: "efs-utils" };
type Text = "server" | "folder" | "access_point" | "region" | "at";

/** Shares that are mounted, and the way to mount another: done here, or as text for whoever has the rights. */
export function SharePanel({ workspace }: { workspace: string | undefined }) {
  const client = useClient();
  const queries = useQueryClient();
  const shares = useAsk("shares.list", {}, { keep: true });
  const [request, setRequest] = useState<ShareRequest>(blank);
  const { doing, error, start, cancel } = useWork();
  const isEfs = request.kind === "efs";
  const asked: ShareRequest = {
    ...request,
    server: request.server.trim() || (isEfs ? fsId : "SERVER"),
    access_point: (isEfs && request.access_point?.trim()) || undefined,
    region: (isEfs && request.region?.trim()) || undefined,
    folder: request.folder?.trim() || undefined,
    tls: isEfs ? request.tls : undefined,
  };
  const plan = useAsk("shares.plan", asked, { keep: true });
  const act = (label: string, body: (signal: AbortSignal) => Promise<unknown>) =>
    start(label, async (signal) => {
      await body(signal);
      await queries.invalidateQueries({ queryKey: ["shares.list"] });
      await queries.invalidateQueries({ queryKey: ["workspace.doctor"] });
    });
  const field = (name: Text, label: string, placeholder: string) => (
    <label className="on">
      {label}
      <input
        className="field"
        value={request[name] ?? ""}
        placeholder={placeholder}
        spellCheck={false}
        onChange={(event) => setRequest({ ...request, [name]: event.target.value })}
      />
    </label>
  );
  const mounted = shares.data?.shares ?? [];
  return (
    <Panel
      title={
        mounted.length === 0
          ? "No share is mounted"
          : `${mounted.length} ${mounted.length === 1 ? "share is" : "shares are"} mounted`
      }
      under="Amazon EFS or any NFS server, with the options that commits rest on"
    >
      {shares.isError && <Failure error={shares.error} />}
      {mounted.map((one) => (
        <div key={one.at} className="share-row">
          <div>
            <div className="mono clip" title={`${one.source} at ${one.at}`}>
              {one.at}
            </div>
            <div className="small ink2 clip" title={one.options}>
              {one.source}, {one.kind}
              {workspace?.startsWith(one.at) ? ", this workspace" : ""}
            </div>
            {one.findings.map(({ status, what, remedy }) => (
              <div key={what} className="small">
                <State tone={status === "fail" ? "bad" : "warn"}>
                  {what}. {remedy}
                </State>
              </div>
            ))}
          </div>
          <button
            type="button"
            className="button"
            disabled={doing !== null}
            onClick={() =>
              void act(`Unmounting ${one.at}`, (signal) => client.call("shares.unmount", { at: one.at }, { signal }))
            }
          >
            Unmount
          </button>
        </div>
      ))}
      <div className="share-form">
        <label className="on">
          Kind
          <select
            className="field"
            value={request.kind}
            onChange={(event) => setRequest({ ...request, kind: event.target.value as ShareRequest["kind"] })}
          >
            <option value="efs">Amazon EFS</option>
            <option value="nfs">NFS server</option>
          </select>
        </label>
        {field("server", isEfs ? "File system" : "Server", isEfs ? fsId : "files.example.com")}
        {isEfs && field("access_point", "Access point", "none")}
        {isEfs && field("region", "Region", "as this machine’s")}
        {isEfs && (
          <label className="on">
            Encryption
            <select
              className="field"
              value={request.tls}
              onChange={(event) => setRequest({ ...request, tls: event.target.value as ShareRequest["tls"] })}
            >
              <option value="efs-utils">TLS by efs-utils</option>
              <option value="stunnel">TLS by stunnel</option>
              <option value="none">none</option>
            </select>
          </label>
        )}
        {field("folder", "Exported folder", "/")}
        {field("at", "Mounted at", "/mnt/assay")}
      </div>
      {doing && <Working doing={doing} onCancel={cancel} />}
      {error && <Failure error={error} />}
      {plan.isError && request.server.trim() !== "" && <Failure error={plan.error} />}
      {plan.data && (
        <>
          <PlanText label="Copy the command" text={plan.data.command} />
          <PlanText label="Copy the fstab line" text={plan.data.fstab} />
          <div className="form-actions">
            <PlanText label={`Copy ${plan.data.unit_name}`} text={plan.data.unit} isLong />
            {plan.data.stunnel && <PlanText label="Copy stunnel.conf" text={plan.data.stunnel} isLong />}
          </div>
        </>
      )}
      <div className="form-actions">
        <button
          type="button"
          className="button primary"
          disabled={doing !== null || request.server.trim() === "" || !plan.data}
          onClick={() => void act("Mounting", (signal) => client.call("shares.mount", asked, { signal }))}
        >
          Mount the share
        </button>
        <span className="small ink2">Needs the rights to mount; else copy one of these for whoever has them.</span>
      </div>
    </Panel>
  );
}

/** A text to take along: a line shown as it is, a file only copied. */
function PlanText({ label, text, isLong = false }: { label: string; text: string; isLong?: boolean }) {
  const whole = text.trim();
  if (isLong) return <CopyButton label={label} text={() => whole} />;
  return (
    <div className="command">
      <code className="mono" title={whole}>
        {whole}
      </code>
      <CopyButton label={label} text={() => whole} />
    </div>
  );
}
