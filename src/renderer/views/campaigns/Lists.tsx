import type { AssayContract } from "../../../shared/api/contract.ts";
import type { OutputOf } from "../../../shared/api/operation.ts";
import { download } from "../../client/save-export.ts";
import { Panel } from "../../components/Panel.tsx";
import { State } from "../../components/State.tsx";
import { countOf } from "../../format/format.ts";

export type Written = OutputOf<AssayContract["campaigns.export"]>;

/** The lists that were just written, one for each message, and who is in which group. */
export function Lists({ written }: { written: Written }) {
  const files = [
    ...written.lists.map(({ variant, path, rows }) => ({ name: variant, path, rows: countOf(rows, "customer") })),
    { name: "Who is in which group", path: written.assignments, rows: "for the records" },
  ];
  return (
    <Panel title="The lists are written" under="Suppressed people and those without consent are in none of them">
      <table className="plain">
        <tbody>
          {files.map(({ name, path, rows }) => (
            <tr key={path}>
              <td className="medium">
                <State tone="good">{name}</State>
              </td>
              <td className="ink2">{rows}</td>
              <td className="mono clip path" title={path}>
                {path.split("/").at(-1)}
              </td>
              <td className="num">
                {window.assay === undefined && (
                  <button type="button" className="button" onClick={() => download(path)}>
                    Download
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
