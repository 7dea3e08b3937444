import { useState } from "react";
import { useAsk } from "../client/queries.ts";
import { Dialog } from "./Dialog.tsx";
import { Failure } from "./parts.tsx";

/** Folders of the machine that Assay runs on, for the shell that has no dialog of its own. */
export function FolderPicker({
  title,
  onPick,
  onClose,
}: {
  title: string;
  onPick: (path: string) => void;
  onClose: () => void;
}) {
  const [path, setPath] = useState<string | undefined>(undefined);
  const [typed, setTyped] = useState("");
  const listing = useAsk("workspace.browse", path === undefined ? {} : { path }, { keep: true });
  const here = listing.data?.path ?? "";
  return (
    <Dialog label={title} onClose={onClose}>
      <h2>{title}</h2>
      <form
        style={{ display: "flex", gap: 8, marginBottom: 10 }}
        onSubmit={(event) => {
          event.preventDefault();
          setPath(typed || here);
        }}
      >
        <input
          className="field"
          style={{ flex: 1 }}
          aria-label="Path"
          value={typed}
          placeholder={here}
          onChange={(event) => setTyped(event.target.value)}
        />
        <button type="submit" className="button">
          Go
        </button>
      </form>
      {listing.isError && <Failure error={listing.error} />}
      <div style={{ maxHeight: 300, overflow: "auto", border: "1px solid var(--line)", borderRadius: 5 }}>
        {listing.data?.parent && (
          <button
            type="button"
            className="button bare"
            style={{ display: "block" }}
            onClick={() => setPath(listing.data?.parent ?? undefined)}
          >
            ..
          </button>
        )}
        {listing.data?.entries.map((entry) =>
          entry.kind === "folder" ? (
            <button
              key={entry.path}
              type="button"
              className="button bare"
              style={{ display: "block" }}
              onClick={() => setPath(entry.path)}
            >
              {entry.name}/
            </button>
          ) : (
            <div key={entry.path} className="muted" style={{ padding: "3px 5px" }}>
              {entry.name}
            </div>
          ),
        )}
      </div>
      <div style={{ display: "flex", gap: 8, marginTop: 12 }}>
        <button type="button" className="button primary" onClick={() => onPick(typed || here)} disabled={here === ""}>
          Use {typed || here}
        </button>
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}
