import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toEpochDay } from "../../../shared/base/time.ts";
import { splitRecords } from "../records.ts";
import { makeDemo } from "./demo.ts";

type Rows = Record<string, string>[];
let folder = "";
let files: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "demo-truth-"));
  ({ files } = await makeDemo(folder, { customers: 3000, seed: 4 }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = new Map<string, Rows>();
function rowsOf(path: string): Rows {
  const rows = read.get(path) ?? parsed(path);
  read.set(path, rows);
  return rows;
}
function parsed(path: string): Rows {
  const isTill = path.includes("till");
  const text = readFileSync(path, isTill ? "latin1" : "utf8").replace("\ufeff", "");
  const [header, ...rows] = splitRecords(text, isTill ? ";" : ",").map(({ cells }) => cells);
  return rows.map((cells) => Object.fromEntries((header ?? []).map((name, at) => [name, cells[at] ?? ""])));
}
const truth = (name: string): Rows => rowsOf(join(folder, "truth", name));
const delivered = (part: string): Rows =>
  files.filter((path) => relative(folder, path).includes(part) && path.endsWith(".csv")).flatMap(rowsOf);
const named = (rows: Rows, key: string) => new Map(rows.map((row) => [row[key] ?? "", row]));
const number = (row: Record<string, string> | undefined, column: string) => Number(row?.[column]);

function correlation(pairs: readonly (readonly [number, number])[]): number {
  const mean = (k: 0 | 1) => pairs.reduce((sum, pair) => sum + pair[k], 0) / pairs.length;
  const [x, y] = [mean(0), mean(1)];
  const sum = (of: (a: number, b: number) => number) => pairs.reduce((all, [a, b]) => all + of(a - x, b - y), 0);
  return sum((a, b) => a * b) / Math.sqrt(sum((a) => a * a) * sum((_, b) => b * b));
}
/** Whose a record is, by one of its ids. */
const ownerOf = (column: string) =>
  new Map(truth("people.csv").flatMap((row) => (row[column] ?? "").split("|").map((id) => [id, row.person_id ?? ""])));
/** Till lines that show a card, with who showed it. */
function tillLines(): { row: Record<string, string>; person: string }[] {
  const owners = ownerOf("loyalty_ids");
  return delivered("till").flatMap((row) => {
    const person = row["Loyalty card"] ? owners.get(row["Loyalty card"]) : undefined;
    return person ? [{ row, person }] : [];
  });
}
const isSale = (row: Record<string, string>) =>
  /^R\d+$/.test(row["Receipt no"] ?? "") && /^\d\d\/[01]/.test(row.Date ?? "");
/** Lines that were sold, to whom they can be traced to. */
function sales(): { person: string; sku: string; day: number }[] {
  const [cards, emails] = [ownerOf("loyalty_ids"), ownerOf("emails")];
  const atTills = delivered("till")
    .filter(isSale)
    .map((row) => ({
      person: cards.get(row["Loyalty card"] || "none") ?? emails.get((row["E-mail"] || "none").trim().toLowerCase()),
      sku: row.SKU ?? "",
      day: toEpochDay((row.Date ?? "").slice(0, 10).split("/").reverse().join("-")),
    }));
  const online = delivered("orders_export").map((row) => ({
    person: emails.get((row.Email ?? "").toLowerCase()),
    sku: row["Lineitem sku"] ?? "",
    day: toEpochDay((row["Created at"] ?? "").slice(0, 10)),
  }));
  return [...atTills, ...online].flatMap(({ person, ...rest }) => (person ? [{ person, ...rest }] : []));
}

describe("the demo's e-mails", () => {
  test("are opened as their readers' propensity says, and by machines only where there are some", () => {
    const engaged = truth("engagement.csv").filter((row) => row.kind === "email");
    const owners = ownerOf("emails");
    const seen = new Map<string, { delivered: number; opened: Set<string>; machine: number }>();
    for (const row of delivered("message_events")) {
      const own = seen.get(owners.get(row.email ?? "") ?? "") ?? { delivered: 0, opened: new Set(), machine: 0 };
      if (row.event_type === "delivered") own.delivered++;
      if (row.event_type === "opened" && row.is_machine_open === "false") own.opened.add(row.campaign_id ?? "");
      if (row.is_machine_open === "true") own.machine++;
      seen.set(owners.get(row.email ?? "") ?? "", own);
    }
    const pairs = engaged.flatMap((row) => {
      const own = seen.get(row.person_id ?? "");
      return own && own.delivered >= 8 ? [[number(row, "opens"), own.opened.size / own.delivered] as const] : [];
    });
    expect(pairs.length).toBeGreaterThan(150);
    expect(correlation(pairs)).toBeGreaterThan(0.7);
    for (const row of engaged)
      if (row.has_machine_opens === "0") expect(seen.get(row.person_id ?? "")?.machine ?? 0).toBe(0);
  });

  test("stop once somebody has had enough", () => {
    const left = new Map<string, string>();
    for (const row of delivered("message_events"))
      if (/unsubscribed|complained/.test(row.event_type ?? "")) left.set(row.email ?? "", row.occurred_at ?? "");
    const late = delivered("message_events").filter(
      (row) => row.event_type === "sent" && (row.occurred_at ?? "") > (left.get(row.email ?? "") ?? "9"),
    );
    expect(left.size).toBeGreaterThan(10);
    expect(late).toEqual([]);
  });
});

describe("the demo's visits", () => {
  test("end in a purchase only with a basket, and show whose they are where somebody logs in", () => {
    const sessions = new Map<string, Rows>();
    for (const row of delivered("web_events"))
      sessions.set(row.domain_sessionid ?? "", [...(sessions.get(row.domain_sessionid ?? "") ?? []), row]);
    const bought = [...sessions.values()].filter((rows) => rows.some((row) => row.event_name === "purchase"));
    expect(bought.length).toBeGreaterThan(100);
    for (const rows of bought) {
      const names = rows.map((row) => row.event_name);
      expect(names.indexOf("product_view")).toBeLessThan(names.indexOf("add_to_cart"));
      expect(names.indexOf("add_to_cart")).toBeLessThan(names.indexOf("purchase"));
    }
    const people = ownerOf("crm_ids");
    const users = new Set(delivered("web_events").map((row) => row.user_id ?? ""));
    expect([...users].filter((user) => user !== "" && !people.has(user))).toEqual([]);
    expect(users.size).toBeGreaterThan(80);
    expect(users.has("")).toBe(true);
  });
});

describe("the demo's purchases", () => {
  test("are made at the nearest store by most", () => {
    const traits = named(truth("traits.csv"), "person_id");
    const sales = tillLines().filter(({ row }) => isSale(row) && row.Line === "1");
    const home = sales.filter(({ row, person }) => traits.get(person)?.home_store === row.Store).length;
    expect(home / sales.length).toBeGreaterThan(0.8);
    expect(home / sales.length).toBeLessThan(0.92);
  });

  test("come in the shopper's sizes, and what doesn't fit comes back", () => {
    const traits = named(truth("traits.csv"), "person_id");
    const lines = tillLines().filter(({ row }) => row.Size !== "");
    const back = new Set(lines.filter(({ row }) => !isSale(row)).map(({ row }) => `${row["Receipt no"]} ${row.Line}`));
    const rate = (fits: boolean) => {
      const some = lines.filter(({ row, person }) => {
        const own = traits.get(person);
        return isSale(row) && fits === [own?.clothing_size, own?.shoe_size].includes(row.Size);
      });
      const returned = some.filter(({ row }) => back.has(`${row["Receipt no"]}B ${row.Line}`));
      return { n: some.length, share: returned.length / some.length };
    };
    const [right, wrong] = [rate(true), rate(false)];
    expect(wrong.n / (wrong.n + right.n)).toBeGreaterThan(0.08);
    expect(wrong.n / (wrong.n + right.n)).toBeLessThan(0.2);
    expect(wrong.share).toBeGreaterThan(right.share + 0.3);
  });

  test("in two sizes happen online, and stand beside each other", () => {
    const names = delivered("orders_export").map((row) => `${row.Name} ${row["Lineitem name"]?.replace(/ - .*/, "")}`);
    const pairs = names.filter((name, at) => name === names[at + 1]).length;
    expect(pairs).toBeGreaterThan(50);
  });

  test("of what is used up come in the shopper's own rhythm", () => {
    const bought = new Map<string, Set<number>>();
    for (const { person, sku, day } of sales())
      bought.set(`${person} ${sku}`, (bought.get(`${person} ${sku}`) ?? new Set()).add(day));
    // a till sale that names nobody leaves a gap: fewest of them where a card is shown
    const loyal = new Set(truth("traits.csv").flatMap((row) => (row.tier === "" ? [] : [row.person_id])));
    const pairs = truth("replenishment.csv").flatMap((row) => {
      if (!loyal.has(row.person_id)) return [];
      const days = [...(bought.get(`${row.person_id} ${row.product_id}`) ?? [])].sort((a, b) => a - b);
      const waits = days.slice(1).map((day, at) => day - (days[at] ?? 0));
      const middle = [...waits].sort((a, b) => a - b)[Math.floor(waits.length / 2)];
      return middle !== undefined && waits.length >= 4 ? [[number(row, "every_days"), middle] as const] : [];
    });
    const near = pairs.filter(([every, seen]) => Math.abs(seen / every - 1) < 0.2);
    expect(pairs.length).toBeGreaterThan(20);
    expect(near.length / pairs.length).toBeGreaterThan(0.8);
  });

  test("go together where products are a true pair", () => {
    const baskets = new Map<string, Set<string>>();
    for (const row of delivered("orders_export"))
      baskets.set(row.Name ?? "", (baskets.get(row.Name ?? "") ?? new Set()).add(row["Lineitem sku"] ?? ""));
    const all = [...baskets.values()];
    let [expected, together, single] = [0, 0, 0];
    for (const row of truth("bundles.csv")) {
      const either = all.filter((skus) => skus.has(row.product_id ?? "") || skus.has(row.other_product_id ?? ""));
      single += either.length;
      together += either.filter(
        (skus) => skus.has(row.product_id ?? "") && skus.has(row.other_product_id ?? ""),
      ).length;
      expected += either.length * number(row, "chance");
    }
    expect(single).toBeGreaterThan(100);
    expect(together / single).toBeGreaterThan((0.7 * expected) / single);
  });
});

describe("the demo's campaigns", () => {
  const uplifts = () => truth("uplift.csv");

  test("held some out at random, whatever the campaign would have done to them", () => {
    for (const campaign of ["WINTER-LETTER", "SPRING-COUPON", "MAY-POINTS"]) {
      const rows = uplifts().filter((row) => row.campaign_id === campaign);
      const mean = (isControl: string) => {
        const some = rows.filter((row) => row.is_control === isControl).map((row) => number(row, "uplift"));
        return some.reduce((sum, value) => sum + value, 0) / some.length;
      };
      expect(rows.length).toBeGreaterThan(300);
      expect(Math.abs(mean("1") - mean("0"))).toBeLessThan(0.02);
    }
  });

  test("add purchases as often as the truth says, and put some off", () => {
    const rows = uplifts().filter((row) => row.campaign_id === "SPRING-COUPON");
    const since = toEpochDay("2026-03-17");
    const buyers = new Set(sales().flatMap(({ person, day }) => (day > since && day <= since + 30 ? [person] : [])));
    const share = (isControl: string) => {
      const some = rows.filter((row) => row.is_control === isControl);
      const n = some.filter((row) => buyers.has(row.person_id ?? "")).length;
      return { share: n / some.length, variance: (n * (some.length - n)) / some.length ** 3 };
    };
    const [held, got] = [share("1"), share("0")];
    const meant = rows.reduce((sum, row) => sum + number(row, "uplift"), 0) / rows.length;
    expect(Math.abs(got.share - held.share - meant)).toBeLessThan(3 * Math.sqrt(held.variance + got.variance));
    const coupons = delivered("orders_export").filter((row) => row["Discount Code"] === "SPRING15");
    expect(coupons.length).toBeGreaterThan(10);
    expect(rows.some((row) => number(row, "uplift") < 0)).toBe(true);
    expect(rows.some((row) => number(row, "uplift") > 0.2)).toBe(true);
    const assigned = delivered("campaign_assignments").filter((row) => row.campaign_id === "SPRING-COUPON");
    expect(assigned.length).toBe(rows.length);
    const control = assigned.filter((row) => row.is_control === "yes").length;
    expect(control).toBe(rows.filter((row) => row.is_control === "1").length);
  });
});

test("each week's update holds that week, and nothing comes after the last night", () => {
  const dated = /message_events|web_events|campaign_assignments|marketing_costs/;
  const days = files
    .filter((path) => dated.test(path))
    .map((path) => {
      const rows = rowsOf(path);
      const column = ["occurred_at", "collector_tstamp", "assigned_at", "date"].find(
        (name) => rows[0] && name in rows[0],
      );
      const all = rows.map((row) => (row[column ?? ""] ?? "").slice(0, 10)).sort();
      const night = /updates.(\d{4}-\d{2}-\d{2})/.exec(path)?.[1] ?? "2026-06-30";
      return { night, first: all[0] ?? "", last: all.at(-1) ?? "" };
    });
  expect(days.length).toBeGreaterThan(12);
  for (const { night, first, last } of days) {
    expect(last <= night).toBe(true);
    if (night > "2026-06-30") expect(toEpochDay(night) - toEpochDay(first)).toBeLessThanOrEqual(7);
  }
  expect(
    days
      .map(({ last }) => last)
      .sort()
      .at(-1)
      ?.slice(0, 7),
  ).toBe("2026-07");
});
