import type { ColumnTable } from "../../../shared/domain/column.ts";
import { type MethodTrial, naiveName } from "../../../shared/domain/tournament.ts";
import { absoluteErrors, auc, meanInterval } from "../../numeric/scoring.ts";
import { join, leastCustomers } from "../evaluation.ts";
import { numbers } from "../tables.ts";
import { lossOf, trialOf } from "../tournament/targets.ts";
import { dayBy, type WaitFits, waitMethods, waitsBy } from "./next-purchase-waits.ts";

const soonDays = 30;

/** Mean interval of all repeat buyers; NaN where there are none. */
function usualInterval(frequency: Float64Array, recency: Float64Array): number {
  const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
  return sum(recency) / sum(frequency);
}

/** Days from now by the rule of thumb: the own mean interval after the last purchase, all customers' after a first one. */
export function naiveDays(summary: ColumnTable): Float64Array {
  const [x, recency, since] = ["frequency", "recency", "days_since_last_purchase"].map((name) =>
    numbers(summary, name),
  ) as [Float64Array, Float64Array, Float64Array];
  const usual = usualInterval(x, recency);
  return since.map((days, at) => {
    const own = (x[at] ?? 0) > 0 ? (recency[at] ?? 0) / (x[at] ?? 1) : usual;
    return Math.max(1, own - days);
  });
}

/** Days until half have bought, for every row: infinite where that is beyond the horizon or the customer probably is gone. */
function medianDays(
  method: (typeof waitMethods)[number],
  fits: WaitFits,
  summary: ColumnTable,
  leastAlive: number,
): Float64Array | undefined {
  const waits = waitsBy(method, fits, summary);
  if (!waits) return undefined;
  return Float64Array.from({ length: summary.rows }, (_, row) => {
    const wait = waits(row);
    return wait.alive < leastAlive ? Number.POSITIVE_INFINITY : dayBy(wait, 0.5, 3 * 365);
  });
}

/** Every method against what followed: the error in days of repeat buyers, who have an interval of their own, and the ranking of all. */
export function tryWaits(
  summary: ColumnTable,
  outcomes: ColumnTable,
  fits: WaitFits,
  asked: { readonly leastAlive: number; readonly horizonDays: number },
): MethodTrial[] {
  const { leastAlive, horizonDays } = asked;
  const days = (values: Float64Array): ColumnTable => ({
    rows: summary.rows,
    columns: { customer_id: summary.columns["customer_id"] ?? [], days: values },
  });
  const candidates = [
    ...waitMethods.map((name) => [name as string, medianDays(name, fits, summary, leastAlive)] as const),
    [naiveName, naiveDays(summary)] as const,
  ].flatMap(([name, values]) => (values ? [{ name, table: days(values) }] : []));
  const joined = join(outcomes, [summary, ...candidates.map(({ table }) => table)]);
  if (joined.n < leastCustomers) return [];
  const waited = joined.numbers(outcomes, "next_purchase_days");
  const actual = waited.map((wait) => (Number.isFinite(wait) ? Math.min(horizonDays, wait) : horizonDays));
  const isSoon = Array.from(waited, (wait) => wait <= soonDays);
  const repeats = [...joined.numbers(summary, "frequency").entries()].flatMap(([row, x]) => (x > 0 ? [row] : []));
  if (repeats.length < leastCustomers) return [];
  const ofRepeats = (values: Float64Array) => Float64Array.from(repeats, (row) => values[row] ?? 0);
  return candidates.map(({ name, table }) => {
    const due = joined.numbers(table, "days");
    const capped = due.map((one) => Math.min(horizonDays, one));
    const ranked = auc(
      due.map((one) => -Math.min(1e6, one)),
      isSoon,
    );
    return trialOf(name, joined.n, [
      lossOf("mae_days", meanInterval(absoluteErrors(ofRepeats(capped), ofRepeats(actual)))),
      lossOf(`auc_${soonDays}`, ranked, 1 - ranked.value),
    ]);
  });
}
