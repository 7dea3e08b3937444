import { Fragment } from "react";
import type { Batch } from "../../../shared/api/contract/sources.ts";
import { Panel } from "../../components/Panel.tsx";
import { Scroll } from "../../components/Scroll.tsx";
import { Term } from "../../components/Term.tsx";
import { instant, integer } from "../../format/format.ts";
import { shortPath } from "../../format/paths.ts";

interface Props {
  readonly batches: readonly Batch[];
  readonly isBusy: boolean;
  readonly onWithdraw: (batchId: string) => void;
}

/** Deliveries with their files; what was read is accepted, rejected or repeated, and adds up. */
export function Batches({ batches, isBusy, onWithdraw }: Props) {
  const files = batches.reduce((sum, batch) => sum + batch.files.length, 0);
  return (
    <Panel
      span="s12"
      title={`${integer(batches.length)} ${batches.length === 1 ? "delivery" : "deliveries"}, ${integer(files)} ${files === 1 ? "file" : "files"}`}
      under="Rows read are accepted, rejected or repeated"
    >
      {batches.length === 0 && <p className="muted">Nothing was delivered yet.</p>}
      {batches.length > 0 && (
        <Scroll label="Deliveries" isLimited>
          <table className="plain tight">
            <thead>
              <tr>
                <th>Arrived</th>
                <th>File</th>
                <th className="num">Read</th>
                <th className="num">Accepted</th>
                <th className="num">
                  <Term name="reject">Rejected</Term>
                </th>
                <th className="num">
                  <Term name="repeated">Repeated</Term>
                </th>
                <th>
                  <span className="sr">Withdraw</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {batches.map((batch) => (
                <Fragment key={batch.batch_id}>
                  {batch.files.map((file, at) => (
                    <tr key={file.path} className={batch.withdrawn ? "muted" : ""}>
                      <td className="ink2 nowrap">{at === 0 ? instant(batch.arrived_at) : ""}</td>
                      <td title={file.path}>{shortPath(file.path)}</td>
                      <td className="num">{integer(file.rows_read)}</td>
                      <td className="num">{integer(file.rows_accepted)}</td>
                      <td className={`num ${file.rows_rejected > 0 ? "warn" : ""}`}>{integer(file.rows_rejected)}</td>
                      <td className="num">{integer(file.rows_repeated)}</td>
                      <td className="num">
                        {at === 0 && !batch.withdrawn && (
                          <button
                            type="button"
                            className="button bare"
                            disabled={isBusy}
                            onClick={() => onWithdraw(batch.batch_id)}
                          >
                            Withdraw
                          </button>
                        )}
                        {at === 0 && batch.withdrawn && "Withdrawn"}
                      </td>
                    </tr>
                  ))}
                  {batch.warnings.map((warning) => (
                    <tr key={warning}>
                      <td />
                      <td colSpan={6} className="warn">
                        {warning}
                      </td>
                    </tr>
                  ))}
                </Fragment>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </Panel>
  );
}
