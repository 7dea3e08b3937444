import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { AssayContract } from "../../../shared/api/contract.ts";
import type { OutputOf } from "../../../shared/api/operation.ts";
import {
  type FiscalKind,
  type FiscalPeriod,
  type FiscalSettings,
  fiscalKinds,
  periodOf,
  periodsOfYear,
  type WeekStart,
  weekStarts,
} from "../../../shared/domain/fiscal-calendar.ts";
import { useClient } from "../../client/ClientProvider.tsx";
import { useAsk } from "../../client/queries.ts";
import { offerUndo } from "../../client/undo.ts";
import { useWork } from "../../client/use-work.ts";
import { Panel } from "../../components/Panel.tsx";
import { Failure, Waiting } from "../../components/parts.tsx";
import { period, word } from "../../format/format.ts";

type Settings = OutputOf<AssayContract["brand.settings"]>["settings"];

/** How periods are grouped: where the fiscal year starts, months or weeks, and where a week starts. */
export function CalendarPanel({ brand }: { brand: string }) {
  const read = useAsk("brand.settings", { brand });
  return (
    <Panel
      title="Fiscal calendar"
      under="How screens group periods; holds at once. Models and cohorts stay by calendar month and day"
    >
      {read.isPending && <Waiting />}
      {read.isError && <Failure error={read.error} onRetry={() => void read.refetch()} />}
      {read.data && <Form key={JSON.stringify(read.data.settings)} settings={read.data.settings} />}
    </Panel>
  );
}

const kindNames: Readonly<Record<FiscalKind, string>> = {
  months: "Months",
  "4-4-5": "Weeks, 4-4-5",
  "4-5-4": "Weeks, 4-5-4",
  "5-4-4": "Weeks, 5-4-4",
};
const months = Array.from({ length: 12 }, (_, at) =>
  new Date(Date.UTC(2023, at, 1)).toLocaleString("en-GB", { month: "long", timeZone: "UTC" }),
);
const twoDigits = (value: number) => String(value).padStart(2, "0");

function Form({ settings }: { settings: Settings }) {
  const client = useClient();
  const queries = useQueryClient();
  const { doing, error, start } = useWork();
  const { brand, fiscal_calendar, fiscal_year_starts, week_starts } = settings;
  const before: FiscalSettings = { fiscal_calendar, fiscal_year_starts, week_starts };
  const [kind, setKind] = useState(fiscal_calendar);
  const [month, setMonth] = useState(Number(fiscal_year_starts.slice(0, 2)));
  const [date, setDate] = useState(fiscal_year_starts.slice(3).replace(/^0/, ""));
  const [week, setWeek] = useState(week_starts);
  const latest = kind === "months" ? 28 : new Date(Date.UTC(2023, month, 0)).getUTCDate();
  const isDate = /^\d{1,2}$/.test(date) && Number(date) >= 1 && Number(date) <= latest;
  const next: FiscalSettings = {
    fiscal_calendar: kind,
    fiscal_year_starts: `${twoDigits(month)}-${twoDigits(Number(date))}`,
    week_starts: week,
  };
  const isChanged = JSON.stringify(next) !== JSON.stringify(before);
  const save = () =>
    start("Saving", async (signal) => {
      await client.call("brand.change", { brand, ...next }, { signal });
      offerUndo("The fiscal calendar is changed.", () => client.call("brand.change", { brand, ...before }));
      await queries.invalidateQueries();
    });
  return (
    <form
      className="calendar-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <label className="on">
        Periods
        <select className="field" value={kind} onChange={(event) => setKind(event.target.value as FiscalKind)}>
          {fiscalKinds.map((one) => (
            <option key={one} value={one}>
              {kindNames[one]}
            </option>
          ))}
        </select>
      </label>
      <label className="on">
        {kind === "months" ? "Fiscal year starts in" : "Year starts nearest to"}
        <select className="field" value={month} onChange={(event) => setMonth(Number(event.target.value))}>
          {months.map((name, at) => (
            <option key={name} value={at + 1}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label className="on">
        on the
        <input
          className="field"
          type="number"
          required
          min={1}
          max={latest}
          step={1}
          value={date}
          aria-label="Day of the month on which the fiscal year starts"
          onChange={(event) => setDate(event.target.value)}
        />
      </label>
      <label className="on">
        Weeks start on
        <select className="field" value={week} onChange={(event) => setWeek(event.target.value as WeekStart)}>
          {weekStarts.map((one) => (
            <option key={one} value={one}>
              {word(one)}
            </option>
          ))}
        </select>
      </label>
      {isDate && <YearTable settings={next} />}
      {error && <Failure error={error} />}
      <div className="form-actions">
        <button type="submit" className="button primary" disabled={!isChanged || !isDate || doing !== null}>
          Save
        </button>
        <span className="small ink2" role="status">
          {isChanged ? "Not saved yet." : "Every screen of this retailer groups by it."}
        </span>
      </div>
    </form>
  );
}

/** What the present fiscal year comes to under the settings as they stand in the form. */
function YearTable({ settings }: { settings: FiscalSettings }) {
  const today = new Date().toISOString().slice(0, 10);
  const { year, label } = periodOf(settings, today, "year");
  const quarters = periodsOfYear(settings, year, "quarter");
  const periods = periodsOfYear(settings, year, "period");
  const weeks = (one: FiscalPeriod) => Math.round((Date.parse(one.to) - Date.parse(one.from)) / 86_400_000 + 1) / 7;
  return (
    <table className="plain tight calendar-year">
      <caption>
        The present fiscal year, {label}
        {settings.fiscal_calendar !== "months" && `: ${periods.reduce((sum, one) => sum + weeks(one), 0)} weeks`}
      </caption>
      <tbody>
        {quarters.map((quarter, at) => (
          <tr key={quarter.label}>
            <td className="medium">Q{quarter.number}</td>
            <td className="nowrap">{period(quarter.from, quarter.to)}</td>
            <td className="ink2">
              {settings.fiscal_calendar === "months"
                ? periods
                    .slice(3 * at, 3 * at + 3)
                    .map((one) => one.label.split(" ")[0])
                    .join(", ")
                : `${periods
                    .slice(3 * at, 3 * at + 3)
                    .map(weeks)
                    .join(" + ")} weeks`}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
