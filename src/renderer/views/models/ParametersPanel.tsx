import type { ModelCard } from "../../../shared/api/contract/models.ts";
import type { ParamSpec } from "../../../shared/domain/params.ts";
import { Panel } from "../../components/Panel.tsx";

function rangeOf(spec: ParamSpec): string {
  if (spec.kind === "number") return `${spec.min} to ${spec.max}${spec.unit ? ` ${spec.unit}` : ""}`;
  return spec.kind === "choice" ? spec.choices.join(", ") : "yes or no";
}

function defaultOf(spec: ParamSpec): string {
  if (typeof spec.default === "boolean") return spec.default ? "yes" : "no";
  return String(spec.default);
}

/** What can be set for a run, with what it is unless set. */
export function ParametersPanel({ card }: { card: ModelCard }) {
  const specs = Object.entries(card.params as unknown as Readonly<Record<string, ParamSpec>>);
  if (specs.length === 0)
    return (
      <Panel title="Parameters">
        <p className="muted">Nothing to set.</p>
      </Panel>
    );
  return (
    <Panel title="Parameters">
      <ul className="parameters">
        {specs.map(([name, spec]) => (
          <li key={name}>
            <div className="row">
              <span className="medium">{spec.label}</span>
              <span className="num">{defaultOf(spec)}</span>
            </div>
            <div className="muted">{spec.help}</div>
            <div className="muted">
              <span className="mono">
                --param {card.name}.{name}
              </span>
              , {rangeOf(spec)}
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
