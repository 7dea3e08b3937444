import { useState } from "react";
import { useAsk } from "../../client/queries.ts";
import { CloseRow, Dialog } from "../../components/Dialog.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Failure, Waiting } from "../../components/parts.tsx";
import { integer } from "../../format/format.ts";
import { useLicences } from "./use-licences.ts";

/** Which program this is, and whose work it stands on. */
export function AboutPanel() {
  const status = useAsk("workspace.status", {});
  const [isOpen, setIsOpen] = useState(false);
  return (
    <Panel title="About" under="Customer analytics on the desktop: no account, no server, no data leaves this machine">
      <dl className="facts">
        <dt>Version</dt>
        <dd>{status.data?.version ?? "…"}</dd>
        <dt>Shell</dt>
        <dd>{window.assay ? "Desktop" : "Browser, on this machine"}</dd>
      </dl>
      <div className="form-actions">
        <button type="button" className="button" onClick={() => setIsOpen(true)}>
          Licences
        </button>
      </div>
      {isOpen && <Licences onClose={() => setIsOpen(false)} />}
    </Panel>
  );
}

function Licences({ onClose }: { onClose: () => void }) {
  const { data, error } = useLicences();
  return (
    <Dialog label="Licences" onClose={onClose} className="wide">
      <h2>Licences{data ? ` of ${integer(data.length)} packages` : ""}</h2>
      {error && <Failure error={error} />}
      {!data && !error && <Waiting />}
      <ul className="licences">
        {data?.map(({ name, version, license, text }) => (
          <li key={name}>
            <details>
              <summary>
                <span className="medium">{name}</span> <span className="muted">{version}</span>
                <span className="kind">{license}</span>
              </summary>
              <pre className="mono">{text || "The package carries no text of its own."}</pre>
            </details>
          </li>
        ))}
      </ul>
      <CloseRow onClose={onClose} />
    </Dialog>
  );
}
