import type { Overview } from "../../../shared/api/contract/customers.ts";
import { Waterfall } from "../../charts/Waterfall.tsx";
import { Panel } from "../../components/Panel.tsx";
import { decimal, integer, money, moneyScale, period, signed, wholeUnits } from "../../format/format.ts";
import { changeFinding } from "./findings.ts";

type Change = NonNullable<Overview["change"]>;
const names: Readonly<Record<string, string>> = {
  buyers: "Buyers",
  orders_each: "Orders each",
  items_per_order: "Items",
  price_per_item: "Price",
};

function factor(value: number, unit: string, currency: string): string {
  if (unit === "minor") return decimal(wholeUnits(value, currency));
  return value >= 100 ? integer(value) : decimal(value);
}

/** Why revenue is another than a year ago: buyers, orders each, items and prices, which add up to the change. */
export function ChangePanel({ change, currency }: { change: Change; currency: string }) {
  const total = change.now_minor - change.before_minor;
  const scale = moneyScale(currency, Math.max(change.before_minor, change.now_minor));
  const parts = change.parts.map(({ name, effect_minor }) => ({
    name: names[name] ?? name,
    effect: scale.value(effect_minor),
  }));
  const rows = [
    { year: String(Number(change.to.slice(0, 4)) - 1), when: "before" as const, revenue: change.before_minor },
    { year: change.to.slice(0, 4), when: "now" as const, revenue: change.now_minor },
  ];
  const factors = (
    <table className="factors">
      <thead>
        <tr>
          <th>
            <span className="sr">Year</span>
          </th>
          {change.parts.map(({ name, unit }) => (
            <th key={name}>
              {names[name] ?? name}
              {unit === "minor" ? `, ${currency}` : ""}
            </th>
          ))}
          <th>Revenue</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ year, when, revenue }) => (
          <tr key={year} className={when === "now" ? "" : "muted"}>
            <th scope="row">{year}</th>
            {change.parts.map((part) => (
              <td key={part.name}>{factor(part[when], part.unit, currency)}</td>
            ))}
            <td>{scale.text(revenue)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
  const table = (
    <table className="plain">
      <thead>
        <tr>
          <th>Part</th>
          <th className="num">Effect, {currency}</th>
        </tr>
      </thead>
      <tbody>
        {change.parts.map(({ name, effect_minor }) => (
          <tr key={name}>
            <td>{names[name] ?? name}</td>
            <td className="num">{signed(money(effect_minor, currency), effect_minor)}</td>
          </tr>
        ))}
        <tr className="total">
          <td>Revenue</td>
          <td className="num">{signed(money(total, currency), total)}</td>
        </tr>
      </tbody>
    </table>
  );
  return (
    <Panel
      title={changeFinding(change)}
      under={`Change in revenue, ${scale.unit}, ${period(change.from, change.to)}`}
      table={table}
    >
      <Waterfall parts={parts} total={scale.value(total)} />
      {factors}
    </Panel>
  );
}
