import { join } from "node:path";
import type { Random } from "../../../shared/base/random.ts";
import { allDays, clock, dayFirst, dayText, historyDays, nights } from "./calendar.ts";
import type { DemoOrder } from "./orders.ts";
import { loyaltyCard } from "./people.ts";
import { storeCount } from "./stores.ts";
import { type Cell, type WriteOptions, writeTable, writeWorkbook } from "./tables.ts";

const header = [
  "Receipt no",
  "Line",
  "Date",
  "Store",
  "Channel",
  "Loyalty card",
  "E-mail",
  "SKU",
  "Description",
  "Size",
  "Colour",
  "Qty",
  "Unit price",
  "List price",
  "Discount",
  "Amount",
] as const;
const at = { receipt: 0, date: 2, unitPrice: 12, amount: 15 } as const;

interface TillRow {
  readonly day: number;
  readonly minute: number;
  readonly store: number;
  readonly cells: readonly Cell[];
}

const comma = (minor: number) => (minor / 100).toFixed(2).replace(".", ",");

/** A till sale as its journal has it: decimal commas, goods that come back later as negative lines of another receipt. */
function tillRows(order: DemoOrder, receipt: string): TillRow[] {
  const { minute, store } = order;
  const card = order.showsCard && order.person ? loyaltyCard(order.person) : "";
  const email = order.email === "" ? "" : minute % 7 === 0 ? ` ${order.email.toUpperCase()}` : order.email;
  const isStaffDay = order.minute % 29 === 0;
  return order.lines.flatMap((line, k) => {
    const row = (name: string, day: number, quantity: number): TillRow => {
      const gross = line.priceMinor * quantity;
      const share = Math.max(isStaffDay ? 0.1 : 0, order.coupon?.share ?? 0);
      const discount = Math.round(Math.abs(gross) * share);
      const money = [line.priceMinor, line.listMinor, discount, gross - Math.sign(quantity) * discount].map(comma);
      const when = `${dayFirst(dayText(day))} ${clock(minute)}`;
      return {
        day,
        minute,
        store,
        cells: [
          name,
          k + 1,
          when,
          `S${store}`,
          "store",
          card,
          email,
          line.product.sku,
          line.product.name,
          line.size,
          line.product.sizes.length > 0 ? line.product.colour : "",
          quantity,
          ...money,
        ],
      };
    };
    const sold = row(receipt, order.day, line.quantity);
    return line.returnedOn < 0 || line.returnedOn >= allDays
      ? [sold]
      : [sold, row(`${receipt}B`, line.returnedOn, -line.quantity)];
  });
}

/** The tills' exports: a file a month, workbooks of the last store, and a file a night afterwards. */
export async function writeTills(folder: string, orders: readonly DemoOrder[], random: Random): Promise<string[]> {
  const rows = orders.filter(({ isShop }) => !isShop).flatMap((order, n) => tillRows(order, `R${100_000 + n}`));
  const months = new Map<string, TillRow[]>();
  const ofNight = Array.from({ length: nights }, (): TillRow[] => []);
  const workbooks = new Map<string, TillRow[]>();
  for (const row of rows.sort((a, b) => a.day - b.day || a.minute - b.minute)) {
    const day = dayText(row.day);
    if (row.day >= historyDays) ofNight[row.day - historyDays]?.push(row);
    else if (row.store === storeCount) put(workbooks, day.slice(0, 4), row);
    else put(months, day.slice(0, 7), row);
  }
  const files = writeMonths(folder, months, random);
  const last = [...months.values()].at(-1) ?? [];
  for (const [n, night] of ofNight.entries()) {
    const file = writeNight(folder, n, { rows: night, before: ofNight[n - 1] ?? [], june: last });
    if (file) files.push(file);
  }
  for (const [year, sold] of workbooks) {
    const typed = sold.map(({ cells, day, minute }) =>
      cells.map((one, k) =>
        k === at.date ? moment(day, minute) : k >= at.unitPrice ? Number(String(one).replace(",", ".")) : one,
      ),
    );
    files.push(await writeWorkbook(join(folder, "tills", `store_${storeCount}_${year}.xlsx`), [[...header], ...typed]));
  }
  return files;
}

function put(groups: Map<string, TillRow[]>, key: string, row: TillRow): void {
  const known = groups.get(key);
  if (known) known.push(row);
  else groups.set(key, [row]);
}

function moment(day: number, minute: number): Date {
  return new Date(`${dayText(day)}T${clock(minute)}:00Z`);
}

const cellsOf = (rows: readonly TillRow[]) => rows.map(({ cells }) => [...cells]);
const till: WriteOptions = { delimiter: ";", isWindows: true };

/** Each month's file brings some of what real ones do: rows of the month before, late and corrected rows, headers in the middle,
 *  lines before and after the table, cells that can't be read. */
function writeMonths(folder: string, months: ReadonlyMap<string, readonly TillRow[]>, random: Random): string[] {
  const late: Cell[][] = [];
  const files: string[] = [];
  let before: Cell[][] = [];
  for (const [n, [month, sold]] of [...months].entries()) {
    const own: Cell[][] = [];
    for (const row of cellsOf(sold)) (random.next() < 0.003 && n < months.size - 1 ? late : own).push(row);
    const rows = [
      ...before.slice(-40),
      ...own,
      ...late.splice(0, n % 3 === 2 ? 60 : 0),
      ...corrected(before.slice(5, 8)),
    ];
    if (n % 4 === 1) rows.splice(Math.floor(rows.length / 2), 0, [...header]);
    if (n % 5 === 2) rows.push(...spoiled(own, n));
    const preamble = n % 6 === 3 ? ["Hollin & Pike Tills", `Export ${month}`] : [];
    const footer = n % 6 === 4 ? [`Total;${rows.length} rows`] : [];
    files.push(
      writeTable(
        join(folder, "tills", `till_${month}.csv`),
        header,
        n === months.size - 1 ? [...rows, ...late] : rows,
        { ...till, before: preamble, after: footer },
      ),
    );
    before = own;
  }
  return files;
}

function writeNight(
  folder: string,
  n: number,
  { rows, before, june }: { rows: readonly TillRow[]; before: readonly TillRow[]; june: readonly TillRow[] },
): string | null {
  const cells = [...cellsOf(before.slice(-8)), ...cellsOf(rows)];
  if (n === 2) cells.push(...corrected(cellsOf(june.slice(-20))));
  if (n === 6) cells.push(...spoiled(cellsOf(rows), 90));
  return cells.length === 0
    ? null
    : writeTable(join(folder, "updates", dayText(historyDays + n), "till.csv"), header, cells, till);
}

/** The same lines at the price that was really paid. */
function corrected(rows: readonly Cell[][]): Cell[][] {
  return rows.map((row) =>
    row.map((one, k) =>
      k === at.unitPrice || k === at.amount ? comma(Math.round(Number(String(one).replace(",", ".")) * 90)) : one,
    ),
  );
}

/** A receipt of a day that doesn't exist, and one whose amount is no number. */
function spoiled(rows: readonly (readonly Cell[])[], n: number): Cell[][] {
  const change = (row: readonly Cell[], receipt: string, column: number, text: string) =>
    row.map((one, k) => (k === at.receipt ? receipt : k === column ? text : one));
  return [
    ...rows.slice(0, 1).map((row) => change(row, `X${n}1`, at.date, "31/02/2025 10:15")),
    ...rows.slice(1, 2).map((row) => change(row, `X${n}2`, at.unitPrice, "n/a")),
  ];
}
