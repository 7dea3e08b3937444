import { useBrand } from "../../app/BrandContext.ts";
import { useAsk } from "../../client/queries.ts";
import { Panel } from "../../components/Panel.tsx";
import { State } from "../../components/State.tsx";
import { Term } from "../../components/Term.tsx";
import { day, decimal, integer, unknown } from "../../format/format.ts";
import { driftFinding, driftState } from "./drift-words.ts";

/** How the model's scores moved since the snapshot before. */
export function DriftPanel({ model }: { model: string }) {
  const { brand } = useBrand();
  const drift = useAsk("models.drift", { brand, models: [model] });
  if (!drift.data || (drift.data.before && drift.data.outputs.length === 0)) return null;
  const { before, as_of: asOf, outputs } = drift.data;
  return (
    <Panel
      title={before ? driftFinding(outputs) : "Stability"}
      under={before ? `Scores of ${day(asOf)} beside those of ${day(before.as_of)}` : null}
    >
      {!before && <p className="muted">Told from the second snapshot on: there is none of an earlier day yet.</p>}
      {before && (
        <div className="scroll">
          <table className="plain tight">
            <thead>
              <tr>
                <th>Score</th>
                <th className="num">Mean then</th>
                <th className="num">Mean now</th>
                <th className="num">Scored then</th>
                <th className="num">Scored now</th>
                <th className="num">
                  <Term name="stability_index">Stability index</Term>
                </th>
                <th>Says</th>
              </tr>
            </thead>
            <tbody>
              {outputs.map((one) => {
                const state = driftState(one.psi);
                return (
                  <tr key={one.output}>
                    <td className="mono">{one.output}</td>
                    <td className="num">{one.mean_then === null ? unknown : decimal(one.mean_then)}</td>
                    <td className="num">{one.mean_now === null ? unknown : decimal(one.mean_now)}</td>
                    <td className="num">{integer(one.known_then)}</td>
                    <td className="num">{integer(one.known_now)}</td>
                    <td className="num">{decimal(one.psi, 3)}</td>
                    <td>
                      <State tone={state.tone}>{state.text}</State>
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}
