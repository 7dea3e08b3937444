import type { Preferences } from "../../../shared/api/contract/preferences.ts";
import { Panel } from "../../components/Panel.tsx";
import { Term } from "../../components/Term.tsx";
import { audience } from "../../format/audience.ts";
import { decimal, integer, word } from "../../format/format.ts";
import { Audience } from "./Audience.tsx";
import { rhythmFinding } from "./findings.ts";

const most = 12;

/** What is bought regularly, and how many customers are due it. */
export function RhythmPanel({ data }: { data: Preferences["rhythms"] }) {
  const due = data.due_30;
  return (
    <Panel
      title={rhythmFinding(data)}
      under={
        <>
          Products and categories with a <Term name="rhythm">rhythm</Term>: median days between purchases, and how many
          customers are due within 7 and 30 days
        </>
      }
    >
      <div className="scroll">
        <table className="plain tight bundles">
          <thead>
            <tr>
              <th>Bought again</th>
              <th className="num">Days</th>
              <th className="num">Customers</th>
              <th className="num">In 7 d</th>
              <th className="num">In 30 d</th>
            </tr>
          </thead>
          <tbody>
            {data.rows.slice(0, most).map((row) => (
              <tr key={`${row.level} ${row.item}`}>
                <td
                  className="medium clip product"
                  title={[row.name ?? row.item, row.level === "product" ? row.category : "whole category"].join(", ")}
                >
                  {row.name ?? word(row.item)}
                  {row.level === "category" && <span className="muted"> any</span>}
                </td>
                <td className="num">{decimal(row.interval_days, 0)}</td>
                <td className="num" title={`${integer(row.stopped)} more have stopped buying it`}>
                  {integer(row.customers)}
                </td>
                <td className="num">{integer(row.due_7)}</td>
                <td className="num strong">{integer(row.due_30)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="note">
        <Audience
          count={due.customers}
          to={audience({ field: "replenish_on", operator: "<=", value: due.until })}
          who="Customers whose first item is due within 30 days"
        />{" "}
        <span className="muted">customers are due their first item within 30 days.</span>
      </p>
    </Panel>
  );
}
