import { addDays, type Day } from "../../shared/base/time.ts";
import type { Session } from "../engine/duckdb.ts";
import { type DailyTotals, knownCustomers, seriesDays, windowBuyers } from "./revenue-history.ts";
import type { OpenSnapshot } from "./session-pool.ts";
import { type StageCounts, stagesAt } from "./stage-history.ts";

export interface KeyFigure {
  name: string;
  value: number | null;
  before: number | null;
  unit: "count" | "minor" | "share";
  reason: string | null;
  series: { at: Day; value: number }[];
}
export interface FiguresInput {
  readonly totals: DailyTotals | null;
  readonly now: StageCounts;
  readonly before: StageCounts | null;
  /** Whether stages of the compared day are like today's: not where the shop was too young for the later ones. */
  readonly isComparable: boolean;
  readonly compared: Day;
}

const year = 365;
const mostForSeries = 100_000;
const figure = (
  name: string,
  unit: KeyFigure["unit"],
  value: number | null,
  before: number | null,
  more: Partial<KeyFigure> = {},
): KeyFigure => ({
  name,
  value,
  before,
  unit,
  reason: null,
  series: [],
  ...more,
});

/** The strip at the top: each figure beside the same figure at the compared day. Money and rates look back twelve months.
 *  customers, active (stage), revenue_minor, net_revenue_minor, repeat_rate (buyers of the year who bought on two days or more),
 *  return_rate (refunds of the year ÷ its revenue). A figure that can't be known is null with its reason. */
export async function keyFigures(
  snapshot: OpenSnapshot,
  session: Session,
  input: FiguresInput,
  signal?: AbortSignal,
): Promise<KeyFigure[]> {
  const { totals, now, before, isComparable, compared } = input;
  const asOf = snapshot.handle.as_of;
  const days = seriesDays(asOf, 12);
  const known = await knownCustomers(snapshot, session, [...days, compared]);
  const customers = figure("customers", "count", known[12] ?? 0, known[13] ?? null, {
    series: days.map((at, n) => ({ at, value: known[n] ?? 0 })),
  });
  const active = figure("active", "count", now.get("active") ?? 0, before?.get("active") ?? (before ? 0 : null), {
    series: await activeSeries(snapshot, session, known[12] ?? 0, signal),
    reason: before ? null : isComparable ? "no_stages_at_that_day" : "too_young_for_stages",
  });
  return [
    customers,
    active,
    ...moneyFigures(snapshot, totals, days, compared),
    await repeatRate(session, totals, asOf, compared),
    returnRate(snapshot, totals, days, compared),
  ];
}

/** Working stages out again costs a pass over all buyers a point. */
async function activeSeries(
  snapshot: OpenSnapshot,
  session: Session,
  customers: number,
  signal?: AbortSignal,
): Promise<KeyFigure["series"]> {
  if (customers > mostForSeries) return [];
  const series: KeyFigure["series"] = [];
  for (const at of seriesDays(snapshot.handle.as_of, 6)) {
    const stages = await stagesAt(snapshot, session, at, signal);
    if (stages) series.push({ at, value: stages.get("active") ?? 0 });
  }
  return series;
}

/** Whether a year up to that day lies within the history, so that it can be compared. */
export const covers = (totals: DailyTotals, day: Day) => totals.first <= addDays(day, -year + 31);

function moneyFigures(
  snapshot: OpenSnapshot,
  totals: DailyTotals | null,
  days: readonly Day[],
  compared: Day,
): KeyFigure[] {
  if (!totals) {
    return [
      figure("revenue_minor", "minor", null, null, { reason: "no_orders" }),
      figure("net_revenue_minor", "minor", null, null, { reason: "no_orders" }),
    ];
  }
  const revenue = (day: Day) => totals.between("revenue", addDays(day, -year), day);
  const net = (day: Day) => revenue(day) - totals.between("refunds", addDays(day, -year), day);
  const asOf = snapshot.handle.as_of;
  const hasReturns = totals.between("refunds", addDays(totals.first, -1), asOf) !== 0;
  const hasYear = covers(totals, compared);
  const series = (of: (day: Day) => number) =>
    days.filter((day) => covers(totals, day)).map((at) => ({ at, value: of(at) }));
  const reason = hasYear ? null : "history_shorter_than_two_years";
  return [
    figure("revenue_minor", "minor", revenue(asOf), hasYear ? revenue(compared) : null, {
      series: series(revenue),
      reason,
    }),
    hasReturns
      ? figure("net_revenue_minor", "minor", net(asOf), hasYear ? net(compared) : null, { series: series(net), reason })
      : figure("net_revenue_minor", "minor", null, null, { reason: "no_returns_source" }),
  ];
}

async function repeatRate(session: Session, totals: DailyTotals | null, asOf: Day, compared: Day): Promise<KeyFigure> {
  if (!totals) return figure("repeat_rate", "share", null, null, { reason: "no_orders" });
  const rate = async (day: Day) => {
    const { buyers, repeaters } = await windowBuyers(session, addDays(day, -year), day);
    return buyers > 0 ? repeaters / buyers : null;
  };
  const value = await rate(asOf);
  const before = covers(totals, compared) ? await rate(compared) : null;
  const series: KeyFigure["series"] = [];
  for (const at of seriesDays(asOf, 4)) {
    const own = covers(totals, at) ? await rate(at) : null;
    if (own !== null) series.push({ at, value: own });
  }
  const reason = value === null ? "no_orders_this_year" : before === null ? "history_shorter_than_two_years" : null;
  return figure("repeat_rate", "share", value, before, { series, reason });
}

function returnRate(
  snapshot: OpenSnapshot,
  totals: DailyTotals | null,
  days: readonly Day[],
  compared: Day,
): KeyFigure {
  if (!totals) return figure("return_rate", "share", null, null, { reason: "no_orders" });
  if (totals.between("refunds", addDays(totals.first, -1), snapshot.handle.as_of) === 0) {
    return figure("return_rate", "share", null, null, { reason: "no_returns_source" });
  }
  const rate = (day: Day) => {
    const revenue = totals.between("revenue", addDays(day, -year), day);
    return revenue > 0 ? totals.between("refunds", addDays(day, -year), day) / revenue : null;
  };
  const series = days.flatMap((at) => {
    const value = covers(totals, at) ? rate(at) : null;
    return value === null ? [] : [{ at, value }];
  });
  const before = covers(totals, compared) ? rate(compared) : null;
  return figure("return_rate", "share", rate(snapshot.handle.as_of), before, {
    series,
    reason: before === null ? "history_shorter_than_two_years" : null,
  });
}
