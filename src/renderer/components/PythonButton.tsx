import { useState } from "react";
import type { AssayContract } from "../../shared/api/contract.ts";
import type { InputOf } from "../../shared/api/operation.ts";
import { useAsk } from "../client/queries.ts";
import { saveText } from "../client/save-text.ts";
import { CopyButton } from "./CopyButton.tsx";
import { Dialog } from "./Dialog.tsx";
import { Icon } from "./Icon.tsx";
import { Failure, Waiting } from "./parts.tsx";
import { Scroll } from "./Scroll.tsx";

type Subject = Omit<InputOf<AssayContract["python.script"]>, "library">;
type Library = "duckdb" | "pandas";

const libraries: readonly (readonly [Library, string])[] = [
  ["duckdb", "DuckDB"],
  ["pandas", "pandas"],
];

/** A Python script that reads what is on screen from this very snapshot, where it lies. */
export function PythonButton({ subject, isDisabled = false }: { subject: Subject; isDisabled?: boolean }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <button type="button" className="button" disabled={isDisabled} onClick={() => setIsOpen(true)}>
        <Icon name="python" />
        Open in Python
      </button>
      {isOpen && <ScriptDialog subject={subject} onClose={() => setIsOpen(false)} />}
    </>
  );
}

function ScriptDialog({ subject, onClose }: { subject: Subject; onClose: () => void }) {
  const isWhole = subject.sql === undefined && subject.segment === undefined && subject.definition === undefined;
  const [library, setLibrary] = useState<Library>("duckdb");
  const script = useAsk("python.script", { ...subject, library }, { keep: true });
  return (
    <Dialog label="Open in Python" onClose={onClose} className="wide">
      <h2>Open in Python</h2>
      <p className="ink2">
        The script reads this snapshot in place: nothing is copied, and it gives the same rows as long as the snapshot
        is kept.
      </p>
      {isWhole && (
        <fieldset className="segmented" aria-label="Library">
          {libraries.map(([name, title]) => (
            <button key={name} type="button" aria-pressed={library === name} onClick={() => setLibrary(name)}>
              {title}
            </button>
          ))}
        </fieldset>
      )}
      {script.isPending && <Waiting label="Writing the script" />}
      {script.isError && <Failure error={script.error} />}
      {script.data && (
        <Scroll label="Script" isFramed>
          <pre className="script mono">{script.data.script}</pre>
        </Scroll>
      )}
      <div className="actions">
        {script.data && (
          <>
            <CopyButton label="Copy" text={() => script.data.script} />
            <button
              type="button"
              className="button primary"
              onClick={() => saveText(script.data.name, script.data.script, "text/x-python")}
            >
              <Icon name="download" />
              Save {script.data.name}
            </button>
          </>
        )}
        <button type="button" className="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
