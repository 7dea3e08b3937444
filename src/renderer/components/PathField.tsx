import { useState } from "react";
import { wholePath } from "../format/paths.ts";
import { FolderPicker } from "./FolderPicker.tsx";
import { Icon } from "./Icon.tsx";

interface Props {
  readonly label: string;
  readonly value: string;
  readonly onChange: (path: string) => void;
  /** A path that was chosen, not typed. */
  readonly onPick: (path: string) => void;
  /** Files that were chosen, where the system's dialog takes several; left out: a folder is wanted. */
  readonly onPickFiles?: (paths: string[]) => void;
}

/** A path that is typed, or chosen in the system's dialog where there is one. */
export function PathField({ label, value, onChange, onPick, onPickFiles }: Props) {
  const [isPicking, setIsPicking] = useState(false);
  const choose = async () => {
    if (!window.assay) return setIsPicking(true);
    const picked = await window.assay.chooseFolder(label);
    if (picked) onPick(picked);
  };
  const chooseFiles = async () => {
    const picked = (await window.assay?.chooseFiles(label)) ?? [];
    if (picked.length > 0) onPickFiles?.(picked);
  };
  return (
    <>
      <label className="on path-field">
        {label}
        <input
          className="field"
          value={value}
          required
          pattern={wholePath}
          title="The whole path, from the root on"
          spellCheck={false}
          onChange={(event) => onChange(event.target.value)}
        />
      </label>
      <button type="button" className="button" onClick={() => void choose()}>
        <Icon name="folder" />
        {window.assay ? "Choose folder" : "Choose"}
      </button>
      {window.assay && onPickFiles && (
        <button type="button" className="button" onClick={() => void chooseFiles()}>
          Choose files
        </button>
      )}
      {isPicking && (
        <FolderPicker
          title={label}
          takesFiles={onPickFiles !== undefined}
          onClose={() => setIsPicking(false)}
          onPick={(picked) => {
            setIsPicking(false);
            onPick(picked);
          }}
        />
      )}
    </>
  );
}
