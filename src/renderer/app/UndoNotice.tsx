import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import { dismissUndo, type Undoable, useUndoable } from "../client/undo.ts";
import { Icon } from "../components/Icon.tsx";
import { keyName } from "../format/keys.ts";

const shownMs = 15_000;
const typing = "input, textarea, select, [contenteditable]";

/** What was just done, with the way back: by its button, or by Ctrl Z while nobody types. */
export function UndoNotice() {
  const queries = useQueryClient();
  const offered = useUndoable();
  const [failed, setFailed] = useState<string | null>(null);
  const take = useCallback(
    ({ undo }: Undoable) => {
      setFailed(null);
      undo().then(
        async () => {
          dismissUndo();
          await queries.invalidateQueries();
        },
        (reason: Error) => setFailed(reason.message),
      );
    },
    [queries],
  );
  useEffect(() => {
    setFailed(null);
    if (!offered) return;
    const over = setTimeout(dismissUndo, shownMs);
    const press = (event: KeyboardEvent) => {
      const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z";
      const isTyping = event.target instanceof HTMLElement && event.target.closest(typing) !== null;
      if (!isUndo || isTyping || event.defaultPrevented) return;
      event.preventDefault();
      take(offered);
    };
    window.addEventListener("keydown", press);
    return () => {
      clearTimeout(over);
      window.removeEventListener("keydown", press);
    };
  }, [offered, take]);
  if (!offered) return null;
  return (
    <div className="toast fade" role="status">
      <span>{failed ?? offered.said}</span>
      <button type="button" className="button" title={keyName("Ctrl Z")} onClick={() => take(offered)}>
        <Icon name="undo" />
        Undo
      </button>
      <button type="button" className="tool" aria-label="Close" onClick={dismissUndo}>
        <Icon name="close" />
      </button>
    </div>
  );
}
