import type { Returns } from "../../../shared/api/contract/returns.ts";
import { Panel } from "../../components/Panel.tsx";
import { Term } from "../../components/Term.tsx";
import { audience } from "../../format/audience.ts";
import { exactMoney, integer, moneyScale, share, unknown, word } from "../../format/format.ts";
import { bandFinding } from "./findings.ts";

/** Open lines by band with what is open and what of it comes back on average; customers by their own band, as a segment. */
export function BandsPanel({ data }: { data: Returns }) {
  const { bands, currency } = data;
  const under = `Lines whose return window is open; a line's chance to come back, and ${currency} expected back`;
  if (data.open_lines === 0)
    return (
      <Panel title={bandFinding(data)} under={under}>
        <p className="muted">
          Every line is settled: the window of the last ones has passed. New orders open new lines.
        </p>
      </Panel>
    );
  if (bands.length === 0)
    return (
      <Panel title="Not enough settled lines to learn from" under={under}>
        <p className="muted">At least five lines that came back and five that didn’t have to be settled.</p>
      </Panel>
    );
  const most = Math.max(1, ...bands.map(({ at_risk_minor }) => at_risk_minor));
  const open = moneyScale(currency, Math.max(...bands.map(({ open_minor }) => open_minor)));
  const back = moneyScale(currency, most);
  const total = (of: (band: Returns["bands"][number]) => number) => bands.reduce((sum, band) => sum + of(band), 0);
  return (
    <Panel title={bandFinding(data)} under={under}>
      <div className="scroll">
        <table className="plain tight risk-bands">
          <thead>
            <tr>
              <th>
                <Term name="return_risk_band">Band</Term>
              </th>
              <th className="num">From</th>
              <th className="num">Lines</th>
              <th className="num">Open, {open.unit}</th>
              <th>
                <span className="sr">Expected back, drawn</span>
              </th>
              <th className="num">
                <Term name="at_risk">Expected back, {back.unit}</Term>
              </th>
              <th className="num">Customers</th>
            </tr>
          </thead>
          <tbody>
            {[...bands].reverse().map((band) => (
              <tr key={band.band}>
                <td className="medium">
                  <i className="swatch" aria-hidden style={{ background: `var(--risk-${band.band})` }} />{" "}
                  {word(band.band)}
                </td>
                <td className="num">{share(band.from)}</td>
                <td className="num">{integer(band.lines)}</td>
                <td className="num" title={exactMoney(band.open_minor, currency)}>
                  {open.text(band.open_minor)}
                </td>
                <td className="size">
                  <i
                    className="rate-bar"
                    style={{ width: `${(band.at_risk_minor / most) * 100}%`, background: `var(--risk-${band.band})` }}
                  />
                </td>
                <td className="num strong" title={exactMoney(band.at_risk_minor, currency)}>
                  {back.text(band.at_risk_minor)}
                </td>
                <td className="num">
                  {band.customers === 0 ? (
                    <span className="muted">{unknown}</span>
                  ) : (
                    <a
                      href={audience({ field: "return_risk_band", operator: "in", value: [band.band] })}
                      data-route
                      title="Customers whose own risk lies in this band, as a segment"
                    >
                      {integer(band.customers)}
                    </a>
                  )}
                </td>
              </tr>
            ))}
            <tr className="total">
              <td className="strong">All</td>
              <td />
              <td className="num strong">{integer(total(({ lines }) => lines))}</td>
              <td className="num strong">{open.text(total(({ open_minor }) => open_minor))}</td>
              <td />
              <td className="num strong">{back.text(total(({ at_risk_minor }) => at_risk_minor))}</td>
              <td className="num strong">{integer(total(({ customers }) => customers))}</td>
            </tr>
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
