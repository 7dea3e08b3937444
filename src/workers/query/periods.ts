import { addDays, type Day } from "../../shared/base/time.ts";
import {
  type FiscalPeriod,
  type FiscalSettings,
  latestPeriods,
  type PeriodLength,
  partBefore,
} from "../../shared/domain/fiscal-calendar.ts";
import type { Session } from "../engine/duckdb.ts";
import { literal } from "../engine/sql.ts";
import { numberOf } from "./estimate.ts";
import { type DailyTotals, dailyTotals } from "./revenue-history.ts";
import type { OpenSnapshot } from "./session-pool.ts";

export interface PeriodsInput {
  readonly by: PeriodLength;
  readonly count?: number | undefined;
  readonly calendar: FiscalSettings;
}
interface Sums {
  from: Day;
  to: Day;
  revenue_minor: number;
  refunds_minor: number | null;
}
interface Period extends Sums {
  label: string;
  year: number;
  number: number;
  is_open: boolean;
  orders: number;
  buyers: number;
  before: Sums | null;
}
export interface Periods extends FiscalSettings {
  as_of: Day;
  currency: string;
  by: PeriodLength;
  periods: Period[];
}

const usualCount: Readonly<Record<PeriodLength, number>> = { period: 13, quarter: 9, year: 5 };

/** Revenue of known customers and refunds by period of a fiscal calendar up to as_of; periods before the first purchase are left out. */
export async function readPeriods(snapshot: OpenSnapshot, input: PeriodsInput, signal?: AbortSignal): Promise<Periods> {
  const { by, calendar, count = usualCount[by] } = input;
  const { as_of, brand } = snapshot.handle;
  const shape = { as_of, currency: brand.currency, by, ...calendar };
  return snapshot.use(signal, async (session) => {
    const totals = await dailyTotals(snapshot, session);
    if (!totals) return { ...shape, periods: [] };
    const asked = latestPeriods(calendar, as_of, by, count).filter(({ to }) => to >= totals.first);
    const buyers = await buyersOf(session, asked);
    const sum = summing(totals, as_of);
    const periods = asked.map((period): Period => {
      const isOpen = period.to > as_of;
      const before = partBefore(calendar, period, isOpen ? as_of : period.to);
      return {
        label: period.label,
        year: period.year,
        number: period.number,
        is_open: isOpen,
        ...sum(period.from, isOpen ? as_of : period.to),
        ...(buyers.get(period.from) ?? { orders: 0, buyers: 0 }),
        before: before.from >= totals.first ? sum(before.from, before.to) : null,
      };
    });
    return { ...shape, periods };
  });
}

function summing(totals: DailyTotals, asOf: Day): (from: Day, to: Day) => Sums {
  const hasReturns = totals.between("refunds", addDays(totals.first, -1), asOf) !== 0;
  return (from, to) => ({
    from,
    to,
    revenue_minor: totals.between("revenue", addDays(from, -1), to),
    refunds_minor: hasReturns ? totals.between("refunds", addDays(from, -1), to) : null,
  });
}

async function buyersOf(
  session: Session,
  periods: readonly FiscalPeriod[],
): Promise<Map<Day, { orders: number; buyers: number }>> {
  if (periods.length === 0) return new Map();
  const values = periods.map(({ from, to }) => `(DATE ${literal(from)}, DATE ${literal(to)})`).join(", ");
  const rows = await session.rows(`WITH asked(first, last) AS (VALUES ${values})
    SELECT CAST(a.first AS VARCHAR) AS first, CAST(sum(t.n_orders) AS DOUBLE) AS orders, count(DISTINCT t.customer_id) AS buyers
    FROM asked a JOIN transactions_seen t ON t.day BETWEEN a.first AND a.last GROUP BY a.first ORDER BY a.first`);
  return new Map(
    rows.map((row) => [String(row.first), { orders: numberOf(row.orders), buyers: numberOf(row.buyers) }]),
  );
}
