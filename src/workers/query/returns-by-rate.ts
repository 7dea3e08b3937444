import type { Session } from "../engine/duckdb.ts";
import { literal } from "../engine/sql.ts";
import { type Estimate, numberOf, numberOrNull, totalOf } from "./estimate.ts";

/** Lines whose window ended in the twelve months up to a day, as SQL over the return ledger. */
export function settledLately(asOf: string): string {
  const day = `DATE ${literal(asOf)}`;
  return `is_settled AND window_ends_on <= ${day} AND window_ends_on > ${day} - 365`;
}

/** What comes back of open lines (the table `open_returns`) by the rate of twelve months alone: of those that hadn't come back so many days
 *  after their order, the share that did later (Kaplan & Meier 1958; a return without a date counts as later). A line that has been out
 *  for weeks comes back more seldom than a new one. The variance is that of independent lines, Σ r(1 − r)v², and of the rates themselves, taken
 *  as erring together, (Σ v √(r(1 − r) ÷ n))²; v is a line's amount, or 1. Null where nothing is settled or open. */
export async function expectedByRate(
  session: Session,
  asOf: string,
): Promise<{ at_risk_by_rate: Estimate | null; expected_by_rate: Estimate | null }> {
  const lags = await session.rows(`SELECT is_returned, returned_on - day AS lag, count(*) AS n FROM return_ledger
    WHERE ${settledLately(asOf)} GROUP BY ALL ORDER BY ALL`);
  const open =
    await session.rows(`SELECT DATE ${literal(asOf)} - day AS age, count(*) AS lines, sum(revenue_minor) AS minor,
    sum(power(revenue_minor, 2)) AS squares FROM open_returns GROUP BY age ORDER BY age`);
  const settled = lags.reduce((sum, { n }) => sum + numberOf(n), 0);
  if (settled === 0 || open.length === 0) return { at_risk_by_rate: null, expected_by_rate: null };
  const rateAt = (age: number) => {
    let [before, after] = [0, 0];
    for (const { is_returned, lag, n } of lags) {
      if (is_returned !== true) continue;
      const days = numberOrNull(lag);
      if (days !== null && days <= age) before += numberOf(n);
      else after += numberOf(n);
    }
    const stood = settled - before;
    return { rate: stood > 0 ? after / stood : 0, n: Math.max(1, stood) };
  };
  const rates = open.map((row) => ({ ...rateAt(numberOf(row.age)), row }));
  const total = (sums: string, squares: string, digits: number) => {
    let [value, lines, erring] = [0, 0, 0];
    for (const { rate, n, row } of rates) {
      const spread = rate * (1 - rate);
      value += rate * numberOf(row[sums]);
      lines += spread * numberOf(row[squares]);
      erring += numberOf(row[sums]) * Math.sqrt(spread / n);
    }
    return totalOf(value, lines + erring ** 2, digits);
  };
  return { at_risk_by_rate: total("minor", "squares", 0), expected_by_rate: total("lines", "lines", 1) };
}
