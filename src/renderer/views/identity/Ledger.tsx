import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Identity } from "../../../shared/api/contract/identity.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Failure } from "../../components/parts.tsx";
import { day, integer } from "../../format/format.ts";

/** What people said of who is who, newest first, each with a way back. */
export function Ledger({ data }: { data: Identity }) {
  const { brand } = useBrand();
  const client = useClient();
  const queries = useQueryClient();
  const [error, setError] = useState<(Error & { hint?: string }) | null>(null);
  const undo = (override: string) =>
    client.call("identity.undo", { brand, override }).then(
      () => queries.invalidateQueries({ queryKey: ["identity.read"] }),
      (reason: Error) => setError(reason),
    );
  const { same, different, agreed } = data.labels;
  const reviewed = same + different;
  return (
    <Panel
      title={data.overrides.length === 0 ? "Nobody has joined or split by hand" : "Joined and split by hand"}
      under={
        reviewed === 0
          ? "Every join and split is kept, with a way back"
          : `Of ${integer(reviewed)} reviewed pairs the snapshot agrees with ${integer(agreed)}`
      }
    >
      {error && <Failure error={error} />}
      {data.overrides.length === 0 ? (
        <p className="muted">What you say of a case stands here, and holds from the next run on.</p>
      ) : (
        <div className="scroll">
          <table className="plain tight">
            <tbody>
              {data.overrides.map((one) => (
                <tr key={one.override}>
                  <td>
                    {one.kind === "join" ? "Joined" : "Split"}{" "}
                    <span className="muted small">{day(one.at.slice(0, 10))}</span>
                  </td>
                  <td className="clip small ink2" title={one.note ?? ""}>
                    {one.note ?? one.records.map(({ source_record_id }) => source_record_id).join(", ")}
                  </td>
                  <td className="small ink2">
                    {one.undone ? "undone" : one.is_applied ? "in this snapshot" : "next run"}
                  </td>
                  <td className="num">
                    {!one.undone && (
                      <button type="button" className="button bare" onClick={() => void undo(one.override)}>
                        Undo
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}
