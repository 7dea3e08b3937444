import type { AssayContract } from "../../../shared/api/contract.ts";
import type { OutputOf } from "../../../shared/api/operation.ts";
import { Panel } from "../../components/Panel.tsx";
import { Scroll } from "../../components/Scroll.tsx";
import { integer, share } from "../../format/format.ts";
import { layoutName } from "../../format/layout-name.ts";
import { shortPath } from "../../format/paths.ts";

interface Props {
  readonly found: OutputOf<AssayContract["sources.detect"]>;
  readonly name: string;
  readonly shown: string | null;
  readonly isBusy: boolean;
  readonly onName: (name: string) => void;
  readonly onShow: (path: string) => void;
  readonly onAdd: () => void;
}

/** What each file was recognised as; a click shows its rows under the proposed mapping. */
export function FoundFiles({ found, name, shown, isBusy, onName, onShow, onAdd }: Props) {
  const { files, skipped } = found;
  const layouts = new Set(files.map(({ layout, tables }) => `${layout} ${tables.join()}`)).size;
  return (
    <Panel
      span="s12"
      title={`${integer(files.length)} ${files.length === 1 ? "file" : "files"} recognised${skipped.length > 0 ? `, ${integer(skipped.length)} skipped` : ""}`}
      under={
        layouts > 1
          ? `${integer(layouts)} kinds of files: each becomes a source of its own`
          : "Choose a file to see its rows under the mapping"
      }
      tools={
        files.length > 0 && (
          <>
            <label className="inline">
              <span className="ink2">Name</span>
              <input
                className="field"
                aria-label="Name of the source"
                value={name}
                maxLength={40}
                onChange={(event) => onName(event.target.value.replaceAll(/[^A-Za-z0-9_-]+/g, "-"))}
              />
            </label>
            <button type="button" className="button primary" disabled={name === "" || isBusy} onClick={onAdd}>
              Add and take delivery
            </button>
          </>
        )
      }
    >
      <Scroll label="Recognised files" isLimited>
        <table className="plain tight">
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
            {files.map(({ path, format, encoding, layout, tables, confidence, warnings }) => (
              <tr key={path} data-chosen={shown === path}>
                <td className="medium">
                  <button type="button" className="button bare link" title={path} onClick={() => onShow(path)}>
                    {shortPath(path)}
                  </button>
                </td>
                <td className="nowrap">
                  {format}
                  {encoding && encoding !== "utf-8" ? `, ${encoding}` : ""}
                </td>
                <td className="nowrap">{layoutName(layout)}</td>
                <td className="ink2">{tables.join(", ").replaceAll("_", " ") || "kept as it is"}</td>
                <td className="num">{share(confidence, 0)}</td>
                <td className="ink2">{warnings.join(" ")}</td>
              </tr>
            ))}
            {skipped.map(({ path, reason }) => (
              <tr key={path} className="muted">
                <td title={path}>{shortPath(path)}</td>
                <td colSpan={5}>Skipped: {reason}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </Panel>
  );
}
