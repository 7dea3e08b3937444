import type { Source } from "../../shared/api/contract/sources.ts";
import { integer } from "../format/format.ts";
import { lasting } from "../format/schedule.ts";
import { State } from "./State.tsx";

type Known = Pick<Source, "state" | "rows_rejected" | "schedule" | "is_late" | "expected_at">;

export function SourceState({ source }: { source: Known }) {
  if (source.is_late && source.expected_at)
    return (
      <State tone="bad" icon="waiting">
        {lasting(Date.now() - Date.parse(source.expected_at))} late
      </State>
    );
  if (source.state === "registered") return <State tone="muted">Nothing yet</State>;
  if (source.rows_rejected > 0)
    return (
      <State tone="warn">
        {integer(source.rows_rejected)} {source.rows_rejected === 1 ? "reject" : "rejects"}
      </State>
    );
  return <State tone="good">{source.schedule === null ? "Read" : "On time"}</State>;
}
