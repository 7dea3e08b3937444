import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listFiles } from "../list-files.ts";
import { splitRecords } from "../records.ts";
import { makeDemo } from "./demo.ts";

const customers = 1200;
let folder = "";
let files: string[] = [];

function scratch(): string {
  return mkdtempSync(join(tmpdir(), "demo-"));
}

beforeAll(async () => {
  folder = scratch();
  ({ files } = await makeDemo(folder, { customers }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function digests(of: string, paths: readonly string[]): Record<string, string> {
  const digest = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");
  return Object.fromEntries(paths.map((path) => [relative(of, path), digest(path)]));
}

/** Rows of a delimited file as objects. */
function rowsOf(path: string, delimiter = ","): Record<string, string>[] {
  const text = readFileSync(path, path.includes("till") ? "latin1" : "utf8").replace("\ufeff", "");
  const [header, ...rows] = splitRecords(text, delimiter).map(({ cells }) => cells);
  return rows.map((cells) => Object.fromEntries((header ?? []).map((name, at) => [name, cells[at] ?? ""])));
}

const named = (part: string) => files.filter((path) => relative(folder, path).includes(part));
const tillFiles = () => named("till").filter((path) => path.endsWith(".csv"));
const textOf = (path: string) => readFileSync(path, "latin1");

describe("the demo retailer", () => {
  test("is the same for the same seed, byte by byte, and another for another", async () => {
    const again = scratch();
    const other = scratch();
    try {
      const second = await makeDemo(again, { customers });
      expect(digests(again, second.files)).toEqual(digests(folder, files));
      const third = await makeDemo(other, { customers, seed: 2 });
      expect(digests(other, third.files)["crm/customers.csv"]).not.toBe(digests(folder, files)["crm/customers.csv"]);
    } finally {
      for (const path of [again, other]) rmSync(path, { recursive: true, force: true });
    }
  });

  test("can be as small as one customer", async () => {
    const tiny = scratch();
    const made = await makeDemo(tiny, { customers: 1 });
    rmSync(tiny, { recursive: true, force: true });
    expect(made.files.length).toBeGreaterThan(6);
  });

  test("stays below a million rows at its default size", () => {
    const linesOf = (paths: readonly string[]) => paths.reduce((sum, path) => sum + textOf(path).split("\n").length, 0);
    // as many people are tracked, drawn and looked up at any size
    const ofFew = /message_events|web_events|campaign|third_party|engagement|uplift/;
    const fixed = linesOf(files.filter((path) => ofFew.test(path)));
    const lines = fixed + (linesOf(files.filter((path) => !ofFew.test(path))) * 20_000) / customers;
    expect(fixed).toBeLessThan(60_000);
    expect(lines).toBeLessThan(1_000_000);
    expect(lines).toBeGreaterThan(150_000);
  });

  test("keeps the truth and the README out of what is delivered", () => {
    const { files: delivered, skipped } = listFiles([folder]);
    expect(delivered.some((path) => path.includes("truth"))).toBe(false);
    expect(skipped.map(({ path }) => relative(folder, path)).sort()).toEqual(["README.md", "truth"]);
    expect(delivered.length).toBe(files.filter((path) => !path.includes("truth")).length);
  });

  test("stops when it is told to", async () => {
    const stopped = scratch();
    await expect(makeDemo(stopped, { customers, signal: AbortSignal.abort() })).rejects.toThrow("Cancelled");
    rmSync(stopped, { recursive: true, force: true });
  });

  test("refuses sizes that are none", async () => {
    await expect(makeDemo(folder, { customers: 0 })).rejects.toThrow("0 customers");
  });
});

describe("its mess", () => {
  test("tills write decimal commas, days first, windows-1252 and line ends of two letters", () => {
    const all = tillFiles().map(textOf).join("");
    expect(all).toMatch(/;\d{2}\/\d{2}\/20\d{2} \d{2}:\d{2};S\d;/);
    expect(all).toMatch(/;\d+,\d{2};\d+,\d{2}\r\n/);
    expect(all).toContain("ros\xe9");
  });

  test("some files have lines before the header, headers in the middle, totals at the end", () => {
    const texts = tillFiles().map(textOf);
    expect(texts.filter((text) => text.startsWith("Hollin & Pike Tills")).length).toBeGreaterThan(2);
    expect(texts.filter((text) => text.split("Receipt no;").length > 2).length).toBeGreaterThan(2);
    expect(texts.filter((text) => /\nTotal;\d+ rows\r\n$/.test(text)).length).toBeGreaterThan(2);
  });

  test("about a quarter of the till sales name nobody", () => {
    const sales = new Map<string, boolean>();
    for (const row of tillFiles().flatMap((path) => rowsOf(path, ";"))) {
      if (/^R\d+$/.test(row["Receipt no"] ?? ""))
        sales.set(row["Receipt no"] ?? "", row["Loyalty card"] !== "" || row["E-mail"] !== "");
    }
    const nameless = [...sales.values()].filter((isNamed) => !isNamed).length / sales.size;
    expect(nameless).toBeGreaterThan(0.2);
    expect(nameless).toBeLessThan(0.3);
  });

  test("later files repeat rows and correct some, and about twenty can't be read", () => {
    const seen = new Map<string, string>();
    let repeated = 0;
    let corrected = 0;
    let unreadable = 0;
    for (const row of tillFiles().flatMap((path) => rowsOf(path, ";"))) {
      if (row["Date"]?.startsWith("31/02") || row["Unit price"] === "n/a") unreadable++;
      const key = `${row["Receipt no"]} ${row["Line"]}`;
      const earlier = seen.get(key);
      if (earlier === row["Amount"]) repeated++;
      else if (earlier !== undefined && /^\d/.test(row["Line"] ?? "")) corrected++;
      seen.set(key, row["Amount"] ?? "");
    }
    expect(repeated).toBeGreaterThan(200);
    expect(corrected).toBeGreaterThan(10);
    expect(unreadable).toBeGreaterThanOrEqual(10);
    expect(unreadable).toBeLessThanOrEqual(24);
  });

  test("a night changes orders that an earlier export had", () => {
    const history = new Set(
      named(join("shop", "orders_export"))
        .flatMap((path) => rowsOf(path))
        .map((row) => row["Name"]),
    );
    const nightly = named("updates")
      .filter((path) => path.endsWith("orders_export.csv"))
      .flatMap((path) => rowsOf(path));
    const changed = nightly.filter((row) => history.has(row["Name"]) && row["Financial Status"] !== "");
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.every((row) => row["Financial Status"]?.endsWith("refunded"))).toBe(true);
  });

  test("fields of an order stand on its first line only", () => {
    const rows = rowsOf(named("orders_export_2025-01")[0] ?? "");
    const orders = new Set(rows.map((row) => row["Name"]));
    expect(rows.filter((row) => row["Financial Status"] !== "").length).toBe(orders.size);
    expect(rows.length).toBeGreaterThan(orders.size);
    expect(new Set(rows.map((row) => row["Financial Status"]))).toContain("voided");
  });

  test("people share addresses and numbers, leave junk, and stand twice in the CRM", () => {
    const crm = rowsOf(join(folder, "crm", "customers.csv"));
    const emails = crm.map((row) => row["email"]?.trim().toLowerCase());
    expect(emails.filter((email) => email === "noreply@example.com").length).toBeGreaterThan(3);
    expect(crm.some((row) => row["email"] !== row["email"]?.trim())).toBe(true);
    expect(crm.filter((row) => /^.\.$/.test(row["first_name"] ?? "")).length).toBeGreaterThan(5);
    expect(new Set(crm.map((row) => row["phone"]?.replaceAll(/\d/g, "0"))).size).toBeGreaterThan(3);
  });
});

describe("its truth", () => {
  const truth = (name: string) => rowsOf(join(folder, "truth", name));

  test("knows whose every record is", () => {
    const people = truth("people.csv");
    const of = (column: string) =>
      new Set(people.flatMap((row) => row[column]?.split("|") ?? []).filter((one) => one !== ""));
    const crm = named("customers.csv")
      .filter((path) => !path.includes("truth"))
      .flatMap((path) => rowsOf(path));
    const loyalty = named("members.csv").flatMap((path) => rowsOf(path, "\t"));
    const accounts = named("customers_export.csv").flatMap((path) => rowsOf(path));
    expect(new Set(crm.map((row) => row["customer_id"]))).toEqual(of("crm_ids"));
    expect(new Set(loyalty.map((row) => row["Card number"]))).toEqual(of("loyalty_ids"));
    expect(new Set(accounts.map((row) => row["Customer ID"]))).toEqual(of("shop_customer_ids"));
    const addresses = of("emails");
    const typed = named("orders_export")
      .flatMap((path) => rowsOf(path))
      .map((row) => row["Email"]?.toLowerCase() ?? "");
    expect(typed.filter((email) => email !== "" && !addresses.has(email))).toEqual([]);
  });

  test("a record belongs to one person", () => {
    for (const column of ["crm_ids", "loyalty_ids", "shop_customer_ids"]) {
      const ids = truth("people.csv")
        .flatMap((row) => row[column]?.split("|") ?? [])
        .filter((id) => id !== "");
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  test("says of every customer what drives them, within its bounds", () => {
    const rows = truth("customers.csv");
    expect(rows.length).toBe(customers);
    for (const row of rows) {
      expect(row["is_alive"] === "1").toBe(row["ended_on"] === "");
      expect(Number(row["purchases_per_day"])).toBeGreaterThanOrEqual(0);
      for (const share of ["discount_sensitivity", "exposure", "return_propensity"]) {
        expect(Number(row[share])).toBeGreaterThanOrEqual(0);
        expect(Number(row[share])).toBeLessThanOrEqual(1);
      }
      expect([1, 2, 3, 4, 5]).toContain(Number(row["price_tier"]));
    }
    const alive = rows.filter((row) => row["is_alive"] === "1").length / rows.length;
    expect(alive).toBeGreaterThan(0.3);
    expect(alive).toBeLessThan(0.9);
  });

  test("tastes add up to one", () => {
    const sums = new Map<string, number>();
    for (const row of truth("taste.csv"))
      sums.set(row["person_id"] ?? "", (sums.get(row["person_id"] ?? "") ?? 0) + Number(row["share"]));
    expect(sums.size).toBe(customers);
    for (const sum of sums.values()) expect(sum).toBeCloseTo(1, 2);
  });

  test("who has left buys nothing afterwards", () => {
    const ended = new Map(truth("people.csv").map((row) => [row["person_id"] ?? "", row["emails"]?.split("|") ?? []]));
    const lastDay = new Map<string, string>();
    for (const row of truth("customers.csv"))
      for (const email of ended.get(row["person_id"] ?? "") ?? []) lastDay.set(email, row["ended_on"] || "9999");
    const late = named("orders_export")
      .flatMap((path) => rowsOf(path))
      .filter((row) => (row["Created at"] ?? "").slice(0, 10) > (lastDay.get(row["Email"]?.toLowerCase() ?? "") ?? ""));
    expect(late).toEqual([]);
  });
});
