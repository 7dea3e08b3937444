import { useEffect, useRef, useState } from "react";
import { useClient } from "../client/ClientProvider.tsx";
import { droppedFiles, holdsFiles } from "../client/dropped.ts";
import { uploadFiles } from "../client/upload.ts";
import { useWork } from "../client/use-work.ts";
import { Icon } from "../components/Icon.tsx";
import { Failure } from "../components/parts.tsx";
import { Working } from "../components/Working.tsx";
import { bytes, integer } from "../format/format.ts";
import { go } from "./route.ts";

/** Takes files and folders that are dropped anywhere on the window, and leads to where they are recognised. */
export function DropZone({ hasBrand }: { hasBrand: boolean }) {
  const client = useClient();
  const { doing, error, start, cancel } = useWork();
  const [isOver, setIsOver] = useState(false);
  const lead = (paths: readonly string[]) => {
    const query = paths.map((path) => `path=${encodeURIComponent(path)}`).join("&");
    if (paths.length > 0) go(hasBrand ? `/sources/add?${query}` : `/?${query}`);
  };
  const take = (transfer: DataTransfer) => {
    const desktop = window.assay;
    if (desktop) return lead([...transfer.files].map((file) => desktop.pathOf(file)).filter((path) => path !== ""));
    const found = droppedFiles(transfer);
    return void start("Reading what was dropped", async (signal, onProgress) => {
      const dropped = await found;
      if (dropped.files.length === 0) throw new Error("Nothing that was dropped is a file.");
      const label = `Copying ${integer(dropped.files.length)} ${dropped.files.length === 1 ? "file" : "files"}`;
      const { folder } = await uploadFiles(client, dropped, {
        signal,
        onProgress: (done, total) => onProgress({ label: `${label}, ${bytes(done)} of ${bytes(total)}`, done, total }),
      });
      const [only] = dropped.files;
      lead([dropped.files.length === 1 && only ? `${folder}/${only.path}` : folder]);
    });
  };
  const latest = useRef(take);
  latest.current = take;
  useEffect(() => {
    let depth = 0;
    const enter = (event: DragEvent) => {
      if (!holdsFiles(event.dataTransfer)) return;
      event.preventDefault();
      depth++;
      setIsOver(true);
    };
    const leave = (event: DragEvent) => {
      if (!holdsFiles(event.dataTransfer)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setIsOver(false);
    };
    const over = (event: DragEvent) => {
      if (!holdsFiles(event.dataTransfer) || !event.dataTransfer) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
    };
    const drop = (event: DragEvent) => {
      if (!holdsFiles(event.dataTransfer) || !event.dataTransfer) return;
      const isTaken = event.defaultPrevented; // by what it was dropped on
      event.preventDefault();
      depth = 0;
      setIsOver(false);
      if (!isTaken) latest.current(event.dataTransfer);
    };
    window.addEventListener("dragenter", enter);
    window.addEventListener("dragleave", leave);
    window.addEventListener("dragover", over);
    window.addEventListener("drop", drop);
    return () => {
      window.removeEventListener("dragenter", enter);
      window.removeEventListener("dragleave", leave);
      window.removeEventListener("dragover", over);
      window.removeEventListener("drop", drop);
    };
  }, []);
  return (
    <>
      {isOver && (
        <div className="drop-zone fade" role="status">
          <div>
            <Icon name="drop" />
            <strong>Drop files or a folder</strong>
            <span>Each file is recognised and shown; nothing is kept until you add it.</span>
          </div>
        </div>
      )}
      {(doing || error) && (
        <div className="drop-work">
          {doing && <Working doing={doing} onCancel={cancel} />}
          {error && <Failure error={error} />}
        </div>
      )}
    </>
  );
}
