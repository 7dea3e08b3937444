import { type Command, Option } from "commander";
import { type FiscalChoice, fiscalSettings } from "../../../shared/api/contract/workspace.ts";

export interface OwnCalendar {
  fiscalCalendar?: FiscalChoice["fiscal_calendar"];
  fiscalYearStarts?: string;
  weekStarts?: FiscalChoice["week_starts"];
}
const { fiscal_calendar: kinds, week_starts: weekdays } = fiscalSettings.shape;

/** How periods are grouped, for the commands that make or change a retailer. */
export function calendarOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--fiscal-calendar <kind>", "periods: months, or quarters of 13 weeks").choices([...kinds.options]),
    )
    .option("--fiscal-year-starts <MM-DD>", "first day of the fiscal year; of weeks, those that start nearest to it")
    .addOption(new Option("--week-starts <day>", "first day of a week").choices([...weekdays.options]));
}

export function calendarOf({ fiscalCalendar, fiscalYearStarts, weekStarts }: OwnCalendar): Partial<FiscalChoice> {
  return {
    ...(fiscalCalendar === undefined ? {} : { fiscal_calendar: fiscalCalendar }),
    ...(fiscalYearStarts === undefined ? {} : { fiscal_year_starts: fiscalYearStarts }),
    ...(weekStarts === undefined ? {} : { week_starts: weekStarts }),
  };
}
