import { wholeAbove } from "../../numeric/nearest-change.ts";

export type FeatureRow = Readonly<Record<string, number>>;

const mostOrders = 3;
const longestSilence = 365;
const windows = [30, 90, 180, 365] as const;
export const times = (n: number, one: string) => (n === 1 ? `one more ${one}` : `${n} more ${one}s`);

/** The customer as they would be after so many further days of purchase, the last of them today. */
export function afterOrders(row: FeatureRow, n: number): FeatureRow {
  const of = (name: string) => row[name] ?? Number.NaN;
  const [x, age, last] = [of("frequency"), of("t_age"), of("last_purchase_minor")];
  const mean = age / (x + n);
  return {
    ...row,
    ...Object.fromEntries(windows.map((days) => [`purchases_${days}`, of(`purchases_${days}`) + n])),
    ...Object.fromEntries(["revenue_90", "revenue_365", "revenue_minor"].map((name) => [name, of(name) + n * last])),
    days_since_last_purchase: 0,
    frequency: x + n,
    recency: age,
    mean_interval_days: mean,
    intervals_overdue: 0,
    n_lines: of("n_lines") + Math.max(1, Math.round((n * of("n_lines")) / (x + 1))),
  };
}

/** The customer as they would be after so many further days without a purchase. What has left a window wholly counts no more. */
function afterSilence(row: FeatureRow, days: number): FeatureRow {
  const of = (name: string) => row[name] ?? Number.NaN;
  const since = of("days_since_last_purchase") + days;
  const gone = (length: number) => since >= length;
  return {
    ...row,
    ...Object.fromEntries(windows.filter(gone).map((length) => [`purchases_${length}`, 0])),
    ...Object.fromEntries([90, 365].filter(gone).map((length) => [`revenue_${length}`, 0])),
    days_since_last_purchase: since,
    t_age: of("t_age") + days,
    intervals_overdue: since / of("mean_interval_days"),
  };
}

export interface Lever {
  readonly row: FeatureRow;
  readonly text: string;
  readonly kind: "orders" | "silence" | "opens" | "visits";
  /** How many days more of it; of silence, how long. */
  readonly n: number;
}

/** What a customer may do otherwise: orders, silence, e-mails opened and visits, each as far as the split points of the columns it moves ask,
 *  with all that hangs on it. `points`: split points of a column by its name. */
export function behaviourLevers(points: (name: string) => readonly number[], row: FeatureRow): Lever[] {
  const of = (name: string) => row[name] ?? Number.NaN;
  const orders = Array.from({ length: mostOrders }, (_, at) => at + 1).map((n): Lever => {
    return { row: afterOrders(row, n), text: `${times(n, "order")}, the last one today`, kind: "orders", n };
  });
  const since = of("days_since_last_purchase");
  const silences = wholeAbove(points("days_since_last_purchase"), since)
    .map((day) => day - since)
    .filter((days) => days > 0 && days <= longestSilence)
    .map((days): Lever => {
      const text = `no order for another ${days} ${days === 1 ? "day" : "days"}`;
      return { row: afterSilence(row, days), text, kind: "silence", n: days };
    });
  const [opened, sent] = [of("messages_opened_90"), of("messages_sent_90")];
  const opens = wholeAbove(points("messages_opened_90"), opened)
    .filter((n) => n > opened && n <= sent)
    .map((n): Lever => {
      const text = `${n} e-mails opened of ${sent} in 90 days instead of ${opened}`;
      return { row: { ...row, messages_opened_90: n, days_since_last_open: 0 }, text, kind: "opens", n: n - opened };
    });
  const [month, quarter] = [of("visits_30"), of("visits_90")];
  const visited = [
    ...wholeAbove(points("visits_30"), month).map((n) => n - month),
    ...wholeAbove(points("visits_90"), quarter).map((n) => n - quarter),
  ];
  const visits = [...new Set(visited)]
    .filter((n) => n > 0 && n <= 30)
    .sort((a, b) => a - b)
    .map((n): Lever => {
      const there = { visits_30: month + n, visits_90: quarter + n, days_since_last_visit: 0 };
      return {
        row: { ...row, ...there },
        text: `${times(n, "day")} with a visit, the last one today`,
        kind: "visits",
        n,
      };
    });
  return [...orders, ...silences, ...opens, ...visits];
}
