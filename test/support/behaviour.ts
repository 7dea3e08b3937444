import type { ColumnTable } from "../../src/shared/domain/column.ts";
import { featureColumns } from "../../src/workers/features/customer-features.ts";

export interface Behaviour {
  readonly id: string;
  readonly x: number;
  readonly recency: number;
  readonly age: number;
  readonly amount: number;
}

function featureValue(column: string, { x, recency, age, amount }: Behaviour): number {
  const values: Readonly<Record<string, number>> = {
    days_since_last_purchase: age - recency,
    frequency: x,
    recency,
    t_age: age,
    revenue_minor: (x + 1) * amount,
    last_purchase_minor: amount,
    mean_interval_days: x > 0 ? recency / x : Number.NaN,
    n_lines: x + 1,
  };
  return values[column] ?? (/^(messages|visits|days_since)/.test(column) ? Number.NaN : Math.min(x, 3));
}

/** The table customer_features of some customers, without a source of messages or visits. */
export function behaviourTable(customers: readonly Behaviour[]): ColumnTable {
  const columns = featureColumns.map(({ name }) => [
    name,
    Float64Array.from(customers, (one) => featureValue(name, one)),
  ]);
  return {
    rows: customers.length,
    columns: { customer_id: customers.map(({ id }) => id), ...Object.fromEntries(columns) },
  };
}

/** The table purchase_training: customers at earlier cuts and whether they bought after. */
export function trainingTable(
  rows: readonly (Behaviour & { readonly cut: number; readonly isBuyer: boolean })[],
): ColumnTable {
  const table = behaviourTable(rows);
  return {
    rows: table.rows,
    columns: {
      ...table.columns,
      cut_days: Float64Array.from(rows, ({ cut }) => cut),
      is_buyer: Float64Array.from(rows, ({ isBuyer }) => (isBuyer ? 1 : 0)),
    },
  };
}
