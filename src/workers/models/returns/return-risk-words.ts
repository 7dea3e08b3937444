import type { ColumnTable } from "../../../shared/domain/column.ts";
import { numbers, texts } from "../tables.ts";
import { treeColumns } from "./return-risk-columns.ts";

/** Columns that say the same in a reader's eyes; their contributions add up. */
export const driverGroups = {
  history: [
    "past_lines",
    "past_returns",
    "past_category_returns",
    "past_product_lines",
    "past_product_returns",
    "inclination",
  ],
  category: ["category", "subcategory"],
  product: ["product_id", "brand"],
  size: ["size"],
  selection: ["sizes_in_order", "alike_in_order", "category_in_order"],
  price: ["price_minor", "price_ratio"],
  discount: ["discount_depth"],
  order: ["quantity", "order_lines", "order_minor", "order_share"],
  tenure: ["past_orders", "tenure_days", "pause_days"],
  channel: ["channel"],
  delivery: ["delivery_days"],
  person: ["age_from", "gender", "region", "person"],
  season: ["month"],
} as const satisfies Readonly<Record<string, readonly string[]>>;
export type DriverGroup = keyof typeof driverGroups | "age";

const months = "January February March April May June July August September October November December".split(" ");
const plural = (n: number, one: string, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;
const percent = (share: number) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

/** What a line has of each group, in words; `encoded` holds the columns that the trees read. */
export function describeLines(
  table: ColumnTable,
  encoded: readonly Float64Array[],
): (group: DriverGroup, row: number) => string {
  const value = (name: string, row: number) => numbers(table, name)[row] ?? Number.NaN;
  const text = (name: string, row: number) => texts(table, name)[row] ?? null;
  const share = (name: string, row: number) => encoded[treeColumns.indexOf(name)]?.[row] ?? Number.NaN;
  const usual = (name: string, row: number) => `${percent(share(name, row))} come back`;
  const words: Readonly<Record<DriverGroup, (row: number) => string>> = {
    history: (row) => {
      const lines = value("past_lines", row);
      return lines > 0
        ? `${value("past_returns", row)} of ${plural(lines, "earlier line")} came back`
        : "No earlier line whose outcome is known";
    },
    category: (row) => {
      const name = text("subcategory", row) ?? text("category", row);
      return name ? `${name}: ${usual(text("subcategory", row) ? "subcategory" : "category", row)}` : "No category";
    },
    product: (row) => (text("product_id", row) ? `This product: ${usual("product_id", row)}` : "No product"),
    size: (row) => (text("size", row) ? `${text("size", row)}: ${usual("size", row)}` : "No size"),
    selection: (row) => {
      const sizes = value("sizes_in_order", row);
      const alike = value("alike_in_order", row);
      if (sizes > 1) return `${plural(sizes, "size")} of it in the order`;
      if (alike > 1) return `${alike} lines of it in the order`;
      const category = value("category_in_order", row);
      return category > 1 ? `${category} lines of its category in the order` : "The only line of its kind in the order";
    },
    price: (row) => {
      const ratio = value("price_ratio", row);
      return Number.isFinite(ratio) ? `Price ${ratio.toFixed(1)} times the usual one of its category` : "Its price";
    },
    discount: (row) => {
      const depth = value("discount_depth", row);
      return depth > 0.005
        ? `Reduced by ${percent(depth)}`
        : Number.isFinite(depth)
          ? "At full price"
          : "No list price";
    },
    order: (row) => {
      const lines = value("order_lines", row);
      return lines > 1
        ? `${lines} lines in the order, this one ${percent(value("order_share", row))} of its value`
        : "The only line of the order";
    },
    tenure: (row) => {
      const orders = value("past_orders", row);
      return orders > 0
        ? `${plural(orders, "order")} before, customer for ${value("tenure_days", row)} days`
        : "First order";
    },
    channel: (row) =>
      text("channel", row) ? `Bought by ${text("channel", row)}: ${usual("channel", row)}` : "No channel",
    delivery: (row) => {
      const days = value("delivery_days", row);
      return Number.isFinite(days) ? `Delivered after ${plural(days, "day")}` : "Not delivered yet";
    },
    person: (row) => {
      const from = value("age_from", row);
      const band = from >= 65 ? "Aged 65 or more" : `Aged ${from} to ${from < 25 ? 24 : from + 9}`;
      const known = [from > 0 ? band : null, text("gender", row), text("region", row)].filter((one) => one !== null);
      return known.length > 0 ? known.join(", ") : "Age, gender and region aren't known";
    },
    season: (row) => `Bought in ${months[value("month", row) - 1] ?? "an unknown month"}`,
    age: (row) => `${plural(value("age_days", row), "day")} since the purchase without a return`,
  };
  return (group, row) => words[group](row);
}

/** Contributions of n lines by group, from those by column; none where nothing is known of a column. */
export function groupContributions(
  n: number,
  of: (name: string) => Float64Array | undefined,
): Map<DriverGroup, Float64Array> {
  const groups = Object.entries(driverGroups) as [keyof typeof driverGroups, readonly string[]][];
  return new Map(
    groups.map(([group, names]) => {
      const columns = names.flatMap((name) => of(name) ?? []);
      return [
        group,
        Float64Array.from({ length: n }, (_, row) => columns.reduce((sum, one) => sum + (one[row] ?? 0), 0)),
      ];
    }),
  );
}
