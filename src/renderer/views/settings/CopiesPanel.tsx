import { useState } from "react";
import type { CopiedWorkspace } from "../../../shared/api/contract/workspace.ts";
import { go } from "../../app/route.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useWork } from "../../client/use-work.ts";
import { Panel } from "../../components/Panel.tsx";
import { PathField } from "../../components/PathField.tsx";
import { Failure } from "../../components/parts.tsx";
import { State } from "../../components/State.tsx";
import { Working } from "../../components/Working.tsx";
import { bytes, countOf, integer } from "../../format/format.ts";

type Kind = "backup" | "copy" | "restore";

const kinds: Readonly<Record<Kind, { tab: string; to: string; act: string; help: string; said: string }>> = {
  backup: {
    tab: "Back up",
    to: "Folder of the backup",
    act: "Back up",
    said: "Backed up",
    help: "An empty folder, or one that was backed up to before: then only what came since is copied, and nothing is taken out of it.",
  },
  copy: {
    tab: "Copy",
    to: "Folder of the copy, empty",
    act: "Copy the workspace",
    said: "Copied",
    help: "Another workspace with the same contents and an id of its own, while others go on working in this one. Stopped, it goes on from where it was.",
  },
  restore: {
    tab: "Restore",
    to: "Folder of the restored workspace, empty",
    act: "Restore",
    said: "Restored",
    help: "Makes a workspace from a backup in an empty folder. The open workspace isn’t touched.",
  },
};
const order: readonly Kind[] = ["backup", "copy", "restore"];

interface Done {
  readonly kind: Kind;
  readonly found: CopiedWorkspace;
}

/** Backups, copies and what is made from a backup; every file is checked by its digest as it is read and as it was written. */
export function CopiesPanel() {
  const client = useClient();
  const { doing, error, start, cancel } = useWork();
  const [kind, setKind] = useState<Kind>("backup");
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [done, setDone] = useState<Done | null>(null);
  const { act, help } = kinds[kind];
  const begin = () =>
    start(act, async (signal, onProgress) => {
      setDone(null);
      const following = {
        signal,
        onProgress: ({
          label,
          detail,
          ...step
        }: {
          label: string;
          done: number;
          total: number | null;
          detail?: string | undefined;
        }) => onProgress({ ...step, label: detail ? `${label}, ${detail}` : label }),
      };
      const found =
        kind === "restore"
          ? await client.stream("workspace.restore", { from, to }, following)
          : await client.stream(`workspace.${kind}`, { to }, following);
      setDone({ kind, found });
    });
  const open = (path: string) =>
    start("Opening the workspace", async (signal) => {
      await client.call("workspace.open", { path }, { signal });
      go("/overview");
    });
  return (
    <Panel title="Backups and copies" under="Of the whole workspace, every retailer in it">
      <fieldset className="segmented" aria-label="What to do">
        {order.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={kind === one}
            disabled={doing !== null}
            onClick={() => setKind(one)}
          >
            {kinds[one].tab}
          </button>
        ))}
      </fieldset>
      <p className="ink2 copies-help">{help}</p>
      <form
        className="copies"
        onSubmit={(event) => {
          event.preventDefault();
          void begin();
        }}
      >
        {kind === "restore" && (
          <div className="path-row">
            <PathField label="Folder of the backup" value={from} onChange={setFrom} onPick={setFrom} />
          </div>
        )}
        <div className="path-row">
          <PathField label={kinds[kind].to} value={to} onChange={setTo} onPick={setTo} />
        </div>
        {doing ? (
          <Working doing={doing} onCancel={cancel} />
        ) : (
          <div className="form-actions">
            <button
              type="submit"
              className="button primary"
              disabled={to === "" || (kind === "restore" && from === "")}
            >
              {act}
            </button>
          </div>
        )}
      </form>
      {error && <Failure error={error} />}
      {done && <Outcome done={done} onOpen={(path) => void open(path)} />}
    </Panel>
  );
}

function Outcome({ done: { kind, found }, onOpen }: { done: Done; onOpen: (path: string) => void }) {
  const { path, files, bytes: size, standing, damaged, brands } = found;
  return (
    <div className="copied" role="status">
      <State tone={damaged.length > 0 ? "warn" : "good"}>
        {kinds[kind].said}, {damaged.length > 0 ? "but not whole" : "every file as its digest says"}
      </State>
      <p>
        {countOf(files, "file")} copied, {bytes(size)}
        {standing > 0 && `; ${integer(standing)} were there already`}.{" "}
        {brands
          .map(
            ({ brand, artifacts, version }) =>
              `${brand}: ${countOf(artifacts, "intermediate")}, ${countOf(version, "entry", "entries")} of its log`,
          )
          .join("; ")}
        .
      </p>
      <p className="mono">{path}</p>
      {damaged.length > 0 && (
        <details>
          <summary>
            {integer(damaged.length)} damaged at the source and left out; run again to have them made anew
          </summary>
          <ul className="mono small">
            {damaged.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </details>
      )}
      {kind !== "backup" && (
        <button type="button" className="button" onClick={() => onOpen(path)}>
          Open it
        </button>
      )}
    </div>
  );
}
