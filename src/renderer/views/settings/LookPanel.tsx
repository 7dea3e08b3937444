import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { Panel } from "../../components/Panel.tsx";
import { densities, readDensity } from "../../table/use-row-height.ts";

const looks = [
  ["light", "Light"],
  ["dark", "Dark"],
  ["system", "As the system"],
] as const;
const names = { compact: "Compact", usual: "Usual", roomy: "Roomy" } as const;

/** How this program looks on this machine. */
export function LookPanel() {
  const client = useClient();
  const settings = useAsk("settings.read", {});
  const look = settings.data?.values.look ?? "system";
  const density = readDensity(settings.data?.values.density);
  const write = (name: string, value: string) =>
    void client.call("settings.write", { name, value }).then(() => settings.refetch());
  return (
    <Panel title="Look" under="On this machine only">
      <div className="settings-rows">
        <span id="look-colours">Colours</span>
        <fieldset className="segmented" aria-labelledby="look-colours">
          {looks.map(([value, name]) => (
            <button key={value} type="button" aria-pressed={look === value} onClick={() => write("look", value)}>
              {name}
            </button>
          ))}
        </fieldset>
        <span id="look-rows">Rows of tables</span>
        <fieldset className="segmented" aria-labelledby="look-rows">
          {(["compact", "usual", "roomy"] as const).map((value) => (
            <button
              key={value}
              type="button"
              aria-pressed={density === value}
              title={`${densities[value]} pixels`}
              onClick={() => write("density", value)}
            >
              {names[value]}
            </button>
          ))}
        </fieldset>
      </div>
    </Panel>
  );
}
