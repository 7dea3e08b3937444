import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Source } from "../../../shared/api/contract/sources.ts";
import { go } from "../../app/route.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { Panel } from "../../components/Panel.tsx";
import { Failure } from "../../components/parts.tsx";
import { instant, integer } from "../../format/format.ts";
import { MappingEditor } from "./MappingEditor.tsx";

const why: Readonly<Record<string, string>> = {
  unreadable_date: "no date",
  unreadable_amount: "no amount",
  missing_value: "value missing",
  too_few_columns: "too few columns",
  too_many_columns: "too many columns",
  open_quote: "quote not closed",
  dated_after_delivery: "dated after its delivery",
};

/** One source: its mapping, its deliveries, and what was left out of them. */
export function SourcePanel({ brand, source }: { brand: string; source: Source }) {
  const client = useClient();
  const queries = useQueryClient();
  const batches = useAsk("batches.list", { brand });
  const rejects = useAsk("batches.rejects", { brand, source: source.source, limit: 100 });
  const [error, setError] = useState<(Error & { hint?: string }) | null>(null);
  const act = async (work: Promise<unknown>, then?: () => void) => {
    try {
      await work;
      await queries.invalidateQueries();
      then?.();
    } catch (reason) {
      setError(reason as Error);
    }
  };
  const mine = (batches.data?.batches ?? []).filter((batch) => batch.source === source.source);
  return (
    <div className="grid" style={{ marginTop: 0 }}>
      {error && (
        <div className="s12">
          <Failure error={error} />
        </div>
      )}
      <Panel
        span="s12"
        title="Mapping"
        under={`Layout ${source.layout}; a change is used by the next run for all deliveries`}
        tools={
          <button
            type="button"
            className="button"
            onClick={() =>
              void act(client.call("sources.remove", { brand, source: source.source }), () => go("/sources"))
            }
          >
            Remove source
          </button>
        }
      >
        <MappingEditor
          mapping={source.mapping}
          path={source.paths[0]}
          onSave={(mapping) => act(client.call("sources.set_mapping", { brand, source: source.source, mapping }))}
        />
      </Panel>
      <Panel
        span="s12"
        title={`${mine.length} ${mine.length === 1 ? "delivery" : "deliveries"}`}
        under="read = accepted + rejected + repeated"
      >
        <div className="scroll" style={{ maxHeight: 320 }}>
          <table className="plain">
            <thead>
              <tr>
                <th>Arrived</th>
                <th>File</th>
                <th className="num">Read</th>
                <th className="num">Accepted</th>
                <th className="num">Rejected</th>
                <th className="num">Repeated</th>
                <th />
              </tr>
            </thead>
            <tbody>
              {mine.flatMap((batch) =>
                batch.files.map((file, at) => (
                  <tr key={`${batch.batch_id} ${file.sha256}`} style={batch.withdrawn ? { opacity: 0.5 } : {}}>
                    <td className="ink2">{at === 0 ? instant(batch.arrived_at) : ""}</td>
                    <td title={file.path}>{file.path.split(/[\\/]/).slice(-2).join("/")}</td>
                    <td className="num">{integer(file.rows_read)}</td>
                    <td className="num">{integer(file.rows_accepted)}</td>
                    <td className="num">{integer(file.rows_rejected)}</td>
                    <td className="num">{integer(file.rows_repeated)}</td>
                    <td>
                      {at === 0 && !batch.withdrawn && (
                        <button
                          type="button"
                          className="button bare"
                          onClick={() => void act(client.call("batches.withdraw", { brand, batch_id: batch.batch_id }))}
                        >
                          Withdraw
                        </button>
                      )}
                      {at === 0 && batch.withdrawn && <span className="muted">withdrawn</span>}
                    </td>
                  </tr>
                )),
              )}
            </tbody>
          </table>
        </div>
      </Panel>
      {(rejects.data?.total ?? 0) > 0 && (
        <Panel
          span="s12"
          title={`${integer(rejects.data?.total)} rows were left out`}
          under="Line, column, value and reason of each"
        >
          <div className="scroll" style={{ maxHeight: 320 }}>
            <table className="plain">
              <thead>
                <tr>
                  <th>File</th>
                  <th className="num">Line</th>
                  <th>Column</th>
                  <th>Value</th>
                  <th>Reason</th>
                </tr>
              </thead>
              <tbody>
                {rejects.data?.rejects.map((reject, at) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a line may be left out more than once
                  <tr key={`${reject.file} ${reject.line} ${at}`}>
                    <td>{reject.file}</td>
                    <td className="num">{integer(reject.line)}</td>
                    <td className="mono">{reject.column}</td>
                    <td className="mono">{reject.value}</td>
                    <td className="warn">{why[reject.reason] ?? reject.reason.replaceAll("_", " ")}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </Panel>
      )}
    </div>
  );
}
