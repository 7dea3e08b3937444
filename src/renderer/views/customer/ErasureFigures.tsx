import type { ErasureReceiptDocument } from "../../../shared/api/contract/erasure.ts";
import { instant, integer, word } from "../../format/format.ts";

const shown = 8;
const some = (n: number, one: string, many = `${one}s`) => `${integer(n)} ${n === 1 ? one : many}`;

/** What an erasure takes away, and what it can't reach. */
export function ErasureFigures({
  counts,
  lists_outside: lists,
  notes,
}: Pick<ErasureReceiptDocument, "counts" | "lists_outside" | "notes">) {
  const rows = Object.values(counts.rows).reduce((sum, n) => sum + n, 0);
  return (
    <>
      <dl className="facts">
        <dt>Deliveries</dt>
        <dd>
          {some(counts.landed_rows, "row")} of {some(counts.landed_files, "file")}
        </dd>
        <dt>Tables</dt>
        <dd>
          {some(rows, "row")} of {some(counts.artifacts, "table")}, published ones with them
        </dd>
        <dt>Known by</dt>
        <dd>
          {some(counts.records, "record")}, {some(counts.orders, "order")}
          {counts.shared_values > 0 &&
            `; ${some(counts.shared_values, "address or number", "addresses or numbers")} that others have too ${counts.shared_values === 1 ? "stays" : "stay"}`}
        </dd>
        <dt>Lists here</dt>
        <dd>{counts.lists_rewritten === 0 ? "none" : some(counts.lists_rewritten, "list")}</dd>
      </dl>
      {lists.length > 0 && (
        <>
          <h3>
            {some(lists.length, "list")} outside: whoever got {lists.length === 1 ? "it" : "one"} has to be told
          </h3>
          <div className="scroll">
            <table className="plain">
              <thead>
                <tr>
                  <th>Written</th>
                  <th>For</th>
                  <th>Of</th>
                  <th>Held this person</th>
                </tr>
              </thead>
              <tbody>
                {lists.slice(-shown).map((one) => (
                  <tr key={`${one.export} ${one.written_at}`}>
                    <td>{instant(one.written_at)}</td>
                    <td>{one.template ? word(one.template) : "a statement"}</td>
                    <td>{one.campaign ?? one.segment ?? one.export}</td>
                    <td>{one.held === "yes" ? "yes" : "not known"}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {lists.length > shown && <p className="small ink2">The latest {shown}; the receipt names all.</p>}
        </>
      )}
      <ul className="small ink2 erase-notes">
        {notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </>
  );
}
