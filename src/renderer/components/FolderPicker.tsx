import { useState } from "react";
import { useAsk } from "../client/queries.ts";
import { bytes } from "../format/format.ts";
import { Dialog } from "./Dialog.tsx";
import { Icon } from "./Icon.tsx";
import { Failure } from "./parts.tsx";

interface Props {
  readonly title: string;
  readonly takesFiles?: boolean;
  readonly onPick: (path: string) => void;
  readonly onClose: () => void;
}

/** Folders of the machine that Assay runs on, for the shell that has no dialog of its own. */
export function FolderPicker({ title, takesFiles = false, onPick, onClose }: Props) {
  const [path, setPath] = useState<string | undefined>(undefined);
  const [typed, setTyped] = useState<string | null>(null);
  const listing = useAsk("workspace.browse", path === undefined ? {} : { path }, { keep: true });
  const here = listing.data?.path ?? "";
  const open = (to: string) => {
    setPath(to);
    setTyped(null);
  };
  return (
    <Dialog label={title} onClose={onClose}>
      <h2>{title}</h2>
      <form
        className="picker-path"
        onSubmit={(event) => {
          event.preventDefault();
          open(typed ?? here);
        }}
      >
        <input
          className="field"
          aria-label="Path"
          spellCheck={false}
          value={typed ?? here}
          onChange={(event) => setTyped(event.target.value)}
        />
        <button type="submit" className="button">
          Go
        </button>
      </form>
      {listing.isError && <Failure error={listing.error} />}
      <ul className="picker">
        {listing.data?.parent && (
          <li>
            <button type="button" onClick={() => open(listing.data?.parent ?? "/")}>
              <Icon name="folder" />
              ..
            </button>
          </li>
        )}
        {listing.data?.entries.map((entry) => (
          <li key={entry.path}>
            {entry.kind === "folder" ? (
              <button type="button" onClick={() => open(entry.path)}>
                <Icon name="folder" />
                {entry.name}
              </button>
            ) : (
              <button type="button" className="file" disabled={!takesFiles} onClick={() => onPick(entry.path)}>
                <span className="clip">{entry.name}</span>
                <span className="muted small">{bytes(entry.bytes)}</span>
              </button>
            )}
          </li>
        ))}
        {listing.data?.entries.length === 0 && <li className="muted nothing">Nothing is in this folder.</li>}
      </ul>
      <div className="actions">
        <button type="button" className="button primary" disabled={here === ""} onClick={() => onPick(typed ?? here)}>
          Use this folder
        </button>
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}
