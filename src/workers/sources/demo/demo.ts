import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import writeExcel from "write-excel-file/node";
import { throwIfCancelled } from "../../../shared/base/errors.ts";
import { createRandom, type Random } from "../../../shared/base/random.ts";
import { fromEpochDay, toEpochDay } from "../../../shared/base/time.ts";
import { categories, makeProducts } from "./catalogue.ts";
import { type DemoCalendar, type DemoOrder, live, passer } from "./orders.ts";
import { type DemoPerson, loyaltyCard, makePerson } from "./people.ts";
import { shopOrderRows, shopOrdersHeader } from "./shop.ts";
import { writeTable } from "./tables.ts";
import { tillHeader, tillRows } from "./tills.ts";

export interface DemoOptions {
  readonly customers?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

const firstDay = "2024-01-01";
export const lastDay = "2026-06-30";
const nights = 14;
const pence = (minor: number) => (minor / 100).toFixed(2);

/** Makes the exports of Hollin & Pike, a made-up fashion and home shop: tills, a web shop, CRM, loyalty, products, a
 *  suppression list and fourteen nightly deliveries after 30 months, with the mess that real exports have; and the truth
 *  beside them in `truth/`. Equal options give equal bytes. */
export async function makeDemo(folder: string, options: DemoOptions = {}): Promise<{ files: string[] }> {
  const { customers = 20_000, seed = 1, signal, onProgress } = options;
  const start = toEpochDay(firstDay);
  const calendar: DemoCalendar = {
    days: toEpochDay(lastDay) - start + 1,
    dayOfYear: (day) => {
      const at = start + day;
      return at - toEpochDay(`${fromEpochDay(at).slice(0, 4)}-01-01`) + 1;
    },
  };
  const dayText = (day: number) => fromEpochDay(start + day);
  const random = createRandom(seed, "demo");
  const products = makeProducts(random.split("products"));
  const byCategory = categories.map(({ name }) => products.filter(({ category }) => category === name));
  const people: DemoPerson[] = [];
  const orders: DemoOrder[] = [];
  const truth: (string | number)[][] = [];
  for (let n = 0; n < customers; n++) {
    if (n % 500 === 0) {
      throwIfCancelled(signal);
      onProgress?.(n, customers);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const own = random.split(`person ${n}`);
    const person = makePerson(own, n, calendar.days);
    const life = live(own.split("life"), person, byCategory, calendar);
    people.push(person);
    orders.push(...life.orders);
    truth.push([person.personId, life.isAlive ? 1 : 0, life.isAlive ? "" : dayText(life.endedOn), person.ratePerDay.toFixed(6), person.priceTier, person.discountSensitivity.toFixed(4), life.exposure.toFixed(4), person.returnPropensity.toFixed(4)]);
  }
  const strangers = random.split("strangers");
  for (let n = 0; n < customers * 0.4; n++) orders.push(passer(strangers, byCategory, calendar));
  orders.sort((a, b) => a.day - b.day || a.minute - b.minute || ((a.person?.personId ?? "~") < (b.person?.personId ?? "~") ? -1 : 1));
  const files = [
    ...(await writeTills(folder, orders, calendar, dayText, random.split("tills"))),
    ...writeShop(folder, orders, calendar, dayText, people),
    ...writePeople(folder, people, dayText, random.split("people")),
    writeTable(join(folder, "products", "products.csv"), ["sku", "name", "category", "subcategory", "brand", "size", "colour", "list_price", "cost", "currency"], products.map((one) => [one.sku, one.name, one.category, one.subcategory, one.brand, one.size, one.colour, pence(one.listMinor), pence(one.costMinor), "GBP"])),
  ];
  const truthFiles = writeTruth(folder, people, truth);
  writeFileSync(join(folder, "README.md"), `Exports of Hollin & Pike, a retailer that does not exist: ${customers} shoppers, ${firstDay} to ${lastDay} and ${nights} nights after it.\nWhat is true of them lies in truth/, which is no delivery.\n`);
  onProgress?.(customers, customers);
  return { files: [...files, ...truthFiles] };
}

type DayText = (day: number) => string;

async function writeTills(folder: string, orders: readonly DemoOrder[], calendar: DemoCalendar, dayText: DayText, random: Random): Promise<string[]> {
  const files: string[] = [];
  const sold = orders.filter(({ isShop }) => !isShop).map((order, at) => ({ order, receipt: `R${String(100_000 + at)}` }));
  const byMonth = new Map<string, (string | number)[][]>();
  const workbook: (string | number)[][] = [];
  const late: (string | number)[][] = [];
  for (const { order, receipt } of sold) {
    const day = dayText(order.day);
    for (const { on, row } of tillRows(order, receipt, dayText)) {
      if (on > dayText(calendar.days + nights - 1)) continue;
      if (order.store === 4 && day < "2026-01-01" && on < "2026-01-01") {
        workbook.push(row);
        continue;
      }
      const month = on > lastDay ? `night ${on}` : on.slice(0, 7);
      if (month.length === 7 && random.next() < 0.002) late.push(row);
      else byMonth.set(month, push(byMonth, month, row));
    }
  }
  const months = [...byMonth.keys()].filter((month) => month.length === 7).sort();
  for (const [at, month] of months.entries()) {
    const rows = [...(byMonth.get(month) ?? [])];
    const before = byMonth.get(months[at - 1] ?? "") ?? [];
    rows.unshift(...before.slice(-40)); // the month's file repeats the end of the last one
    if (at % 3 === 2) rows.push(...late.splice(0, 30));
    if (at % 4 === 1) rows.splice(Math.floor(rows.length / 2), 0, [...tillHeader]);
    if (at % 5 === 2) rows.push(spoil(rows[10] ?? [], 2, "31/02/2025 10:15", `X${at}1`), spoil(rows[20] ?? [], 8, "n/a", `X${at}2`));
    const preamble = at % 6 === 3 ? ["Hollin & Pike Tills", `Export ${month}`] : [];
    const after = at % 6 === 4 ? [`Total;${rows.length} rows`] : [];
    files.push(writeTable(join(folder, "tills", `till_${month}.csv`), tillHeader, rows, { delimiter: ";", encoding: "latin1", before: preamble, after }));
  }
  for (const month of [...byMonth.keys()].filter((name) => name.startsWith("night ")).sort()) {
    files.push(writeTable(join(folder, "nightly", month.slice(6), "till.csv"), tillHeader, byMonth.get(month) ?? [], { delimiter: ";", encoding: "latin1" }));
  }
  mkdirSync(join(folder, "tills"), { recursive: true });
  const path = join(folder, "tills", "store_4.xlsx");
  const number = (text: string | number) => Number(String(text).replace(",", "."));
  const typed = workbook.map((row) => row.map((one, at) => ([7, 8, 9, 10, 11].includes(at) ? number(one) : at === 2 ? excelDate(String(one)) : String(one))));
  await writeExcel([[...tillHeader], ...typed] as never).toFile(path);
  return [...files, path];
}

function push(byMonth: Map<string, (string | number)[][]>, month: string, row: (string | number)[]): (string | number)[][] {
  const rows = byMonth.get(month) ?? [];
  rows.push(row);
  return rows;
}

function spoil(row: readonly (string | number)[], at: number, text: string, receipt: string): (string | number)[] {
  return row.map((one, index) => (index === 0 ? receipt : index === at ? text : one));
}

function excelDate(text: string): string {
  const [day = "", time = ""] = text.split(" ");
  const [d, m, y] = day.split("/");
  return `${y}-${m}-${d} ${time}:00`;
}

function writeShop(folder: string, orders: readonly DemoOrder[], calendar: DemoCalendar, dayText: DayText, people: readonly DemoPerson[]): string[] {
  const byFile = new Map<string, (string | number)[][]>();
  let number = 1001;
  for (const order of orders) {
    if (!order.isShop || order.day >= calendar.days + nights) continue;
    const day = dayText(order.day);
    const name = day > lastDay ? join("nightly", day, "orders_export.csv") : join("shop", `orders_export_${day.slice(0, 4)}${Number(day.slice(5, 7)) < 7 ? "a" : "b"}.csv`);
    const rows = byFile.get(name) ?? [];
    rows.push(...shopOrderRows(order, `#${number++}`, dayText));
    byFile.set(name, rows);
  }
  const files = [...byFile].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, rows]) => writeTable(join(folder, name), shopOrdersHeader, rows));
  const accounts = people.filter(({ hasShopAccount }) => hasShopAccount);
  const header = ["Customer ID", "First Name", "Last Name", "Email", "Accepts Email Marketing", "Default Address Company", "Default Address Address1", "Default Address City", "Default Address Province Code", "Default Address Country Code", "Default Address Zip", "Default Address Phone", "Phone", "Accepts SMS Marketing", "Total Spent", "Total Orders", "Note", "Tax Exempt", "Tags"];
  const rows = accounts.map((person) => [`'${7_000_000_000 + Number(person.personId.slice(1))}`.slice(1), person.given, person.family, person.email, person.optIn ? "yes" : "no", "", person.street, person.city, "", "GB", person.postcode, person.phone, person.phone, "no", "", "", "", "no", ""]);
  return [...files, writeTable(join(folder, "shop", "customers_export.csv"), header, rows)];
}

