import type { ColumnTable, ColumnValues } from "../../src/shared/domain/column.ts";
import { slotName, type TimeMeasure, timeSlots } from "../../src/workers/features/timing-counts.ts";

type Row = Readonly<Record<string, string | number | null | readonly string[]>>;

/** A table of rows: numbers become Float64Array, whatever else stays. */
function tableOf(rows: readonly Row[], names: readonly string[]): ColumnTable {
  const columns = names.map((name): [string, ColumnValues] => {
    const values = rows.map((row) => row[name] ?? null);
    const isNumber = values.some((value) => typeof value === "number");
    return [name, isNumber ? Float64Array.from(values, Number) : (values as (string | null)[])];
  });
  return { rows: rows.length, columns: Object.fromEntries(columns) };
}

const pick = <T>(values: readonly T[], at: number): T => values[Math.abs(at) % values.length] as T;
const goods = ["beans", "cups", "filters", "milk", "tea"];
const sizes = ["S", "M", "L"];
const stores = ["leeds", "york", "hull"];

/** What some customers (by number, in that order) bought, kept, and when and where, by formula. */
export function tasteTables(order: readonly number[], idOf: (at: number) => string): Record<string, ColumnTable> {
  const each = (make: (at: number) => readonly Row[]) =>
    order.flatMap((at) => make(at).map((row): Row => ({ customer_id: idOf(at), ...row })));
  const slots = (at: number): Row =>
    Object.fromEntries(
      (["orders", "messages"] as const).flatMap((who) =>
        (Object.keys(timeSlots) as TimeMeasure[]).flatMap((measure) =>
          timeSlots[measure].map((slot) => [
            slotName(who, measure, slot),
            (at * 5 + slot * 3) % 7 === 0 ? 1 + (at % 3) : 0,
          ]),
        ),
      ),
    );
  const sets = [
    [],
    ...goods.map((one) => [one]),
    ["beans", "filters"],
    ["beans", "milk"],
    ["filters", "milk"],
    ["beans", "filters", "milk"],
  ];
  return {
    basket_days: tableOf(
      each((at) =>
        Array.from({ length: 1 + (at % 5) }, (_, k) => ({
          day: 19_000 + 30 * k + (at % 9),
          products: [...new Set([pick(goods, at), pick(goods, at + k), pick(goods, at * k)])].sort(),
        })),
      ),
      ["customer_id", "day", "products"],
    ),
    rebuy_candidates: tableOf(
      each((at) => {
        const n = 1 + (at % 4);
        const log = Math.log(20 + (at % 5));
        const sum = Math.round((n - 1) * log * 1e6);
        const squares = Math.round((n - 1) * log * log * 1e6);
        return [
          {
            level: "product",
            item: "beans",
            category: "Coffee",
            n_days: n,
            last_on: 19_900,
            elapsed_days: (at * 13) % 400,
            sum_log_interval: sum,
            sum_log_interval_sq: squares,
          },
        ];
      }),
      [
        "customer_id",
        "level",
        "item",
        "category",
        "n_days",
        "last_on",
        "elapsed_days",
        "sum_log_interval",
        "sum_log_interval_sq",
      ],
    ),
    itemsets: tableOf(
      (order.length > 0 ? sets : []).map((products) => ({
        product_a: products[0] ?? null,
        product_b: products[1] ?? null,
        product_c: products[2] ?? null,
        n_baskets: [1_000, 200, 90, 60][products.length] ?? 0,
        n_late: [200, 40, 20, 10][products.length] ?? 0,
      })),
      ["product_a", "product_b", "product_c", "n_baskets", "n_late"],
    ),
    fit_counts: tableOf(
      each((at) => [
        {
          attribute: "size",
          category: pick(["Shirts", "Coats"], at),
          value: pick(sizes, at),
          n_kept: 1 + (at % 2),
          n_returned: 0,
          last_on: 19_800,
        },
        {
          attribute: "size",
          category: "Shirts",
          value: pick(sizes, at + 1),
          n_kept: 0,
          n_returned: 1 + (at % 2),
          last_on: Number.NaN,
        },
        {
          attribute: "colour",
          category: "Shirts",
          value: pick(["navy", "rust"], at),
          n_kept: at % 3,
          n_returned: 0,
          last_on: 19_800,
        },
      ]),
      ["customer_id", "attribute", "category", "value", "n_kept", "n_returned", "last_on"],
    ),
    timing_counts: tableOf(
      each((at) => [slots(at)]),
      ["customer_id", ...Object.keys(slots(0))],
    ),
    store_counts: tableOf(
      each((at) => [
        { store_id: pick(stores, at), n_orders: 1 + (at % 4), last_on: 19_800 },
        ...(at % 3 === 0 ? [{ store_id: pick(stores, at + 1), n_orders: 1, last_on: 19_700 }] : []),
      ]),
      ["customer_id", "store_id", "n_orders", "last_on"],
    ),
    store_places: tableOf(
      stores.map((store_id, at) => ({ store_id, latitude: 53 + at / 10, longitude: -1 - at / 5 })),
      ["store_id", "latitude", "longitude"],
    ),
  };
}
