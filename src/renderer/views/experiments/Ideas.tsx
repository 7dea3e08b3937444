import type { ParamSpec } from "../../../shared/domain/params.ts";
import { useAsk } from "../../client/queries.ts";
import { Panel } from "../../components/Panel.tsx";
import { neighbours } from "./ideas.ts";

const mostIdeas = 12;

interface Idea {
  readonly name: string;
  readonly model: string;
  readonly label: string;
  readonly help: string;
  readonly now: string;
  readonly values: string;
  readonly isUnproven: boolean;
}

/** What could be tried first: a parameter of each model, those that aren't proven here before the rest. */
export function Ideas({ brand }: { brand: string }) {
  const models = useAsk("models.list", { brand });
  const ideas = (models.data?.models ?? []).flatMap(({ name, title, params, verdict }): Idea[] => {
    const specs = Object.entries(params as unknown as Readonly<Record<string, ParamSpec>>);
    const [first] = specs.flatMap(([param, spec]) =>
      spec.kind === "number" && neighbours(spec).length > 0 ? [{ param, spec }] : [],
    );
    if (!first) return [];
    const { param, spec } = first;
    const unit = spec.unit && !["share", "rate"].includes(spec.unit) ? ` ${spec.unit}` : "";
    return [
      {
        ...{ name: `${name}.${param}`, model: title, label: spec.label, help: spec.help },
        ...{ now: `${spec.default}${unit}`, values: neighbours(spec).join(", ") },
        isUnproven: verdict?.state === "unproven",
      },
    ];
  });
  const shown = ideas.toSorted((a, b) => Number(b.isUnproven) - Number(a.isUnproven)).slice(0, mostIdeas);
  if (shown.length === 0) return null;
  return (
    <Panel
      title="What could be tried first"
      under="One parameter of a model, at half and at double; those not proven here before the rest"
    >
      <div className="scroll">
        <table className="plain">
          <thead>
            <tr>
              <th>Model</th>
              <th>Parameter</th>
              <th className="num">Now</th>
              <th className="num">To try</th>
              <th>
                <span className="sr">Begin</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((one) => (
              <tr key={one.name}>
                <td className="medium nowrap">{one.model}</td>
                <td title={one.help}>
                  {one.label} <span className="ink2 small">{one.isUnproven ? "not proven here" : ""}</span>
                </td>
                <td className="num nowrap">{one.now}</td>
                <td className="num nowrap">{one.values}</td>
                <td className="num">
                  <a
                    href={`/experiments?new=1&param=${encodeURIComponent(one.name)}&values=${encodeURIComponent(one.values)}`}
                    data-route
                    aria-label={`Try ${one.label} of ${one.model}`}
                  >
                    Try
                  </a>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