/** The same people as CRM and loyalty know them: other spellings, old addresses, shared and junk contacts. */
function writePeople(folder: string, people: readonly DemoPerson[], dayText: DayText, random: Random): string[] {
  const swap = (text: string) => (text.length > 4 && random.next() < 0.08 ? `${text.slice(0, 2)}${text[3]}${text[2]}${text.slice(4)}` : text);
  const crm = people.filter(({ inCrm }) => inCrm).map((person, at) => {
    const chance = random.next();
    const family = people[Math.max(0, Number(person.personId.slice(1)) - 1)];
    const email = chance < 0.02 ? "noreply@example.com" : chance < 0.03 ? "test@test.com" : chance < 0.05 && family ? family.email : chance < 0.12 ? ` ${person.email.toUpperCase()} ` : chance < 0.18 ? "" : person.email;
    const phone = random.next() < 0.1 ? "01234567" : random.next() < 0.5 ? `+44 ${person.phone.slice(1, 5)} ${person.phone.slice(5)}` : person.phone;
    return [`C${String(50_000 + at)}`, swap(person.given), swap(person.family), email, phone, person.street, person.city, person.postcode, "GB", person.birthDate, person.gender, person.optIn ? "yes" : "no", dayText(Math.max(0, person.startsOn))];
  });
  for (let n = 0; n < people.length * 0.03; n++) {
    crm.push([`C9${String(n).padStart(5, "0")}`, "Interested", `Visitor${letters(n)}`, `visitor${n}@example.com`, "", "", "Leeds", "LS1 1AA", "GB", "", "", random.next() < 0.6 ? "yes" : "no", dayText(random.below(900))]);
  }
  const loyalty = people.filter(({ isLoyal }) => isLoyal).map((person) => [loyaltyCard(person), `${person.given} ${person.family}`, random.next() < 0.85 ? person.email : "", person.phone, person.postcode, person.optIn ? "Y" : "N", dayText(Math.max(0, person.startsOn))]);
  const suppressed = people.filter(() => random.next() < 0.012).map((person) => [person.email, dayText(random.below(900)), random.pick(["asked by letter", "complaint", "deceased"])]);
  return [
    writeTable(join(folder, "crm", "customers.csv"), ["customer_id", "first_name", "last_name", "email", "phone", "address", "city", "postcode", "country", "date_of_birth", "gender", "email_opt_in", "created_at"], crm),
    writeTable(join(folder, "loyalty", "members.csv"), ["Card number", "Full name", "E-mail", "Mobile", "Postcode", "Email consent", "Member since"], loyalty, { delimiter: "\t" }),
    writeTable(join(folder, "suppressions", "suppression_list.csv"), ["email", "suppressed_on", "reason"], suppressed),
  ];
}

function letters(n: number): string {
  return String.fromCharCode(97 + (n % 26), 97 + (Math.floor(n / 26) % 26), 97 + (Math.floor(n / 676) % 26));
}

function writeTruth(folder: string, people: readonly DemoPerson[], truth: readonly (readonly (string | number)[])[]): string[] {
  const at = (name: string) => join(folder, "truth", name);
  mkdirSync(join(folder, "truth"), { recursive: true });
  writeFileSync(at(".assay-truth"), "What is true of the shoppers of a made-up retailer; no delivery.\n");
  return [
    writeTable(at("people.csv"), ["person_id", "email", "loyalty_id", "shop_customer_id"], people.map((person) => [person.personId, person.email, person.isLoyal ? loyaltyCard(person) : "", person.hasShopAccount ? String(7_000_000_000 + Number(person.personId.slice(1))) : ""])),
    writeTable(at("customers.csv"), ["person_id", "is_alive", "ended_on", "purchases_per_day", "price_tier", "discount_sensitivity", "exposure", "return_propensity"], truth),
    writeTable(at("taste.csv"), ["person_id", "category", "share"], people.flatMap((person) => categories.map(({ name }, k) => [person.personId, name, (person.taste[k] ?? 0).toFixed(4)]))),
  ];
}
