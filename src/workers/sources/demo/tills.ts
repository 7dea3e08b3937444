import type { DemoOrder } from "./orders.ts";
import { loyaltyCard } from "./people.ts";

export const tillHeader = ["Receipt no", "Line", "Date", "Store", "Channel", "Loyalty card", "SKU", "Qty", "Unit price", "List price", "Discount", "Amount"] as const;

const comma = (minor: number) => (minor / 100).toFixed(2).replace(".", ",");
const dayFirst = (day: string) => day.split("-").reverse().join("/");
const clock = (minute: number) => `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;

/** A till sale as its journal has it: goods with decimal commas, what comes back later as negative lines of another receipt. */
export function tillRows(order: DemoOrder, receipt: string, dayText: (day: number) => string): { on: string; row: (string | number)[] }[] {
  const card = order.person?.isLoyal ? loyaltyCard(order.person) : "";
  const day = dayText(order.day);
  const row = (name: string, line: number, on: string, values: { sku: string; quantity: number; price: number; list: number }) => ({
    on,
    row: [name, line, `${dayFirst(on)} ${clock(order.minute)}`, `S${order.store}`, "store", card, values.sku, values.quantity, comma(values.price), comma(values.list), comma(0), comma(values.price * values.quantity)],
  });
  return order.lines.flatMap((line, at) => {
    const values = { sku: line.product.sku, quantity: line.quantity, price: line.priceMinor, list: line.listMinor };
    const sold = row(receipt, at + 1, day, values);
    return line.returnedOn < 0 ? [sold] : [sold, row(`${receipt}B`, at + 1, dayText(line.returnedOn), { ...values, quantity: -line.quantity })];
  });
}
