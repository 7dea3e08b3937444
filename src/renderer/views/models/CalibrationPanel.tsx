import type { ModelEvaluation } from "../../../shared/api/contract/models.ts";
import { Calibration } from "../../charts/Calibration.tsx";
import { LimitBars } from "../../charts/LimitBars.tsx";
import { Panel } from "../../components/Panel.tsx";
import { integer, share, word } from "../../format/format.ts";
import { calibrationFinding } from "./calibration-finding.ts";
import { judgedOn } from "./judged-on.ts";

/** What was predicted beside what happened, by groups of like prediction or by name. */
export function CalibrationPanel({ row }: { row: ModelEvaluation }) {
  const bins = row.calibration ?? [];
  const isNamed = bins.every(({ expected }) => expected === null);
  const { many, what } = judgedOn(row);
  const percent = (value: number) => share(value, 1);
  const table = (
    <table className="plain tight">
      <thead>
        <tr>
          <th>Group</th>
          {!isNamed && <th className="num">Predicted</th>}
          <th className="num">Happened</th>
          <th className="num">95 % interval</th>
          <th className="num">{word(many)}</th>
        </tr>
      </thead>
      <tbody>
        {bins.map((bin, at) => (
          <tr key={bin.label}>
            <td>{isNamed ? word(bin.label) : at + 1}</td>
            {!isNamed && <td className="num">{share(bin.expected, 1)}</td>}
            <td className="num">{percent(bin.actual)}</td>
            <td className="num limits">
              {bin.low === null || bin.high === null ? "–" : `${percent(bin.low)}–${percent(bin.high)}`}
            </td>
            <td className="num">{integer(bin.n)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
  return (
    <Panel
      title={calibrationFinding(bins, row.model)}
      under={`${what}, %, ${isNamed ? "by group" : "by tenths of the predicted chance; 95 % intervals; on the line is right"}`}
      table={table}
    >
      {isNamed ? (
        <LimitBars
          bars={bins.map(({ label, actual, low, high }) => ({ name: word(label), value: actual, low, high }))}
          text={(value) => (100 * value).toFixed(1)}
        />
      ) : (
        <Calibration bins={bins} of={many} />
      )}
    </Panel>
  );
}
