import type { ExperimentComparison } from "../../../shared/api/contract/experiments.ts";
import { Panel } from "../../components/Panel.tsx";
import { integer, unknown, word } from "../../format/format.ts";
import { columnText } from "./words.ts";

const mostMoves = 6;

/** Which customers would stand elsewhere, and where. */
export function Changes({ comparison }: { comparison: ExperimentComparison }) {
  const some = comparison.changes.filter(({ changed }) => changed > 0);
  const name = (text: string | null) => (text === null ? unknown : word(text));
  return (
    <Panel
      title={some.length === 0 ? "No customer changes place" : "Customers who change place"}
      under={`Of ${integer(comparison.customers)}, from the current snapshot to the variant`}
    >
      {some.length === 0 && (
        <p className="muted">Stages, tiers, bands and top categories are the same for everybody.</p>
      )}
      {some.map(({ column, changed, moves }) => (
        <table key={column} className="plain tight moves">
          <thead>
            <tr>
              <th>{columnText(column)}</th>
              <th className="num">{integer(changed)}</th>
            </tr>
          </thead>
          <tbody>
            {moves.slice(0, mostMoves).map(({ from, to, customers }) => (
              <tr key={`${from} ${to}`}>
                <td>
                  {name(from)} → {name(to)}
                </td>
                <td className="num">{integer(customers)}</td>
              </tr>
            ))}
            {moves.length > mostMoves && (
              <tr>
                <td className="muted">other moves</td>
                <td className="num muted">
                  {integer(changed - moves.slice(0, mostMoves).reduce((sum, move) => sum + move.customers, 0))}
                </td>
              </tr>
            )}
          </tbody>
        </table>
      ))}
    </Panel>
  );
}
