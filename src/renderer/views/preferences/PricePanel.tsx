import { type ReactNode, useState } from "react";
import type { Preferences } from "../../../shared/api/contract/preferences.ts";
import { HeatTable } from "../../charts/HeatTable.tsx";
import { heatStep } from "../../charts/heat.ts";
import { Panel } from "../../components/Panel.tsx";
import { audience } from "../../format/audience.ts";
import { countOf, decimal, integer, reason, share, wholeUnits, word } from "../../format/format.ts";
import { shownCategories as few, priceFinding } from "./findings.ts";

const tiers = ["1, cheapest", "2", "3", "4", "5, dearest"];
/** A share that stands deepest where none is greater: an even spread reads pale. */
const leastDeep = 0.5;

/** Up to which prices are told with their pence. */
const small = 20;

/** "under 24", "24–37", "from 2.95": list prices of a tier in a category. */
function prices(bounds: readonly number[], tier: number, currency: string): string {
  const isSmall = bounds.some((bound) => wholeUnits(bound, currency) < small);
  const money = (minor: number) =>
    isSmall ? decimal(wholeUnits(minor, currency), 2) : integer(wholeUnits(minor, currency));
  const [from, to] = [bounds[tier - 1], bounds[tier]];
  if (from === undefined && to === undefined) return "";
  if (from === undefined) return `under ${money(to ?? 0)}`;
  return to === undefined ? `from ${money(from)}` : `${money(from)}–${money(to)}`;
}

/** A share that opens those it is of; nobody can't be opened. */
function Cell({ n, to, children }: { n: number; to: string; children: ReactNode }) {
  if (n === 0) return <span className="cell">{children}</span>;
  return (
    <a className="cell" href={to} data-route title={`${countOf(n, "customer")}, as a segment`}>
      {children}
    </a>
  );
}

/** How customers of each category are spread over price tiers; a cell is a segment. */
export function PricePanel({ data, currency }: { data: Preferences["price"]; currency: string }) {
  const [isWhole, setIsWhole] = useState(false);
  const under = `Customers by first category and price tier, share of the category; list prices in ${currency} where they lie`;
  if (data.rows.length === 0)
    return (
      <Panel title="No price tiers" under={under}>
        <p className="muted">{word(reason(data.reason))}.</p>
      </Panel>
    );
  const shown = isWhole ? data.rows : data.rows.slice(0, few);
  const most = Math.max(
    ...data.rows.slice(0, few).flatMap(({ tiers: counts, customers }) => counts.map((n) => n / Math.max(1, customers))),
  );
  const rules = (category: string | null, tier: number) => [
    ...(category === null
      ? [{ field: "top_category", operator: "null" }]
      : [{ field: "top_category", operator: "=", value: category }]),
    { field: "price_tier", operator: "=", value: tier + 1 },
  ];
  return (
    <Panel title={priceFinding(data)} under={under}>
      <HeatTable of="First category" columns={tiers} className="tiers">
        {shown.map(({ category, customers, tiers: counts, bounds_minor }) => (
          <tr key={category ?? ""}>
            <th scope="row" className="clip" title={category ?? "No category"}>
              {category ?? "No category"}
            </th>
            <td className="size">{integer(customers)}</td>
            {counts.map((n, tier) => (
              <td key={tiers[tier]} data-heat={heatStep(n / Math.max(1, customers) / Math.max(leastDeep, most))}>
                <Cell n={n} to={audience(...rules(category, tier))}>
                  {share(n / Math.max(1, customers), 0)}
                  <small>{prices(bounds_minor, tier, currency)}</small>
                </Cell>
              </td>
            ))}
          </tr>
        ))}
      </HeatTable>
      {data.rows.length > few && (
        <button type="button" className="button bare" onClick={() => setIsWhole(!isWhole)}>
          {isWhole ? `Show the first ${few}` : `Show all ${integer(data.rows.length)}`}
        </button>
      )}
    </Panel>
  );
}
