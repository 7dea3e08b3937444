import type { ReactNode } from "react";
import type { Periods } from "../../../shared/api/contract/periods.ts";
import { PeriodBars } from "../../charts/PeriodBars.tsx";
import { Panel } from "../../components/Panel.tsx";
import { PeriodsRead } from "../../components/PeriodsRead.tsx";
import { calendarWords } from "../../format/fiscal.ts";
import { decimal, exactMoney, money, period, share, signed, unknown } from "../../format/format.ts";
import { refundsFinding } from "./findings.ts";

type Period = Periods["periods"][number];
const rateOf = (sums: Pick<Period, "revenue_minor" | "refunds_minor"> | null) =>
  sums && sums.refunds_minor !== null && sums.revenue_minor > 0 ? sums.refunds_minor / sums.revenue_minor : null;

/** Refunds by period of the retailer's fiscal calendar as a share of its revenue, beside the year before. */
export function RefundsPanel() {
  return (
    <PeriodsRead title="Refunds by fiscal period" first="quarter">
      {(data, tools) => data.periods.some((one) => rateOf(one) !== null) && <Body data={data} tools={tools} />}
    </PeriodsRead>
  );
}

function Body({ data, tools }: { data: Periods; tools: ReactNode }) {
  const { periods, currency } = data;
  const bars = periods.map((one) => ({
    label: one.label,
    title: titleOf(one, currency),
    now: rateOf(one),
    before: rateOf(one.before),
    text: decimal(100 * (rateOf(one) ?? 0), 1),
    isOpen: one.is_open,
  }));
  return (
    <Panel
      title={refundsFinding(periods.map((one) => ({ ...one, rate: rateOf(one) })))}
      under={`Refunds dated in the period, % of its revenue, by ${calendarWords(data)}`}
      tools={tools}
      table={<Rows periods={periods} currency={currency} />}
    >
      <PeriodBars bars={bars} of="Refunded" />
    </Panel>
  );
}

function titleOf(one: Period, currency: string): string {
  const said = (sums: Pick<Period, "from" | "to" | "revenue_minor" | "refunds_minor">) =>
    `${period(sums.from, sums.to)}: ${share(rateOf(sums))}, ${exactMoney(sums.refunds_minor, currency)}`;
  const own = `${one.label}${one.is_open ? " so far" : ""}, ${said(one)}`;
  return one.before ? `${own}; ${said(one.before)}` : own;
}

function Rows({ periods, currency }: { periods: readonly Period[]; currency: string }) {
  return (
    <table className="plain tight">
      <thead>
        <tr>
          <th>Period</th>
          <th>Days</th>
          <th className="num">Refunds, {currency}</th>
          <th className="num">Of revenue</th>
          <th className="num">Year before</th>
          <th className="num">Change, pp</th>
        </tr>
      </thead>
      <tbody>
        {[...periods].reverse().map((one) => {
          const [rate, before] = [rateOf(one), rateOf(one.before)];
          const change = rate === null || before === null ? null : (rate - before) * 100;
          return (
            <tr key={one.label}>
              <td className="medium nowrap">{one.label}</td>
              <td className="nowrap">
                {period(one.from, one.to)}
                {one.is_open && " so far"}
              </td>
              <td className="num">{money(one.refunds_minor, currency)}</td>
              <td className="num strong">{share(rate)}</td>
              <td className="num">{share(before)}</td>
              <td
                className={`num ${change === null || Math.abs(change) < 0.05 ? "" : change > 0 ? "worse" : "better"}`}
              >
                {change === null ? unknown : signed(decimal(change, 1), change)}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
