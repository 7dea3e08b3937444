import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { DetectedFile } from "../../../shared/api/contract/sources.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { go } from "../../app/route.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { FolderPicker } from "../../components/FolderPicker.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Failure, Head } from "../../components/parts.tsx";
import { share } from "../../format/format.ts";
import { Preview } from "./Preview.tsx";

/** Recognise, look, register: nothing is kept until “Add”. */
export function AddSource({ brand, path: first }: { brand: string; path: string }) {
  const { currency, timeZone } = useBrand();
  const client = useClient();
  const queries = useQueryClient();
  const [path, setPath] = useState(first);
  const [name, setName] = useState("");
  const [picking, setPicking] = useState(false);
  const [found, setFound] = useState<{ files: DetectedFile[]; skipped: { path: string; reason: string }[] } | null>(
    null,
  );
  const [shown, setShown] = useState<string | null>(null);
  const [doing, setDoing] = useState<string | null>(null);
  const [stop, setStop] = useState<AbortController | null>(null);
  const [error, setError] = useState<(Error & { hint?: string }) | null>(null);
  const work = async (label: string, body: (signal: AbortSignal) => Promise<void>) => {
    const cancel = new AbortController();
    setStop(cancel);
    setDoing(label);
    setError(null);
    try {
      await body(cancel.signal);
    } catch (reason) {
      setError(reason as Error);
    }
    setDoing(null);
    setStop(null);
  };
  const recognise = () =>
    work("Recognising the files", async (signal) => {
      const detected = await client.call(
        "sources.detect",
        { paths: [path], currency, time_zone: timeZone },
        { signal },
      );
      setFound(detected);
      if (name === "")
        setName(
          (path.split(/[\\/]/).filter(Boolean).at(-1) ?? "source")
            .replaceAll(/[^A-Za-z0-9_-]+/g, "-")
            .replace(/^-+/, "")
            .slice(0, 40),
        );
    });
  const add = () =>
    work("Registering", async (signal) => {
      const { sources } = await client.call("sources.add", { brand, name, paths: [path] }, { signal });
      for (const { source } of sources)
        await client.stream(
          "sources.ingest",
          { brand, source },
          { signal, onProgress: ({ label }) => setDoing(label) },
        );
      await queries.invalidateQueries();
      go("/sources");
    });
  return (
    <>
      <Head title="Add source" crumb={{ name: "Sources", to: "/sources" }} />
      <form
        className="panel"
        style={{ display: "flex", gap: 8, alignItems: "end", flexWrap: "wrap" }}
        onSubmit={(event) => {
          event.preventDefault();
          void recognise();
        }}
      >
        <label className="on" style={{ flex: 1, minWidth: 280 }}>
          File or folder on this machine
          <input className="field" value={path} onChange={(event) => setPath(event.target.value)} required />
        </label>
        <button type="button" className="button" onClick={() => setPicking(true)}>
          Choose
        </button>
        <button type="submit" className="button primary" disabled={path === "" || stop !== null}>
          Recognise
        </button>
      </form>
      {doing && (
        <div className="panel" role="status" style={{ marginTop: 12, display: "flex", gap: 12, alignItems: "center" }}>
          {doing}
          <button type="button" className="button" onClick={() => stop?.abort()}>
            Cancel
          </button>
        </div>
      )}
      {error && (
        <div style={{ marginTop: 12 }}>
          <Failure error={error} />
        </div>
      )}
      {found && (
        <div className="grid">
          <Panel
            span="s12"
            title={`${found.files.length} ${found.files.length === 1 ? "file" : "files"} recognised`}
            under="A folder of several layouts becomes one source a layout"
            tools={
              <>
                <input
                  className="field"
                  aria-label="Name of the source"
                  value={name}
                  onChange={(event) => setName(event.target.value)}
                />
                <button
                  type="button"
                  className="button primary"
                  disabled={name === "" || stop !== null}
                  onClick={() => void add()}
                >
                  Add and take delivery
                </button>
              </>
            }
          >
            <div className="scroll" style={{ maxHeight: 360 }}>
              <table className="plain">
                <thead>
                  <tr>
                    <th>File</th>
                    <th>Format</th>
                    <th>Layout</th>
                    <th>Feeds</th>
                    <th className="num">Sure</th>
                    <th>Remarks</th>
                  </tr>
                </thead>
                <tbody>
                  {found.files.map((file) => (
                    <tr key={file.path}>
                      <td>
                        <button type="button" className="button bare" onClick={() => setShown(file.path)}>
                          {file.path.split(/[\\/]/).slice(-2).join("/")}
                        </button>
                      </td>
                      <td>{file.format}</td>
                      <td>{file.layout}</td>
                      <td className="ink2">{file.tables.join(", ") || "kept as it is"}</td>
                      <td className="num">{share(file.confidence, 0)}</td>
                      <td className="ink2">{file.warnings.join(" ")}</td>
                    </tr>
                  ))}
                  {found.skipped.map((one) => (
                    <tr key={one.path} className="muted">
                      <td>{one.path.split(/[\\/]/).slice(-2).join("/")}</td>
                      <td colSpan={5}>Skipped: {one.reason}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </Panel>
          {shown && <Preview key={shown} path={shown} currency={currency} timeZone={timeZone} />}
        </div>
      )}
      {picking && (
        <FolderPicker
          title="Folder with exports"
          onClose={() => setPicking(false)}
          onPick={(picked) => {
            setPath(picked);
            setPicking(false);
          }}
        />
      )}
    </>
  );
}
