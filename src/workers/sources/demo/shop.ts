import { join } from "node:path";
import type { Random } from "../../../shared/base/random.ts";
import { allDays, clock, dayText, historyDays, londonOffset, nights } from "./calendar.ts";
import type { DemoOrder } from "./orders.ts";
import { type DemoPerson, emailOn, writtenPhone } from "./people.ts";
import { type Cell, writeTable } from "./tables.ts";

const ordersHeader = [
  "Name",
  "Email",
  "Financial Status",
  "Paid at",
  "Fulfillment Status",
  "Fulfilled at",
  "Accepts Marketing",
  "Currency",
  "Subtotal",
  "Shipping",
  "Taxes",
  "Total",
  "Discount Code",
  "Discount Amount",
  "Shipping Method",
  "Created at",
  "Lineitem quantity",
  "Lineitem name",
  "Lineitem price",
  "Lineitem compare at price",
  "Lineitem sku",
  "Lineitem requires shipping",
  "Lineitem taxable",
  "Lineitem fulfillment status",
  "Billing Name",
  "Billing Street",
  "Billing Address1",
  "Billing Address2",
  "Billing Company",
  "Billing City",
  "Billing Zip",
  "Billing Province",
  "Billing Country",
  "Billing Phone",
  "Shipping Name",
  "Shipping Street",
  "Shipping Address1",
  "Shipping Address2",
  "Shipping Company",
  "Shipping City",
  "Shipping Zip",
  "Shipping Province",
  "Shipping Country",
  "Shipping Phone",
  "Notes",
  "Note Attributes",
  "Cancelled at",
  "Payment Method",
  "Payment Reference",
  "Refunded Amount",
  "Vendor",
  "Outstanding Balance",
  "Employee",
  "Location",
  "Device ID",
  "Id",
  "Tags",
  "Risk Level",
  "Source",
  "Lineitem discount",
  "Tax 1 Name",
  "Tax 1 Value",
  "Tax 2 Name",
  "Tax 2 Value",
  "Tax 3 Name",
  "Tax 3 Value",
  "Tax 4 Name",
  "Tax 4 Value",
  "Tax 5 Name",
  "Tax 5 Value",
  "Phone",
  "Receipt Number",
  "Duties",
  "Billing Province Name",
  "Shipping Province Name",
  "Payment ID",
  "Payment Terms Name",
  "Next Payment Due At",
  "Payment References",
] as const;
const customersHeader = [
  "Customer ID",
  "First Name",
  "Last Name",
  "Email",
  "Accepts Email Marketing",
  "Default Address Company",
  "Default Address Address1",
  "Default Address Address2",
  "Default Address City",
  "Default Address Province Code",
  "Default Address Country Code",
  "Default Address Zip",
  "Default Address Phone",
  "Phone",
  "Accepts SMS Marketing",
  "Total Spent",
  "Total Orders",
  "Note",
  "Tax Exempt",
  "Tags",
] as const;

const pounds = (minor: number) => (minor / 100).toFixed(2);

interface Numbered {
  readonly order: DemoOrder;
  readonly name: string;
  readonly phone: string;
}

/** An order as the shop's export of a day has it: a row a line, the order's own fields on the first row only. */
function orderRows({ order, name, phone }: Numbered, knownOn: number): Cell[][] {
  const { person, lines } = order;
  if (!person) return [];
  const at = (day: number) => `${dayText(day)} ${clock(order.minute)}:00 ${londonOffset(dayText(day))}`;
  const value = (some: DemoOrder["lines"]) => some.reduce((sum, line) => sum + line.quantity * line.priceMinor, 0);
  const goods = value(lines);
  const code =
    order.coupon?.code ?? (order.minute % 13 === 0 ? (order.minute % 2 === 0 ? "WELCOME10" : "LETTER10") : "");
  const discount = code === "" ? 0 : Math.round(goods * (order.coupon?.share ?? 0.1));
  const back = lines.filter(({ returnedOn }) => returnedOn >= 0 && returnedOn <= knownOn);
  const refunded = order.isCancelled ? 0 : Math.round((value(back) * (goods - discount)) / Math.max(1, goods));
  const shippedOn = back.reduce((latest, { returnedOn }) => Math.max(latest, returnedOn), order.day + 2);
  const isShipped = !order.isCancelled && shippedOn <= knownOn;
  const shipping = goods - discount < 5000 ? 395 : 0;
  const fullName = `${person.given} ${person.family}`;
  const ofOrder: Readonly<Record<string, Cell>> = {
    "Financial Status": order.isCancelled
      ? "voided"
      : refunded === 0
        ? "paid"
        : back.length === lines.length
          ? "refunded"
          : "partially_refunded",
    "Paid at": order.isCancelled ? "" : at(order.day),
    "Fulfillment Status": isShipped ? "fulfilled" : "unfulfilled",
    "Fulfilled at": isShipped ? at(shippedOn) : "",
    "Accepts Marketing": person.optIn ? "yes" : "no",
    Currency: "GBP",
    Subtotal: pounds(goods - discount),
    Shipping: pounds(shipping),
    Taxes: "0.00",
    Total: pounds(goods - discount + shipping),
    "Discount Code": code,
    "Discount Amount": pounds(discount),
    "Shipping Method": "Standard",
    "Billing Name": order.minute % 17 === 0 ? fullName.toUpperCase() : fullName,
    "Billing Street": person.street,
    "Billing Address1": person.street,
    "Billing City": person.city,
    "Billing Zip": person.postcode,
    "Billing Country": "GB",
    "Billing Phone": phone,
    "Cancelled at": order.isCancelled ? at(order.day) : "",
    "Payment Method": "card",
    "Refunded Amount": pounds(refunded),
    "Outstanding Balance": "0.00",
    Id: String(5_000_000_000 + Number(name.slice(1))),
    "Risk Level": "Low",
    Source: "web",
    Phone: phone,
    Notes: order.minute % 211 === 0 ? "Leave with the neighbour,\nplease ring twice" : "",
  };
  return lines.map((line, k) => {
    const values: Readonly<Record<string, Cell>> = {
      ...(k === 0 ? ofOrder : {}),
      Name: name,
      Email: order.minute % 9 === 0 ? order.email.toUpperCase() : order.email,
      "Created at": at(order.day),
      "Lineitem quantity": line.quantity,
      "Lineitem name":
        line.size === "" ? line.product.name : `${line.product.name} - ${line.size} / ${line.product.colour}`,
      "Lineitem price": pounds(line.priceMinor),
      "Lineitem compare at price": line.priceMinor < line.listMinor ? pounds(line.listMinor) : "",
      "Lineitem sku": line.product.sku,
      "Lineitem requires shipping": "true",
      "Lineitem taxable": "true",
      "Lineitem fulfillment status": isShipped ? "fulfilled" : "pending",
      "Lineitem discount": "0.00",
      Vendor: line.product.brand,
    };
    return ordersHeader.map((column) => values[column] ?? "");
  });
}

