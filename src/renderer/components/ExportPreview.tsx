import type { AssayContract } from "../../shared/api/contract.ts";
import type { OutputOf } from "../../shared/api/operation.ts";
import { instant, integer, leftOutWords } from "../format/format.ts";
import { Scroll } from "./Scroll.tsx";

const consented = new Set(["no_consent", "no_address"]);

interface Props {
  readonly preview: OutputOf<AssayContract["segments.export_preview"]>;
  readonly everybody: boolean;
  readonly onEverybody: (everybody: boolean) => void;
}

/** How many leave the house, who is left out and why, and the first lines of the list. */
export function ExportPreview({ preview, everybody, onEverybody }: Props) {
  const waiting = preview.left_out
    .filter(({ reason }) => consented.has(reason))
    .reduce((sum, { count }) => sum + count, 0);
  return (
    <>
      <p>
        <b>{integer(preview.rows)}</b> {preview.rows === 1 ? "customer leaves" : "customers leave"} the house.{" "}
        {preview.left_out.length === 0 && "Nobody is left out."}
      </p>
      {preview.left_out.length > 0 && (
        <ul className="left-out">
          {preview.left_out.map(({ reason, count }) => (
            <li key={reason}>
              <span className="num">−{integer(count)}</span> {leftOutWords(reason)}
            </li>
          ))}
        </ul>
      )}
      {preview.rests_on && (
        <p className="failure" role="status">
          The shared directory doesn’t answer: suppressions, consents and erasures are those known at{" "}
          {instant(preview.rests_on.seen_at)}. The list’s manifest says so too.
        </p>
      )}
      {(everybody || waiting > 0) && (
        <label className="check">
          <input type="checkbox" checked={everybody} onChange={(event) => onEverybody(event.target.checked)} />
          {everybody
            ? "Those without consent or address are in the list; the suppressed never are"
            : `Also the ${integer(waiting)} without consent or address; the suppressed never`}
        </label>
      )}
      <Scroll label="First lines of the list" isFramed>
        <table className="plain tight mono">
          <thead>
            <tr>
              {preview.columns.map((name) => (
                <th key={name}>{name}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {preview.sample.slice(0, 3).map((row) => (
              <tr key={row.join("|")}>
                {row.map((cell, at) => (
                  <td key={preview.columns[at]} className="nowrap">
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </>
  );
}
