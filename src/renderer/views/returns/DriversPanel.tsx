import type { Returns } from "../../../shared/api/contract/returns.ts";
import { LimitBars } from "../../charts/LimitBars.tsx";
import { Panel } from "../../components/Panel.tsx";
import { decimal, word } from "../../format/format.ts";
import { driverFinding, driverNames } from "./findings.ts";

const shown = 9;

/** How far each thing moves a line's chance, up or down, on average. */
export function DriversPanel({ data: { drivers } }: { data: Returns }) {
  return (
    <Panel
      title={driverFinding(drivers)}
      under="Mean distance by which each moves a line's chance up or down, points; Shapley values of the newest settled lines"
    >
      {drivers.length === 0 ? (
        <p className="muted">The model has no fit for this snapshot.</p>
      ) : (
        <LimitBars
          bars={drivers.slice(0, shown).map(({ driver, effect }) => ({
            name: driverNames[driver] ?? word(driver),
            value: effect,
            low: null,
            high: null,
          }))}
          text={(value) => decimal(value * 100, 1)}
        />
      )}
      <p className="muted small after">
        <a href="/models/return_risk" data-route>
          How the risk is made
        </a>
      </p>
    </Panel>
  );
}
