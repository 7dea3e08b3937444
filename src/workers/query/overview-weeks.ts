import { addDays, type Day } from "../../shared/base/time.ts";
import type { Session } from "../engine/duckdb.ts";
import { customersToCome } from "./customers-to-come.ts";
import { type Estimate, limitWidth, numberOf, numberOrNull } from "./estimate.ts";
import { agrees, type History, purchaseModelOf } from "./purchase-model.ts";
import type { DailyTotals } from "./revenue-history.ts";
import { seasonAhead } from "./season-ahead.ts";
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
  /** The parts of these that customers yet to be won are to bring. */
  won_90: number | null;
  won_365: number | null;
}
/** With what the customers known today are to bring within the horizon. */
export interface Expected extends Expectation {
  known: Estimate | null;
}

const weeksBack = 26;
const weeksAhead = 13;
const sampleSize = 1500;

/** Half a year of weekly revenue and what is expected of the next quarter: of the customers known today the sum of their predicted
 *  values, of those yet to be won what new ones brought lately, with their trend. Weeks are seven days each, the last one ending on as_of. How
 *  the value of a horizon falls on its weeks follows the purchase model's own curve (evenly, where the snapshot carries no fit) and
 *  the season. The limits add, to those of the customers' totals, the change from week to week seen in the half year. */
export async function weeklyRevenue(
  snapshot: OpenSnapshot,
  session: Session,
  totals: DailyTotals | null,
): Promise<Expected> {
  const asOf = snapshot.handle.as_of;
  const horizon = snapshot.handle.horizon_days;
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
  const forecast = await totalForecast(session);
  const none = { expected_90: null, expected_365: null, won_90: null, won_365: null, known: null };
  if (!forecast) return { weeks: past, ...none };
  const season = seasonAhead(totals, asOf);
  const share = seasonalShare(await shareBy(snapshot, session), season, horizon);
  const toCome = await customersToCome(snapshot, session);
  const shock = weeklyShock(past.flatMap(({ actual_minor }) => actual_minor ?? []));
  const won = (from: number, to: number) => {
    const [before, after] = [from === 0 ? 0 : toCome?.within(from), toCome?.within(to)];
    return typeof before === "number" && typeof after === "number" ? (after - before) * season(from, to) : null;
  };
  const expect = (from: number, to: number, ofWon = won(from, to) ?? 0) =>
    estimateOf(forecast, {
      part: share(to) - share(from),
      shock: shock / Math.sqrt((to - from) / 7),
      won: ofWon,
      spread: toCome?.spread ?? 0,
    });
  const ahead = Array.from({ length: weeksAhead }, (_, at): Week => {
    const end = addDays(asOf, 7 * (at + 1));
    return {
      week: addDays(end, -6),
      actual_minor: null,
      expected: expect(7 * at, 7 * (at + 1)),
      year_before_minor: yearBefore(totals, end),
    };
  });
  const rounded = (value: number | null) => (value === null ? null : Math.round(value));
  return {
    weeks: [...past, ...ahead],
    expected_90: horizon >= 90 ? expect(0, 90) : null,
    expected_365: horizon >= 365 ? expect(0, 365) : null,
    won_90: rounded(won(0, 90)),
    won_365: rounded(won(0, 365)),
    known: expect(0, horizon, 0),
  };
}

/** Shares of the horizon's value by its first so many days, moved by the season to where it is high; the whole stays whole. */
function seasonalShare(
  share: (days: number) => number,
  season: (from: number, to: number) => number,
  horizon: number,
): (days: number) => number {
  const days: number[] = [0];
  for (let at = 0; at < horizon; ) {
    at = Math.min(horizon, at + (at < 7 * weeksAhead ? 7 : 28));
    days.push(at);
  }
  const sums = [0];
  for (let at = 1; at < days.length; at++) {
    const [from, to] = [days[at - 1] ?? 0, days[at] ?? 0];
    sums.push((sums[at - 1] ?? 0) + (share(to) - share(from)) * season(from, to));
  }
  const whole = sums.at(-1) ?? 0;
  return (wanted) => {
    if (wanted >= horizon || whole <= 0) return Math.min(1, wanted / horizon);
    const at = days.findIndex((day) => day >= wanted);
    const [from, to] = [days[at - 1] ?? 0, days[at] ?? 0];
    const [low, high] = [sums[at - 1] ?? 0, sums[at] ?? 0];
    return (low + ((high - low) * (wanted - from)) / Math.max(1, to - from)) / whole;
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

interface Part {
  /** Of the known customers' value. */
  readonly part: number;
  readonly shock: number;
  /** What customers yet to be won bring beside it, and its relative spread. */
  readonly won: number;
  readonly spread: number;
}

/** A part of the total: the Poisson part of its variance shrinks with the part, what customers differ by with its square. */
function estimateOf({ value, poisson, rest }: Forecast, { part, shock, won, spread }: Part): Estimate {
  const mean = value * part + won;
  const variance = poisson * part + rest * part * part + (spread * won) ** 2 + (shock * mean) ** 2;
  const half = limitWidth * Math.sqrt(variance);
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
      SELECT p.customer_id, CAST(p.predicted_value_minor AS DOUBLE) AS value, p.probability_alive, s.frequency, s.recency, s.t_age,
        row_number() OVER (ORDER BY p.customer_id) AS place, count(*) OVER () AS n
      FROM profiles p JOIN summary_seen s ON s.customer_id = p.customer_id WHERE p.predicted_value_minor > 0 AND p.expected_purchases > 0
    )
    SELECT * FROM valued WHERE place % greatest(1, CAST(ceil(n / ${sampleSize}.0) AS BIGINT)) = 0 ORDER BY customer_id`);
  const sample = rows.map((row) => {
    const history: History = { x: numberOf(row.frequency), recency: numberOf(row.recency), tAge: numberOf(row.t_age) };
    return {
      history,
      value: numberOf(row.value),
      whole: model.expectedEvenly(history, horizon, horizon),
      isOwn: agrees(model.probabilityAlive(history), numberOrNull(row.probability_alive)),
    };
  });
  const fitting = sample.filter(({ whole, isOwn }) => isOwn && whole > 0);
  if (fitting.length < 0.9 * sample.length || fitting.length === 0) return evenly;
  const total = fitting.reduce((sum, { value }) => sum + value, 0);
  const known = new Map<number, number>([[0, 0]]);
  return (days) => {
    if (days >= horizon) return 1;
    const found =
      known.get(days) ??
      fitting.reduce(
        (sum, { history, value, whole }) => sum + (value * model.expectedEvenly(history, days, horizon)) / whole,
        0,
      ) / total;
    known.set(days, found);
    return found;
  };
}
