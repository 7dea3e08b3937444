import type { SegmentVersion } from "../../../shared/api/contract/segments.ts";
import { Panel } from "../../components/Panel.tsx";
import { State } from "../../components/State.tsx";
import { instant } from "../../format/format.ts";

interface Props {
  readonly versions: readonly SegmentVersion[];
  /** Takes an earlier rule into the editor, where it can be looked at and saved as a version of its own. */
  readonly onUse: (version: SegmentVersion) => void;
}

/** Every rule that the segment had; shown from the second on. */
export function VersionsPanel({ versions, onUse }: Props) {
  if (versions.length < 2) return null;
  return (
    <Panel span="s12" title={`${versions.length} versions`} under="Taking up an earlier rule makes a new version of it">
      <div className="scroll">
        <table className="plain">
          <thead>
            <tr>
              <th className="num">Version</th>
              <th>Since</th>
              <th>Rule</th>
              <th>
                <span className="sr">Take up</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {versions.map((one) => (
              <tr key={one.version}>
                <td className="num">{one.version}</td>
                <td className="nowrap">{instant(one.at)}</td>
                <td className="ink2">{one.sentence}</td>
                <td className="num nowrap">
                  {one.is_current ? (
                    <State tone="good">In force</State>
                  ) : (
                    one.definition.where !== undefined && (
                      <button type="button" className="button quiet" onClick={() => onUse(one)}>
                        Take up
                      </button>
                    )
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
