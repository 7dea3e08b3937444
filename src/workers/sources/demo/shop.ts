import type { DemoOrder } from "./orders.ts";

export const shopOrdersHeader = ["Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Fulfilled at", "Accepts Marketing", "Currency", "Subtotal", "Shipping", "Taxes", "Total", "Discount Code", "Discount Amount", "Shipping Method", "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem compare at price", "Lineitem sku", "Lineitem requires shipping", "Lineitem taxable", "Lineitem fulfillment status", "Billing Name", "Billing Address1", "Billing City", "Billing Zip", "Billing Country", "Billing Phone", "Notes", "Cancelled at", "Refunded Amount", "Vendor", "Id", "Tags", "Source", "Lineitem discount", "Phone"] as const;

const pounds = (minor: number) => (minor / 100).toFixed(2);

/** An order as the shop's export has it: a row a line, the order's own fields on the first row only. */
export function shopOrderRows(order: DemoOrder, name: string, dayText: (day: number) => string): (string | number)[][] {
  const { person } = order;
  if (!person) return [];
  const clock = `${String(Math.floor(order.minute / 60)).padStart(2, "0")}:${String(order.minute % 60).padStart(2, "0")}:00 +0000`;
  const at = `${dayText(order.day)} ${clock}`;
  const goods = order.lines.reduce((sum, line) => sum + line.quantity * line.priceMinor, 0);
  const discount = Number(person.personId.slice(1)) % 11 === 0 ? Math.round(goods * 0.1) : 0;
  const returned = order.lines.filter(({ returnedOn }) => returnedOn >= 0).reduce((sum, line) => sum + line.quantity * line.priceMinor, 0);
  const refunded = order.isCancelled ? goods - discount : Math.round((returned * (goods - discount)) / Math.max(1, goods));
  const status = order.isCancelled ? "voided" : refunded > 0 && refunded >= goods - discount ? "refunded" : refunded > 0 ? "partially_refunded" : "paid";
  const backOn = order.lines.reduce((latest, { returnedOn }) => Math.max(latest, returnedOn), -1);
  const email = order.minute % 9 === 0 ? person.email.toUpperCase() : person.email;
  return order.lines.map((line, k) => {
    const first = k === 0;
    const only = (value: string | number) => (first ? value : "");
    return [
      name,
      email,
      only(status),
      only(at),
      only(order.isCancelled ? "" : "fulfilled"),
      only(order.isCancelled ? "" : `${dayText(backOn >= 0 ? backOn : order.day + 2)} ${clock}`),
      only(person.optIn ? "yes" : "no"),
      only("GBP"),
      only(pounds(goods - discount)),
      only("3.95"),
      only("0.00"),
      only(pounds(goods - discount + 395)),
      only(discount > 0 ? "WELCOME10" : ""),
      only(pounds(discount)),
      only("Standard"),
      at,
      line.quantity,
      line.product.name,
      pounds(line.priceMinor),
      line.priceMinor < line.listMinor ? pounds(line.listMinor) : "",
      line.product.sku,
      "true",
      "true",
      order.isCancelled ? "pending" : "fulfilled",
      only(`${person.given} ${person.family}`),
      only(person.street),
      only(person.city),
      only(person.postcode),
      only("GB"),
      only(person.phone),
      only(""),
      only(order.isCancelled ? at : ""),
      only(pounds(order.isCancelled ? 0 : refunded)),
      line.product.brand,
      only(String(5_000_000_000 + Number(name.slice(1)))),
      only(""),
      only("web"),
      "0.00",
      only(person.phone),
    ];
  });
}