/** The shop's exports: orders by half-year as they stood on the last day of the history, then what is new or changed by
 *  night; and its accounts. */
export function writeShop(
  folder: string,
  orders: readonly DemoOrder[],
  people: readonly DemoPerson[],
  random: Random,
): string[] {
  const placed = orders
    .filter(({ isShop }) => isShop)
    .map(
      (order, n): Numbered => ({
        order,
        name: `#${1001 + n}`,
        phone: order.person && random.next() < 0.8 ? writtenPhone(random, order.person.phone) : "",
      }),
    );
  const halves = new Map<string, Cell[][]>();
  for (const one of placed) {
    if (one.order.day >= historyDays) continue;
    const day = dayText(one.order.day);
    const half = Number(day.slice(5, 7)) < 7 ? "01_to_06" : "07_to_12";
    const key = `${day.slice(0, 4)}-${half}`;
    const rows = halves.get(key) ?? [];
    rows.push(...orderRows(one, historyDays - 1));
    halves.set(key, rows);
  }
  const files = [...halves].map(([half, rows]) =>
    writeTable(join(folder, "shop", `orders_export_${half}.csv`), ordersHeader, rows),
  );
  for (let night = historyDays; night < historyDays + nights; night++) {
    const isNews = ({ order }: Numbered) =>
      order.day === night || (order.day < night && order.lines.some(({ returnedOn }) => returnedOn === night));
    const rows = placed.filter(isNews).flatMap((one) => orderRows(one, night));
    if (rows.length > 0)
      files.push(writeTable(join(folder, "updates", dayText(night), "orders_export.csv"), ordersHeader, rows));
  }
  const accounts = people.filter(({ hasShopAccount }) => hasShopAccount);
  const early = accounts.filter(({ startsOn }) => startsOn < historyDays);
  const late = accounts.filter(({ startsOn }) => startsOn >= historyDays);
  if (early.length > 0)
    files.push(
      writeTable(
        join(folder, "shop", "customers_export.csv"),
        customersHeader,
        early.flatMap((person) => accountRows(person, random)),
      ),
    );
  if (late.length > 0)
    files.push(
      writeTable(
        join(folder, "updates", dayText(allDays - 1), "customers_export.csv"),
        customersHeader,
        late.flatMap((person) => accountRows(person, random)),
      ),
    );
  return files;
}

/** Numbers of a person's accounts: whoever changed the address has an older one too. */
export function shopAccounts(person: DemoPerson): { id: string; email: string }[] {
  if (!person.hasShopAccount) return [];
  const current = { id: String(7_000_000_000 + person.n * 11), email: emailOn(person, allDays) };
  return person.formerEmail === person.email || person.startsOn >= person.emailChangedOn
    ? [current]
    : [{ id: String(6_100_000_000 + person.n * 11), email: person.formerEmail }, current];
}

function accountRows(person: DemoPerson, random: Random): Cell[][] {
  return shopAccounts(person).map(({ id, email }) => {
    const phone = random.next() < 0.7 ? writtenPhone(random, person.phone) : "";
    return [
      id,
      person.given,
      person.family,
      email,
      person.optIn ? "yes" : "no",
      "",
      person.street,
      "",
      person.city,
      "",
      "GB",
      person.postcode,
      phone,
      phone,
      "no",
      "",
      "",
      "",
      "no",
      "",
    ];
  });
}
