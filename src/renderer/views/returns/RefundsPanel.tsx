import { useState } from "react";
import type { Periods } from "../../../shared/api/contract/periods.ts";
import type { PeriodLength } from "../../../shared/domain/fiscal-calendar.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { PeriodBars } from "../../charts/PeriodBars.tsx";
import { useAsk } from "../../client/queries.ts";
import { Panel } from "../../components/Panel.tsx";
import { PeriodSwitch } from "../../components/PeriodSwitch.tsx";
import { Failure, Waiting } from "../../components/parts.tsx";
import { calendarWords } from "../../format/fiscal.ts";
import { decimal, exactMoney, money, period, share, signed, unknown } from "../../format/format.ts";
import { refundsFinding } from "./findings.ts";

type Period = Periods["periods"][number];
const rateOf = (sums: Pick<Period, "revenue_minor" | "refunds_minor"> | null) =>
  sums && sums.refunds_minor !== null && sums.revenue_minor > 0 ? sums.refunds_minor / sums.revenue_minor : null;

/** Refunds by period of the retailer's fiscal calendar as a share of its revenue, beside the year before. */
export function RefundsPanel() {
  const { brand } = useBrand();
  const [by, setBy] = useState<PeriodLength>("quarter");
  const read = useAsk("periods.read", { brand, by });
  const tools = <PeriodSwitch by={by} onBy={setBy} />;
  if (!read.data)
    return (
      <Panel title="Refunds by fiscal period" tools={tools}>
        {read.isError ? <Failure error={read.error} onRetry={() => void read.refetch()} /> : <Waiting />}
      </Panel>
    );
  const { periods, currency } = read.data;
  if (periods.every((one) => rateOf(one) === null)) return null;
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
      under={`Refunds dated in the period, % of its revenue, by ${calendarWords(read.data)}`}
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
