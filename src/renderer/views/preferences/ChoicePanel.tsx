import { type ReactNode, useState } from "react";
import type { Choice, Choices } from "../../../shared/api/contract/preferences.ts";
import { Panel } from "../../components/Panel.tsx";
import { Term } from "../../components/Term.tsx";
import { audience } from "../../format/audience.ts";
import { decimal, integer, reason, share, word } from "../../format/format.ts";
import { Audience } from "./Audience.tsx";

interface Props {
  readonly data: Choices;
  /** "category", "brand": what they choose among. */
  readonly what: string;
  readonly title: string;
  readonly under: ReactNode;
  readonly field: string;
  readonly share: string;
  /** How many rows stand before the button that shows all. */
  readonly few: number;
  readonly isWide?: boolean;
}

const steps = [
  ["half", 0.5],
  ["seventy", 0.7],
  ["ninety", 0.9],
] as const;

/** Choices by how many customers they come first for, each count a segment. */
export function ChoicePanel({ data, what, title, under, field, share: part, few, isWide = true }: Props) {
  const [isWhole, setIsWhole] = useState(false);
  if (data.rows.length === 0)
    return (
      <Panel title={`No ${what} affinity`} under={under}>
        <p className="muted">{word(reason(data.reason))}.</p>
      </Panel>
    );
  const rows = isWhole ? data.rows : data.rows.slice(0, few);
  const most = Math.max(1, ...data.rows.map(({ first }) => first));
  const shownSteps = steps.filter(([key]) => data.rows.some((row) => row[key] > 0));
  const hasRequirement = data.rows.some(({ requirement_share }) => requirement_share !== null);
  const first = (name: string) => ({ field, operator: "=", value: name });
  const cells = (row: Choice) =>
    shownSteps.map(([key, least]) => (
      <td key={key} className="num">
        <Audience
          count={row[key]}
          to={audience(first(row.name), { field: part, operator: ">=", value: least })}
          who={`Customers whose next lines are expected to be ${share(least, 0)} or more ${row.name}`}
        />
      </td>
    ));
  return (
    <Panel title={title} under={under}>
      <div className="scroll">
        <table className="plain tight choices">
          <thead>
            <tr>
              <th>{word(what)}</th>
              <th className="num">Buyers</th>
              {isWide && <th className="num">Share of lines</th>}
              <th>
                <span className="sr">Customers whose first it is</span>
              </th>
              <th className="num">
                <Term name="first_choice">First choice</Term>
              </th>
              {isWide &&
                shownSteps.map(([key, least]) => (
                  <th key={key} className="num">
                    ≥ {share(least, 0)}
                  </th>
                ))}
              {hasRequirement && (
                <th className="num">
                  <Term name="category_requirement_share">Requirement</Term>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.name}>
                <td className="medium clip name" title={row.name}>
                  {row.name}
                </td>
                <td className="num">{integer(row.buyers)}</td>
                {isWide && <td className="num">{share(row.share)}</td>}
                <td className="size">
                  <i className="size-bar" style={{ width: `${(row.first / most) * 100}%` }} />
                </td>
                <td className="num strong">
                  <Audience
                    count={row.first}
                    to={audience(first(row.name))}
                    who={`Customers whose first ${what} is ${row.name}`}
                  />
                </td>
                {isWide && cells(row)}
                {hasRequirement && (
                  <td className="num">{row.requirement_share === null ? "" : decimal(row.requirement_share)}</td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {data.rows.length > few && (
        <button type="button" className="button bare" onClick={() => setIsWhole(!isWhole)}>
          {isWhole ? `Show the first ${few}` : `Show all ${integer(data.rows.length)}`}
        </button>
      )}
    </Panel>
  );
}
