import type { Source } from "../../../shared/api/contract/sources.ts";
import { Panel } from "../../components/Panel.tsx";
import { SourceState } from "../../components/SourceState.tsx";
import { Term } from "../../components/Term.tsx";
import { instant, integer } from "../../format/format.ts";
import { layoutName } from "../../format/layout-name.ts";
import { sourceLabels } from "../../format/source-label.ts";

const tables = (names: readonly string[]) => names.join(", ").replaceAll("_", " ");

/** Every source with what it feeds and how its rows fared. */
export function SourceTable({ sources }: { sources: readonly Source[] }) {
  const accepted = sources.reduce((sum, one) => sum + one.rows_accepted, 0);
  const labels = sourceLabels(sources.map(({ source }) => source));
  const rejected = sources.reduce((sum, one) => sum + one.rows_rejected, 0);
  return (
    <Panel
      span="s12"
      title={`${integer(sources.length)} ${sources.length === 1 ? "source" : "sources"}, ${integer(accepted)} rows taken${rejected > 0 ? `, ${integer(rejected)} left out` : ""}`}
      under="Every row is accepted, rejected with its reason, or repeated"
    >
      <div className="scroll">
        <table className="plain source-table">
          <thead>
            <tr>
              <th>Source</th>
              <th className="layout">Layout</th>
              <th>Feeds</th>
              <th className="num deliveries">Deliveries</th>
              <th className="num">Accepted</th>
              <th className="num">
                <Term name="reject">Rejected</Term>
              </th>
              <th className="num">
                <Term name="repeated">Repeated</Term>
              </th>
              <th>Data until</th>
              <th>State</th>
            </tr>
          </thead>
          <tbody>
            {sources.map((source) => (
              <tr key={source.source}>
                <td className="medium nowrap">
                  <a href={`/sources/${encodeURIComponent(source.source)}`} title={source.source} data-route>
                    {labels.get(source.source)}
                  </a>
                </td>
                <td className="nowrap layout">{layoutName(source.layout)}</td>
                <td className="ink2 feeds clip" title={tables(source.tables)}>
                  {tables(source.tables)}
                </td>
                <td className="num deliveries">{integer(source.n_batches)}</td>
                <td className="num">{integer(source.rows_accepted)}</td>
                <td className="num">{integer(source.rows_rejected)}</td>
                <td className="num">{integer(source.rows_repeated)}</td>
                <td className="ink2 nowrap">{instant(source.records_until)}</td>
                <td>
                  <SourceState source={source} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
