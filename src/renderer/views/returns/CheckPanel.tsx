import type { Returns } from "../../../shared/api/contract/returns.ts";
import { Calibration } from "../../charts/Calibration.tsx";
import { Panel } from "../../components/Panel.tsx";
import { integer, share } from "../../format/format.ts";
import { checkFinding } from "./findings.ts";

/** Whether chances came true on the newest settled lines, which no tree had seen. */
export function CheckPanel({ data: { calibration } }: { data: Returns }) {
  const { bins, lines, is_corrected } = calibration;
  const under =
    lines === 0
      ? "Needs 400 settled lines"
      : `Chance at the purchase and share that came back, %, of the newest ${integer(lines)} settled lines, which no tree had seen, by tenths; 95 % intervals${is_corrected ? "; corrected (Platt)" : ""}`;
  const table = (
    <table className="plain tight">
      <thead>
        <tr>
          <th>Tenth</th>
          <th className="num">Told</th>
          <th className="num">Came back</th>
          <th className="num">95 % interval</th>
          <th className="num">Lines</th>
        </tr>
      </thead>
      <tbody>
        {bins.map((bin, at) => (
          <tr key={bin.expected}>
            <td>{at + 1}</td>
            <td className="num">{share(bin.expected)}</td>
            <td className="num">{share(bin.actual)}</td>
            <td className="num limits">
              {share(bin.low)}–{share(bin.high)}
            </td>
            <td className="num">{integer(bin.n)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
  return (
    <Panel title={checkFinding(calibration)} under={under} table={bins.length > 0 ? table : undefined}>
      {bins.length === 0 ? (
        <p className="muted">Chances can be checked once more lines are settled.</p>
      ) : (
        <Calibration bins={bins.map((bin, at) => ({ ...bin, label: String(at) }))} of="lines" />
      )}
    </Panel>
  );
}
