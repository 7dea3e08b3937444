import { type DragEvent, useRef, useState } from "react";
import type { ListVerdict } from "../../../shared/api/contract/proof.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { droppedFiles, holdsFiles } from "../../client/dropped.ts";
import { uploadFiles } from "../../client/upload.ts";
import { useWork } from "../../client/use-work.ts";
import { Icon } from "../../components/Icon.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Failure } from "../../components/parts.tsx";
import { Working } from "../../components/Working.tsx";
import { ListVerdictView } from "./ListVerdictView.tsx";

const isManifest = (path: string) => path.endsWith(".manifest.json");

/** Where an exported list is checked: its rows are made again from snapshot and rule. */
export function ProofPanel() {
  const client = useClient();
  const { doing, error, start, cancel } = useWork();
  const [verdict, setVerdict] = useState<{ name: string; is: ListVerdict } | null>(null);
  const [isOver, setIsOver] = useState(false);
  const chooser = useRef<HTMLInputElement>(null);
  const nameOf = (path: string) => path.split(/[\\/]/).at(-1) ?? path;
  const check = (paths: () => Promise<{ path: string; done: () => Promise<unknown> }>) =>
    start("Checking the list", async (signal, onProgress) => {
      setVerdict(null);
      const { path, done } = await paths();
      try {
        const is = await client.stream(
          "lists.verify",
          { path },
          { signal, onProgress: ({ label, total }) => onProgress({ label, done: 0, total }) },
        );
        setVerdict({ name: nameOf(path), is });
      } finally {
        await done();
      }
    });
  const checkFiles = (files: readonly { path: string; file: File }[]) =>
    check(async () => {
      const list = files.find(({ path }) => !isManifest(path));
      if (!list) throw new Error("Nothing that was chosen is a list.");
      const desktop = window.assay;
      if (desktop) return { path: desktop.pathOf(list.file), done: async () => {} };
      const beside = files.filter(({ path }) => path === list.path || path === `${list.path}.manifest.json`);
      const sent = await uploadFiles(
        client,
        { name: "list", files: beside },
        { signal: new AbortController().signal, onProgress: () => {} },
      );
      return {
        path: `${sent.folder}/${list.path}`,
        done: () => client.call("uploads.discard", { upload: sent.upload }),
      };
    });
  const drop = (event: DragEvent) => {
    if (!holdsFiles(event.dataTransfer)) return;
    event.preventDefault();
    setIsOver(false);
    const found = droppedFiles(event.dataTransfer);
    void found.then(({ files }) => checkFiles(files));
  };
  return (
    <Panel
      title="Check a list"
      under="Makes an exported list or report again from its snapshot and rule, and says what differs"
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the button beside does the same by keyboard */}
      <div
        className={`check-drop ${isOver ? "over" : ""}`}
        onDragOver={(event) => {
          if (!holdsFiles(event.dataTransfer)) return;
          event.preventDefault();
          setIsOver(true);
        }}
        onDragLeave={() => setIsOver(false)}
        onDrop={drop}
      >
        <Icon name="drop" />
        <span>Drop a list here, with its manifest where it was changed and renamed</span>
        <button type="button" className="button" disabled={doing !== null} onClick={() => chooser.current?.click()}>
          Choose a list
        </button>
        <input
          ref={chooser}
          type="file"
          multiple
          hidden
          aria-label="List to check"
          onChange={(event) => {
            const files = [...(event.target.files ?? [])].map((file) => ({ path: file.name, file }));
            event.target.value = "";
            if (files.length > 0) void checkFiles(files);
          }}
        />
      </div>
      {doing && <Working doing={doing} onCancel={cancel} />}
      {error && <Failure error={error} />}
      {verdict && <ListVerdictView name={verdict.name} verdict={verdict.is} />}
    </Panel>
  );
}
