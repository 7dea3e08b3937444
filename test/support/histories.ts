import type { ColumnTable } from "../../src/shared/domain/column.ts";
import { firstOrderColumns, landmarks } from "../../src/workers/features/first-orders.ts";
import { type Behaviour, behaviourTable } from "./behaviour.ts";

/** The day that these tables look back from, counted from 1970-01-01: 2024-10-04. */
const asOf = 20_000;

function columnOf<Row>(rows: readonly Row[], of: (row: Row) => number): Float64Array {
  return Float64Array.from(rows, of);
}

/** The table first_orders: everybody's amount, and repeat purchases spread evenly up to the last. */
export function firstOrderTable(rows: readonly Behaviour[]): ColumnTable {
  const values: Readonly<Record<string, (row: Behaviour) => number>> = {
    first_minor: ({ amount }) => amount,
    mean_price_minor: ({ amount }) => amount / 2,
    discounted_share: ({ amount }) => (Math.round(amount) % 4) / 4,
    month: ({ age }) => 1 + (Math.round(age / 30) % 12),
    weekday: ({ age }) => 1 + (Math.round(age) % 7),
  };
  const second = ({ x, recency }: Behaviour) => (x > 0 ? Math.max(1, recency / x) : Number.NaN);
  const after = (mark: number) => (row: Behaviour) =>
    row.age < mark + 90 ? Number.NaN : second(row) > mark && second(row) <= mark + 90 ? row.amount : 0;
  return {
    rows: rows.length,
    columns: {
      customer_id: rows.map(({ id }) => id),
      age_days: columnOf(rows, ({ age }) => age),
      ...Object.fromEntries(
        firstOrderColumns.map(({ name }) => [name, columnOf(rows, values[name] ?? (({ x }) => 1 + (x % 2)))]),
      ),
      category: rows.map(({ amount }) => (amount % 3 < 1 ? null : amount % 3 < 2 ? "shoes" : "hats")),
      channel: rows.map(({ amount }) => (amount % 2 < 1 ? "web" : "store")),
      second_after_days: columnOf(rows, second),
      ...Object.fromEntries(landmarks.map((mark) => [`revenue_after_${mark}`, columnOf(rows, after(mark))])),
    },
  };
}

/** The table value_training: customers at earlier cuts, and purchases of their own amount after. */
export function valueTrainingTable(
  rows: readonly (Behaviour & { readonly cut: number; readonly bought: number })[],
): ColumnTable {
  const table = behaviourTable(rows);
  return {
    rows: table.rows,
    columns: {
      ...table.columns,
      cut_days: columnOf(rows, ({ cut }) => cut),
      window_days: new Float64Array(rows.length).fill(90),
      purchases_after: columnOf(rows, ({ bought }) => bought),
      revenue_after: columnOf(rows, ({ bought, amount }) => bought * amount),
    },
  };
}

const monthOf = (day: number) => {
  const at = new Date(day * 86_400_000);
  return at.getUTCFullYear() * 12 + at.getUTCMonth();
};

/** The table cohorts: who bought in which month after the first, repeat purchases spread evenly up to the last. */
export function cohortTable(rows: readonly Behaviour[]): ColumnTable {
  const counts = new Map<string, { month: number; age: number; buyers: Set<string> }>();
  const sizes = new Map<number, number>();
  for (const { id, x, recency, age } of rows) {
    const first = monthOf(asOf - age);
    sizes.set(first, (sizes.get(first) ?? 0) + 1);
    for (let k = 0; k <= x; k++) {
      const at = monthOf(asOf - age + (x > 0 ? (recency * k) / x : 0)) - first;
      const own = counts.get(`${first} ${at}`) ?? { month: first, age: at, buyers: new Set<string>() };
      own.buyers.add(id);
      counts.set(`${first} ${at}`, own);
    }
  }
  const cells = [...counts.values()].sort((a, b) => a.month - b.month || a.age - b.age);
  return {
    rows: cells.length,
    columns: {
      month: columnOf(cells, ({ month }) => Date.UTC(Math.floor(month / 12), month % 12, 1) / 86_400_000),
      age: columnOf(cells, ({ age }) => age),
      customers: columnOf(cells, ({ month }) => sizes.get(month) ?? 0),
      buyers: columnOf(cells, ({ buyers }) => buyers.size),
    },
  };
}

/** The table revenue_weeks: each customer's amount in the week of the last purchase. */
export function weekTable(rows: readonly Behaviour[]): ColumnTable {
  const weeks = new Map<number, number[]>();
  for (const { age, recency, amount } of rows) {
    const week = Math.floor((asOf - age + recency) / 7) * 7;
    weeks.set(week, [...(weeks.get(week) ?? []), amount]);
  }
  const sorted = [...weeks].sort(([a], [b]) => a - b);
  return {
    rows: sorted.length,
    columns: {
      week: columnOf(sorted, ([week]) => week),
      revenue_minor: columnOf(sorted, ([, own]) => own.sort((a, b) => a - b).reduce((sum, one) => sum + one, 0)),
    },
  };
}

/** The table customer_margins: two thirds of all revenue is cost. */
export function marginTable(rows: readonly Behaviour[]): ColumnTable {
  return {
    rows: rows.length,
    columns: {
      customer_id: rows.map(({ id }) => id),
      costed_minor: columnOf(rows, ({ x, amount }) => (x + 1) * amount),
      cost_minor: columnOf(rows, ({ x, amount }) => Math.round(((x + 1) * amount * 2) / 3)),
    },
  };
}
