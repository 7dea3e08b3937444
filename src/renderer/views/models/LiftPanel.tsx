import type { ModelEvaluation } from "../../../shared/api/contract/models.ts";
import { Gain } from "../../charts/Gain.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Term } from "../../components/Term.tsx";
import { decimal, integer, share, word } from "../../format/format.ts";
import { judgedOn } from "./judged-on.ts";
import { liftFinding, liftRows } from "./lift.ts";

/** How much sooner the score finds those to whom it happens than chance would. */
export function LiftPanel({ row }: { row: ModelEvaluation }) {
  const rows = liftRows(row.calibration ?? []);
  if (rows.length < 2) return null;
  const { many, what } = judgedOn(row);
  const table = (
    <table className="plain tight">
      <thead>
        <tr>
          <th>Group, highest first</th>
          <th className="num">{word(many)}</th>
          <th className="num">Happened</th>
          <th className="num">
            <Term name="lift_by_rank">Lift</Term>
          </th>
          <th className="num">{word(many)} so far</th>
          <th className="num">Found so far</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((one) => (
          <tr key={one.label}>
            <td>{one.label}</td>
            <td className="num">{integer(one.customers)}</td>
            <td className="num">{share(one.happened)}</td>
            <td className="num">{decimal(one.lift)}</td>
            <td className="num">{share(one.reached, 0)}</td>
            <td className="num strong">{share(one.gained, 0)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
  return (
    <Panel
      title={liftFinding(rows)}
      under={`${word(many)} from the highest score down, and the share found of all, %; ${what.charAt(0).toLowerCase()}${what.slice(1)}; dashed: by chance`}
      table={table}
    >
      <Gain points={rows} />
    </Panel>
  );
}
