import { addDays, type Day } from "../../shared/base/time.ts";
import type { Session } from "../engine/duckdb.ts";
import { type Estimate, limitWidth, numberOf } from "./estimate.ts";
import { agrees, type History, purchaseModelOf } from "./purchase-model.ts";
import type { DailyTotals } from "./revenue-history.ts";
import type { OpenSnapshot } from "./session-pool.ts";

export interface Week {
  week: Day;
  actual_minor: number | null;
  expected: Estimate | null;
  year_before_minor: number | null;
}
export interface Expectation {
  weeks: Week[];
  expected_90: Estimate | null;
  expected_365: Estimate | null;
}

const weeksBack = 26;
const weeksAhead = 13;
const sampleSize = 1500;

/** Half a year of weekly revenue and what the customers known today are expected to bring in the next quarter; whoever comes new
 *  is not in it. Weeks are seven days each, the last one ending on as_of. The total is the sum of predicted values; how it falls
 *  on the weeks follows the purchase model's own curve (evenly, where the snapshot carries no fit). The limits add, to those of
 *  the customers' totals, the change from week to week seen in the half year. */
export async function weeklyRevenue(
  snapshot: OpenSnapshot,
  session: Session,
  totals: DailyTotals | null,
): Promise<Expectation> {
  const asOf = snapshot.handle.as_of;
  const revenue = (from: Day, to: Day) => (totals && to >= totals.first ? totals.between("revenue", from, to) : null);
  const past = Array.from({ length: weeksBack }, (_, at): Week => {
    const end = addDays(asOf, -7 * (weeksBack - 1 - at));
    return {
      week: addDays(end, -6),
      actual_minor: revenue(addDays(end, -7), end),
      expected: null,
      year_before_minor: yearBefore(totals, end),
    };
  });
  const share = await shareBy(snapshot, session);
  const forecast = await totalForecast(session);
  if (!forecast) return { weeks: past, expected_90: null, expected_365: null };
  const shock = weeklyShock(past.flatMap(({ actual_minor }) => actual_minor ?? []));
  const expect = (from: number, to: number) =>
    estimateOf(forecast, share(to) - share(from), shock / Math.sqrt((to - from) / 7));
  const ahead = Array.from({ length: weeksAhead }, (_, at): Week => {
    const end = addDays(asOf, 7 * (at + 1));
    return {
      week: addDays(end, -6),
      actual_minor: null,
      expected: expect(7 * at, 7 * (at + 1)),
      year_before_minor: yearBefore(totals, end),
    };
  });
  const horizon = snapshot.handle.horizon_days;
  return {
    weeks: [...past, ...ahead],
    expected_90: horizon >= 90 ? expect(0, 90) : null,
    expected_365: horizon >= 365 ? expect(0, 365) : null,
  };
}

function yearBefore(totals: DailyTotals | null, end: Day): number | null {
  const then = addDays(end, -364); // the same weekdays
  return totals && addDays(then, -6) >= totals.first ? totals.between("revenue", addDays(then, -7), then) : null;
}

interface Forecast {
  readonly value: number;
  readonly poisson: number;
  readonly rest: number;
}

async function totalForecast(session: Session): Promise<Forecast | null> {
  const spread = `power((CAST(predicted_value_minor_high AS DOUBLE) - CAST(predicted_value_minor_low AS DOUBLE)) / ${2 * limitWidth}, 2)`;
  const poisson =
    "CASE WHEN expected_purchases > 0 THEN power(CAST(predicted_value_minor AS DOUBLE), 2) / expected_purchases ELSE 0 END";
  const [row = {}] =
    await session.rows(`SELECT CAST(sum(predicted_value_minor) AS DOUBLE) AS value, sum(${poisson}) AS poisson,
      sum(greatest(0, coalesce(${spread}, 0) - ${poisson})) AS rest FROM profiles`);
  if (row.value === null || row.value === undefined) return null;
  return { value: numberOf(row.value), poisson: numberOf(row.poisson), rest: numberOf(row.rest) };
}

/** A part of the total: the Poisson part of its variance shrinks with the part, what customers differ by with its square. */
function estimateOf({ value, poisson, rest }: Forecast, part: number, shock: number): Estimate {
  const mean = value * part;
  const half = limitWidth * Math.sqrt(poisson * part + rest * part * part + (shock * mean) ** 2);
  return { value: Math.round(mean), low: Math.round(Math.max(0, mean - half)), high: Math.round(mean + half) };
}

/** Coefficient of variation from week to week by successive differences (von Neumann 1941), which a trend doesn't inflate. */
function weeklyShock(weeks: readonly number[]): number {
  const mean = weeks.reduce((sum, one) => sum + one, 0) / Math.max(1, weeks.length);
  if (weeks.length < 8 || mean <= 0) return 0;
  const squares = weeks.slice(1).reduce((sum, one, at) => sum + (one - (weeks[at] ?? 0)) ** 2, 0);
  return Math.sqrt(squares / (2 * (weeks.length - 1))) / mean;
}

/** Share of the horizon's value that falls into the first so many days. */
async function shareBy(snapshot: OpenSnapshot, session: Session): Promise<(days: number) => number> {
  const horizon = snapshot.handle.horizon_days;
  const evenly = (days: number) => Math.min(1, days / horizon);
  const model = purchaseModelOf(snapshot.handle);
  if (!model) return evenly;
  const rows = await session.rows(`WITH valued AS (
      SELECT p.customer_id, CAST(p.predicted_value_minor AS DOUBLE) AS value, p.expected_purchases, s.frequency, s.recency, s.t_age,
        row_number() OVER (ORDER BY p.customer_id) AS place, count(*) OVER () AS n
      FROM profiles p JOIN summary_seen s ON s.customer_id = p.customer_id WHERE p.predicted_value_minor > 0 AND p.expected_purchases > 0
    )
    SELECT * FROM valued WHERE place % greatest(1, CAST(ceil(n / ${sampleSize}.0) AS BIGINT)) = 0 ORDER BY customer_id`);
  const sample = rows.map((row) => {
    const history: History = { x: numberOf(row.frequency), recency: numberOf(row.recency), tAge: numberOf(row.t_age) };
    return {
      history,
      value: numberOf(row.value),
      whole: model.expectedPurchases(history, horizon),
      stored: numberOf(row.expected_purchases),
    };
  });
  const fitting = sample.filter(({ whole, stored }) => agrees(whole, stored));
  if (fitting.length < 0.9 * sample.length || fitting.length === 0) return evenly;
  const total = fitting.reduce((sum, { value }) => sum + value, 0);
  const known = new Map<number, number>([[0, 0]]);
  return (days) => {
    if (days >= horizon) return 1;
    const found =
      known.get(days) ??
      fitting.reduce(
        (sum, { history, value, whole }) => sum + (value * model.expectedPurchases(history, days)) / whole,
        0,
      ) / total;
    known.set(days, found);
    return found;
  };
}
