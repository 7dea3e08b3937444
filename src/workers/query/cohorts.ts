import { addDays, type Day } from "../../shared/base/time.ts";
import type { Session } from "../engine/duckdb.ts";
import { literal } from "../engine/sql.ts";
import { numberOf, numberOrNull } from "./estimate.ts";
import type { OpenSnapshot } from "./session-pool.ts";

export interface Cohort {
  month: Day;
  customers: number;
  /** `low` and `high`: 80 % limits of a forecast, where the model gives some. */
  retention: { age: number; rate: number | null; is_forecast: boolean; low: number | null; high: number | null }[];
}

const shownCohorts = 12;
const ages = 12;

const monthAfter = (month: Day, months: number): Day => {
  const at = new Date(`${month}T00:00:00Z`);
  return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months, 1)).toISOString().slice(0, 10);
};

/** Share of each month's new customers who bought again so many calendar months later. A month that as_of cuts short, and every
 *  later one, is a forecast: cohort_retention's where the snapshot has it, else the rate of the age before times how all cohorts
 *  together went from that age to the next (chain ladder; with no such pair of ages the cell stays empty). */
export async function retentionCohorts(snapshot: OpenSnapshot, session: Session): Promise<Cohort[]> {
  const asOf = snapshot.handle.as_of;
  const rows = await session.rows(cohortSql(snapshot));
  const byMonth = new Map<Day, { customers: number; buyers: Map<number, number> }>();
  for (const row of rows) {
    const month = String(row.month).slice(0, 10);
    const cohort = byMonth.get(month) ?? { customers: numberOf(row.customers), buyers: new Map() };
    cohort.buyers.set(numberOf(row.age), numberOf(row.buyers));
    byMonth.set(month, cohort);
  }
  const isSeen = (month: Day, age: number) => addDays(monthAfter(month, age + 1), -1) <= asOf;
  const all = [...byMonth].filter(([, { customers }]) => customers > 0).sort(([a], [b]) => (a < b ? -1 : 1));
  const step = (age: number) => developed(all, age, isSeen);
  const factors = Array.from({ length: ages + 1 }, (_, age) => step(age));
  const told = await forecasts(snapshot, session);
  return all.slice(-shownCohorts).map(([month, { customers, buyers }]) => {
    const retention: Cohort["retention"] = [];
    let before: number | null = null;
    for (let age = 1; age <= ages; age++) {
      const seen = isSeen(month, age);
      const factor = factors[age] ?? null;
      const guess: number | null =
        age === 1 ? (factors[1] ?? null) : before === null || factor === null ? null : Math.min(1, before * factor);
      const own = seen ? undefined : told.get(`${month} ${age}`);
      const rate: number | null = seen ? (buyers.get(age) ?? 0) / customers : (own?.rate ?? guess);
      retention.push({ age, rate, is_forecast: !seen, low: own?.low ?? null, high: own?.high ?? null });
      before = rate;
    }
    return { month, customers, retention };
  });
}

/** The model's forecasts by month and age; none in a snapshot without them. */
async function forecasts(snapshot: OpenSnapshot, session: Session) {
  const found = new Map<string, { rate: number | null; low: number | null; high: number | null }>();
  if (!snapshot.columnsOf("scores_cohort_retention").has("retention_rate")) return found;
  const rows = await session.rows(`SELECT cohort_month, age, retention_rate, retention_rate_low, retention_rate_high
    FROM scores_cohort_retention WHERE is_forecast AND retention_rate IS NOT NULL ORDER BY cohort_month, age`);
  for (const row of rows) {
    const [rate, low, high] = [row.retention_rate, row.retention_rate_low, row.retention_rate_high].map(numberOrNull);
    const key = `${String(row.cohort_month).slice(0, 10)} ${numberOf(row.age)}`;
    found.set(key, { rate: rate ?? null, low: low ?? null, high: high ?? null });
  }
  return found;
}

/** At age 1: the mean rate. Later: buyers at the age over buyers at the age before, of the cohorts that were seen at both. */
function developed(
  cohorts: readonly [Day, { customers: number; buyers: ReadonlyMap<number, number> }][],
  age: number,
  isSeen: (month: Day, age: number) => boolean,
): number | null {
  const seen = cohorts.filter(([month]) => isSeen(month, age));
  const total = (at: number) => seen.reduce((sum, [, { buyers }]) => sum + (buyers.get(at) ?? 0), 0);
  const before = age === 1 ? seen.reduce((sum, [, { customers }]) => sum + customers, 0) : total(age - 1);
  return before > 0 ? total(age) / before : null;
}

function cohortSql(snapshot: OpenSnapshot): string {
  if (snapshot.columnsOf("cohorts").has("buyers"))
    return "SELECT month, age, customers, buyers FROM cohorts ORDER BY month, age";
  return `WITH seen AS (
      SELECT customer_id, day, CAST(date_trunc('month', min(day) OVER (PARTITION BY customer_id)) AS DATE) AS month
      FROM transactions_seen WHERE day <= DATE ${literal(snapshot.handle.as_of)}
    ),
    sizes AS (SELECT month, count(DISTINCT customer_id) AS customers FROM seen GROUP BY month)
    SELECT s.month, date_diff('month', s.month, s.day) AS age, any_value(z.customers) AS customers, count(DISTINCT s.customer_id) AS buyers
    FROM seen s JOIN sizes z ON z.month = s.month GROUP BY ALL ORDER BY s.month, age`;
}
