import type { ListVerdict } from "../../../shared/api/contract/proof.ts";
import { State } from "../../components/State.tsx";
import { instant, integer } from "../../format/format.ts";

const shown = 12;
const kinds = { missing: "Missing", added: "Added", changed: "Changed" } as const;

function headline({ ok, is_recomputed, rows, counts }: ListVerdict): string {
  if (ok) return `Right: all ${integer(rows ?? 0)} rows are those that snapshot and rule give`;
  if (!is_recomputed) return "Can’t be said";
  const parts = [
    counts.missing > 0 ? `${integer(counts.missing)} missing` : "",
    counts.added > 0 ? `${integer(counts.added)} added` : "",
    counts.changed > 0 ? `${integer(counts.changed)} changed` : "",
  ].filter((part) => part !== "");
  return `Not as it was made: ${parts.join(", ")}`;
}

/** What was found of one list. */
export function ListVerdictView({ name, verdict }: { name: string; verdict: ListVerdict }) {
  const { ok, is_recomputed, differences, notes, digests } = verdict;
  const whence = [
    verdict.campaign ? `Campaign ${verdict.campaign}` : verdict.segment ? `Segment ${verdict.segment}` : "No segment",
    verdict.template ? `template ${verdict.template}` : "a statement",
  ].join(", ");
  return (
    <div className="verdict-of-list" role="status">
      <div className="strong">
        <State tone={ok ? "good" : is_recomputed ? "bad" : "warn"}>{headline(verdict)}</State>
      </div>
      {notes.map((note) => (
        <p key={note} className="small ink2">
          {note}
        </p>
      ))}
      {differences.length > 0 && (
        <div className="scroll">
          <table className="plain">
            <thead>
              <tr>
                <th>Row is</th>
                <th className="num">Row</th>
                <th>Customer</th>
                <th>Columns</th>
              </tr>
            </thead>
            <tbody>
              {differences.slice(0, shown).map((one) => (
                <tr key={`${one.kind} ${one.row}`}>
                  <td>{kinds[one.kind]}</td>
                  <td className="num">{integer(one.row)}</td>
                  <td className="mono">{one.customer_id ?? "–"}</td>
                  <td>{one.columns.join(", ") || "–"}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {differences.length > shown && <p className="small ink2">The first {shown}; `assay verify` tells up to 200.</p>}
      <dl className="facts">
        <dt>File</dt>
        <dd className="clip" title={name}>
          {name}
        </dd>
        <dt>Written</dt>
        <dd>{instant(verdict.written_at)}</dd>
        <dt>Made of</dt>
        <dd>{whence}</dd>
        <dt>Rule</dt>
        <dd>{verdict.sentence || "–"}</dd>
        <dt>Snapshot</dt>
        <dd>
          <span className="mono">{verdict.snapshot_id ?? "–"}</span>
          {verdict.as_of ? `, as of ${verdict.as_of}` : ""}
        </dd>
        <dt>Digest of the file</dt>
        <dd className="mono clip" title={digests.file}>
          {digests.file.slice(0, 16)}… {verdict.is_unaltered ? "as written" : "not as written"}
        </dd>
      </dl>
    </div>
  );
}
