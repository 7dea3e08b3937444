import type { Source } from "../../../shared/api/contract/sources.ts";
import { Panel } from "../../components/Panel.tsx";
import { SourceState } from "../../components/SourceState.tsx";
import { instant, integer } from "../../format/format.ts";
import { sourceLabels } from "../../format/source-label.ts";

/** How fresh each source is, and what could not be read. */
export function SourcesPanel({ sources }: { sources: readonly Source[] }) {
  const rejected = sources.reduce((sum, one) => sum + one.rows_rejected, 0);
  const read = sources.reduce((sum, one) => sum + one.rows_accepted + one.rows_rejected + one.rows_repeated, 0);
  const labels = sourceLabels(sources.map(({ source }) => source));
  const late = sources.filter(({ is_late }) => is_late).length;
  return (
    <Panel
      title="Sources"
      under={`${late > 0 ? `${integer(late)} late, ` : ""}${integer(rejected)} of ${integer(read)} rows rejected`}
      tools={
        <a href="/sources" data-route>
          Open sources
        </a>
      }
    >
      <table className="plain fixed">
        <thead>
          <tr>
            <th>Source</th>
            <th className="until">Data until</th>
            <th className="state-column">State</th>
          </tr>
        </thead>
        <tbody>
          {sources.map((source) => (
            <tr key={source.source}>
              <td className="medium clip" title={source.source}>
                {labels.get(source.source)}
              </td>
              <td className="ink2">{instant(source.records_until).replace(/ \d{4},/, ",")}</td>
              <td>
                <SourceState source={source} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
