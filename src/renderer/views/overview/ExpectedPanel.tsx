import type { Overview } from "../../../shared/api/contract/customers.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { WeeksChart } from "../../charts/WeeksChart.tsx";
import { Panel } from "../../components/Panel.tsx";
import { addDaysTo } from "../../format/days.ts";
import { quarterStarts } from "../../format/fiscal.ts";
import { day, money, moneyScale, shortDay } from "../../format/format.ts";

/** What the next weeks should bring, by customers of today and those yet to be won, after the weeks that were and over the same
 *  ones a year before. */
export function ExpectedPanel({ overview }: { overview: Overview }) {
  const { calendar } = useBrand();
  const { currency, weeks, expected_90, expected_365, won_90 } = overview;
  const scale = moneyScale(currency, expected_90?.value ?? Math.max(0, ...weeks.map((one) => one.actual_minor ?? 0)));
  const units = (minor: number | null) => (minor === null ? null : scale.value(minor));
  const points = weeks.map(({ week, actual_minor, expected, year_before_minor }) => ({
    week,
    actual: units(actual_minor),
    expected: expected ? scale.value(expected.value) : null,
    limits:
      expected && expected.low !== null && expected.high !== null
        ? ([scale.value(expected.low), scale.value(expected.high)] as const)
        : null,
    before: units(year_before_minor),
  }));
  const table = (
    <table className="plain tight">
      <thead>
        <tr>
          <th>Week of</th>
          <th className="num">Actual, {currency}</th>
          <th className="num">Expected</th>
          <th className="limits">80 % limits</th>
          <th className="num">Year before</th>
        </tr>
      </thead>
      <tbody>
        {weeks.map((one) => (
          <tr key={one.week}>
            <td>{day(one.week)}</td>
            <td className="num">{one.actual_minor === null ? "" : money(one.actual_minor, currency)}</td>
            <td className="num">{one.expected ? money(one.expected.value, currency) : ""}</td>
            <td className="limits">
              {one.expected && one.expected.low !== null
                ? `(${money(one.expected.low, currency)}–${money(one.expected.high, currency)})`
                : ""}
            </td>
            <td className="num">{one.year_before_minor === null ? "" : money(one.year_before_minor, currency)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
  return (
    <Panel
      title="Expected revenue, next 90 days"
      under={`${scale.unit}, by week, to ${shortDay(addDaysTo(overview.as_of, 90))}; ${
        won_90 === null ? "today's customers" : `${scale.text(won_90)} by new customers`
      }`}
      table={table}
    >
      <div className="expected">
        <span className="v">{scale.text(expected_90?.value)}</span>
        {expected_90 && expected_90.low !== null && (
          <span className="limits">
            ({scale.text(expected_90.low)}–{scale.text(expected_90.high)})
          </span>
        )}
        <span className="year">
          365 days <b>{scale.text(expected_365?.value)}</b>{" "}
          {expected_365 && expected_365.low !== null && (
            <span className="limits">
              ({scale.text(expected_365.low)}–{scale.text(expected_365.high)})
            </span>
          )}
        </span>
      </div>
      <WeeksChart weeks={points} asOf={overview.as_of} quarters={quarterStarts(calendar, points)} />
    </Panel>
  );
}
