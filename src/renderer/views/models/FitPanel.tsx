import type { FittedModel } from "../../../shared/api/contract/models.ts";
import { Panel } from "../../components/Panel.tsx";
import { State } from "../../components/State.tsx";
import { day, decimal, integer } from "../../format/format.ts";

/** Four figures that tell, whatever the size. */
function significant(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e6 || size < 1e-4)) return value.toExponential(2).replace("e", " × 10^").replace("+", "");
  const digits = size >= 1_000 ? 0 : Math.min(6, Math.max(0, 3 - Math.floor(Math.log10(Math.max(size, 1e-4)))));
  return decimal(value, digits);
}

/** What was estimated, how surely, and whether the search arrived. */
export function FitPanel({ fit, isFitted }: { fit: FittedModel | null; isFitted: boolean }) {
  if (!fit)
    return (
      <Panel title="Fit">
        <p className="muted">
          {isFitted ? "This model estimates nothing: its rules are its parameters." : "Fitted in the next run."}
        </p>
      </Panel>
    );
  const hasErrors = fit.params.some(({ standard_error }) => standard_error !== null);
  return (
    <Panel
      title={`Fitted ${day(fit.fit_on)}${fit.n_customers === null ? "" : ` on ${integer(fit.n_customers)} customers`}`}
      under="Days are the unit of time; amounts are in minor units"
    >
      <div className="fit">
        <table className="plain tight">
          <thead>
            <tr>
              <th>Parameter</th>
              <th className="num">Estimate</th>
              {hasErrors && <th className="num">Standard error</th>}
            </tr>
          </thead>
          <tbody>
            {fit.params.map(({ name, value, standard_error }) => (
              <tr key={name}>
                <td className="mono">{name}</td>
                <td className="num">{significant(value)}</td>
                {hasErrors && <td className="num">{standard_error === null ? "–" : significant(standard_error)}</td>}
              </tr>
            ))}
          </tbody>
        </table>
        <Course fit={fit} />
      </div>
    </Panel>
  );
}

function Course({ fit }: { fit: FittedModel }) {
  const facts: [string, string | null][] = [
    ["Log-likelihood", fit.log_likelihood === null ? null : decimal(fit.log_likelihood, 1)],
    ["Different histories", fit.n_distinct === null ? null : integer(fit.n_distinct)],
    ["Iterations", fit.iterations === null ? null : integer(fit.iterations)],
  ];
  const told = facts.filter((fact): fact is [string, string] => fact[1] !== null);
  if (told.length === 0 && fit.converged === null) return null;
  return (
    <dl className="facts">
      {fit.converged !== null && (
        <div>
          <dt>Search</dt>
          <dd>
            <State tone={fit.converged ? "good" : "warn"}>{fit.converged ? "converged" : "not converged"}</State>
          </dd>
        </div>
      )}
      {told.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
