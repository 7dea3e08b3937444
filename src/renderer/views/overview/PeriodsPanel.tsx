import type { ReactNode } from "react";
import type { Periods } from "../../../shared/api/contract/periods.ts";
import { PeriodBars } from "../../charts/PeriodBars.tsx";
import { Panel } from "../../components/Panel.tsx";
import { PeriodsRead } from "../../components/PeriodsRead.tsx";
import { calendarWords } from "../../format/fiscal.ts";
import { exactMoney, integer, money, moneyScale, period, share, signed, unknown } from "../../format/format.ts";
import { periodsFinding } from "./findings.ts";

/** Revenue by period, quarter or year of the retailer's fiscal calendar, beside the year before. */
export function PeriodsPanel() {
  return (
    <PeriodsRead title="Revenue by fiscal period" first="period">
      {(data, tools) => data.periods.length > 0 && <Body data={data} tools={tools} />}
    </PeriodsRead>
  );
}

function Body({ data, tools }: { data: Periods; tools: ReactNode }) {
  const { currency, periods } = data;
  const largest = Math.max(
    1,
    ...periods.flatMap(({ revenue_minor, before }) => [revenue_minor, before?.revenue_minor ?? 0]),
  );
  const scale = moneyScale(currency, largest);
  const bars = periods.map((one) => ({
    label: one.label,
    title: titleOf(one, currency),
    now: scale.value(one.revenue_minor),
    before: one.before ? scale.value(one.before.revenue_minor) : null,
    text: scale.text(one.revenue_minor),
    isOpen: one.is_open,
  }));
  return (
    <Panel
      title={periodsFinding(data)}
      under={
        <>
          Revenue, {scale.unit}, by {calendarWords(data)};{" "}
          <a href="/settings" data-route>
            change the calendar
          </a>
        </>
      }
      tools={tools}
      table={<Rows data={data} />}
    >
      <PeriodBars bars={bars} of="Revenue" />
    </Panel>
  );
}

function titleOf(
  { label, from, to, revenue_minor, before, is_open }: Periods["periods"][number],
  currency: string,
): string {
  const own = `${label}${is_open ? " so far" : ""}, ${period(from, to)}: ${exactMoney(revenue_minor, currency)}`;
  return before ? `${own}; ${period(before.from, before.to)}: ${exactMoney(before.revenue_minor, currency)}` : own;
}

function Rows({ data: { currency, periods } }: { data: Periods }) {
  return (
    <table className="plain tight">
      <thead>
        <tr>
          <th>Period</th>
          <th>Days</th>
          <th className="num">Revenue, {currency}</th>
          <th className="num">Year before</th>
          <th className="num">Change</th>
          <th className="num">Refunds</th>
          <th className="num">Orders</th>
          <th className="num">Buyers</th>
        </tr>
      </thead>
      <tbody>
        {[...periods].reverse().map((one) => {
          const change = changeOf(one);
          return (
            <tr key={one.label}>
              <td className="medium nowrap">{one.label}</td>
              <td className="nowrap">
                {period(one.from, one.to)}
                {one.is_open && " so far"}
              </td>
              <td className="num strong">{money(one.revenue_minor, currency)}</td>
              <td className="num" title={one.before ? period(one.before.from, one.before.to) : undefined}>
                {money(one.before?.revenue_minor, currency)}
              </td>
              <td className={`num ${!change ? "" : change > 0 ? "better" : "worse"}`}>
                {change === null ? unknown : signed(share(change), change)}
              </td>
              <td className="num">{money(one.refunds_minor, currency)}</td>
              <td className="num">{integer(one.orders)}</td>
              <td className="num">{integer(one.buyers)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function changeOf({ revenue_minor, before }: Periods["periods"][number]): number | null {
  return before && before.revenue_minor > 0 ? revenue_minor / before.revenue_minor - 1 : null;
}
