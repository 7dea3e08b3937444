import { useState } from "react";
import type { Returns } from "../../../shared/api/contract/returns.ts";
import { useProof } from "../../client/use-proof.ts";
import { Panel } from "../../components/Panel.tsx";
import { Term } from "../../components/Term.tsx";
import { decimal, exactMoney, integer, moneyScale, share, signed, unknown, word } from "../../format/format.ts";
import { returnersOf } from "./audience.ts";
import { groupFinding } from "./findings.ts";

type Group = Returns["groups"][number];
const names: Readonly<Record<Group["by"], string>> = {
  category: "Category",
  size: "Size",
  channel: "Channel",
  lifecycle_stage: "Customer group",
};

/** Where returns come from: rates of twelve months, their change, and what is open. */
export function GroupsPanel({ data }: { data: Returns }) {
  const [chosen, setChosen] = useState<Group["by"] | null>(null);
  const group = data.groups.find(({ by }) => by === chosen) ?? data.groups[0];
  const under = "Settled lines of 12 months by what they are; change on the 12 months before, points";
  if (!group)
    return (
      <Panel title="Where returns come from" under={under}>
        <p className="muted">Orders tell of no category, size or channel, and all customers stand in one stage.</p>
      </Panel>
    );
  const tools = data.groups.length > 1 && (
    <fieldset className="switch">
      <legend className="sr">By</legend>
      {data.groups.map(({ by }) => (
        <button
          key={by}
          type="button"
          className="button bare"
          aria-pressed={by === group.by}
          onClick={() => setChosen(by)}
        >
          {names[by]}
        </button>
      ))}
    </fieldset>
  );
  return (
    <Panel title={groupFinding(group.rows, group.by)} under={under} tools={tools || undefined}>
      <Rows group={group} currency={data.currency} />
    </Panel>
  );
}

function Rows({ group, currency }: { group: Group; currency: string }) {
  const proof = useProof();
  const isTold = proof.isShown || !proof.isModelDoubted("return_risk");
  const most = Math.max(0.001, ...group.rows.map(({ rate }) => rate ?? 0));
  const back = moneyScale(currency, Math.max(1, ...group.rows.map(({ at_risk_minor }) => at_risk_minor)));
  return (
    <div className="scroll">
      <table className="plain tight return-groups">
        <thead>
          <tr>
            <th>{names[group.by]}</th>
            <th className="num">Lines</th>
            <th>
              <span className="sr">Rate, drawn</span>
            </th>
            <th className="num">
              <Term name="return_rate">Rate</Term>
            </th>
            <th className="num">Change, pp</th>
            <th className="num">Open</th>
            {isTold && <th className="num">Back, {back.unit}</th>}
          </tr>
        </thead>
        <tbody>
          {group.rows.map((row) => {
            const change = row.rate === null || row.rate_before === null ? null : (row.rate - row.rate_before) * 100;
            const to = returnersOf(group.by, row.name);
            const label = group.by === "lifecycle_stage" ? word(row.name) : row.name;
            return (
              <tr key={row.name}>
                <td className="medium clip name" title={label}>
                  {to ? (
                    <a
                      href={to}
                      data-route
                      title="Those who bought it within a year and have sent something back, as a segment"
                    >
                      {label}
                    </a>
                  ) : (
                    label
                  )}
                </td>
                <td className="num">{integer(row.settled)}</td>
                <td className="size">
                  <i className="rate-bar" style={{ width: `${((row.rate ?? 0) / most) * 100}%` }} />
                </td>
                <td className="num strong">{share(row.rate)}</td>
                <td
                  className={`num ${change === null || Math.abs(change) < 0.05 ? "" : change > 0 ? "worse" : "better"}`}
                >
                  {change === null ? unknown : signed(decimal(change, 1), change)}
                </td>
                <td className="num">{integer(row.open_lines)}</td>
                {isTold && (
                  <td className="num" title={exactMoney(row.at_risk_minor, currency)}>
                    {back.text(row.at_risk_minor)}
                  </td>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
