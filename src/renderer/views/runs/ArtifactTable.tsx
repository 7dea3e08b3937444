import type { CachedArtifact } from "../../../shared/api/contract/cache.ts";
import { State } from "../../components/State.tsx";
import { bytes, compact, day, instant, integer, seconds } from "../../format/format.ts";

const most = 200;

/** Artifacts with where and when they were made, and who reads them. */
export function ArtifactTable({ artifacts }: { artifacts: readonly CachedArtifact[] }) {
  const shown = artifacts.slice(0, most);
  return (
    <div className="scroll">
      <table className="plain tight artifacts">
        <thead>
          <tr>
            <th>Artifact</th>
            <th>Covers</th>
            <th>State</th>
            <th className="num">Rows</th>
            <th className="num">Bytes</th>
            <th className="num">Core time</th>
            <th>Made</th>
            <th className="num">Reads</th>
            <th className="num">Read by</th>
            <th className="num">Models</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((one) => (
            <tr key={one.key}>
              <td className="mono nowrap" title={one.key}>
                {one.step} {one.key.slice(0, 8)}
              </td>
              <td className="nowrap">{one.as_of === null ? one.scope : `${day(one.as_of)}, ${one.scope}`}</td>
              <td className="nowrap" title={one.sentence}>
                <State tone={one.state === "reused" ? "muted" : one.state === "failed" ? "bad" : "good"}>
                  {one.state === "reused" ? "Reused" : one.state === "computed" ? "Computed" : one.state}
                </State>
              </td>
              <td className="num">{compact(one.rows)}</td>
              <td className="num nowrap">{bytes(one.bytes)}</td>
              <td className="num nowrap">{seconds(one.seconds)}</td>
              <td className="nowrap" title={one.host ?? ""}>
                {instant(one.made_at)}
              </td>
              <td className="num">{integer(one.inputs.length)}</td>
              <td className="num">{integer(one.readers.length)}</td>
              <td className="num" title={one.models.join(", ")}>
                {integer(one.models.length)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {artifacts.length > most && (
        <p className="muted small">
          {integer(most)} of {integer(artifacts.length)}; choose a step to see its own.
        </p>
      )}
    </div>
  );
}
