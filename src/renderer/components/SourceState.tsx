import type { Source } from "../../shared/api/contract/sources.ts";
import { integer } from "../format/format.ts";
import { State } from "./State.tsx";

export function SourceState({ source }: { source: Pick<Source, "state" | "rows_rejected"> }) {
  if (source.state === "registered") return <State tone="muted">Nothing yet</State>;
  if (source.rows_rejected > 0)
    return (
      <State tone="warn">
        {integer(source.rows_rejected)} {source.rows_rejected === 1 ? "reject" : "rejects"}
      </State>
    );
  return <State tone="good">Read</State>;
}
