import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import axe from "axe-core";
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, launchBrowser } from "../support/browser.ts";

const reason = chromiumPath ? "" : " (skipped: no Chromium on this machine; Debian has it as `chromium`)";

describe.skipIf(!chromiumPath)(`from the first start to a list on disk${reason}`, () => {
  let folder: string;
  let browser: Browser;
  let page: Page;
  let close: () => Promise<void>;
  const trouble: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "assay-e2e-"));
    process.env.XDG_DATA_HOME = folder;
    const { serveShell } = await import("../../src/main/entries/server.ts");
    let address = "";
    close = await serveShell({
      ...{ port: 0, open: false, demoCustomers: 5_000 }, // a quarter: the same screens and files, and other suites run beside it
      announce: (url) => (address = url),
    });
    browser = await launchBrowser();
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      acceptDownloads: true,
      locale: "en-GB",
    });
    page = await context.newPage();
    page.on("console", (message) => message.type() === "error" && trouble.push(message.text()));
    page.on("pageerror", (error) => trouble.push(error.message));
    await page.goto(address);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await close?.();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  async function seriousFaults(): Promise<string[]> {
    await page.evaluate(axe.source);
    const found = await page.evaluate(async () => {
      const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(document, {
        resultTypes: ["violations"],
      });
      return violations
        .filter(({ impact }) => impact === "serious" || impact === "critical")
        .map(
          ({ id, nodes }) =>
            `${id}: ${nodes
              .map(({ html }) => html.slice(0, 120))
              .slice(0, 2)
              .join(" | ")}`,
        );
    });
    return found;
  }

  /** Tables that are wider than what they lie in. */
  async function tablesSticking(): Promise<string[]> {
    return page.evaluate(() =>
      [...document.querySelectorAll("main table")].flatMap((table) => {
        const around = table.parentElement ?? document.body;
        const { paddingRight, borderRightWidth } = getComputedStyle(around);
        const edge = around.getBoundingClientRect().right - parseFloat(paddingRight) - parseFloat(borderRightWidth);
        return table.getBoundingClientRect().right > edge + 1 ? (table.textContent ?? "").slice(0, 60) : [];
      }),
    );
  }

  it("opens the demo retailer, runs it before the user's eyes and ends on the overview", async () => {
    await page.getByRole("button", { name: "Open the demo retailer" }).click();
    await page.waitForURL(/\/runs\//, { timeout: 240_000 });
    await page.waitForURL(/\/overview/, { timeout: 240_000 });
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    await page.getByText("Needs attention").waitFor();
    const text = (await page.locator("main").textContent()) ?? "";
    expect(text).toMatch(/Customers/);
    expect(text).not.toMatch(/NaN|undefined|\[object/);
    expect(await seriousFaults()).toEqual([]);
    expect(await tablesSticking()).toEqual([]);
  }, 500_000);

  it("lays the overview's panels one below the other in a narrow window, each as wide as it", async () => {
    const before = page.viewportSize();
    await page.setViewportSize({ width: 720, height: 900 });
    const widths = await page.evaluate(() =>
      [...document.querySelectorAll("main .overview .panel")].map((panel) => panel.getBoundingClientRect().width),
    );
    expect(widths.length).toBeGreaterThan(5);
    expect(Math.max(...widths) - Math.min(...widths)).toBeLessThan(2);
    expect(Math.min(...widths)).toBeGreaterThan(600);
    if (before) await page.setViewportSize(before);
  }, 60_000);

  it.each(["Customers", "Lifecycle", "Preferences", "Returns", "Segments", "Models", "Sources", "Runs"])(
    "shows %s with content and without serious faults, light and dark",
    async (name) => {
      for (const scheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme: scheme });
        await page
          .getByRole("navigation")
          .first()
          .getByRole("link", { name: new RegExp(`^${name}`) })
          .click();
        await page.getByRole("heading", { level: 1, name }).waitFor();
        await page.waitForFunction(() => !document.querySelector("main [aria-busy=true]"));
        const text = (await page.locator("main").textContent()) ?? "";
        expect(text.length).toBeGreaterThan(60);
        expect(text).not.toMatch(/NaN|undefined|\[object/);
        expect(await seriousFaults()).toEqual([]);
        expect(await tablesSticking()).toEqual([]);
      }
      await page.emulateMedia({ colorScheme: "light" });
    },
    60_000,
  );

  it("opens a customer by the keyboard alone", async () => {
    await page.keyboard.press("Escape");
    await page.keyboard.press("g");
    await page.keyboard.press("c");
    await page.getByRole("heading", { level: 1, name: "Customers" }).waitFor();
    const grid = page.getByRole("grid");
    await grid.getByRole("row").nth(2).waitFor();
    await grid.focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/customers\?open=[0-9a-f]{20}/);
    await page.getByText("Golden record").waitFor();
    expect(await seriousFaults()).toEqual([]);
    await page.keyboard.press("Escape");
    await page.waitForURL(/\/customers$/);
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "Open the whole page" }).click();
    await page.waitForURL(/\/customers\/[0-9a-f]{20}/);
    await page.getByText("Golden record").waitFor();
    expect(await seriousFaults()).toEqual([]);
  }, 60_000);

  it("tells of a model against its baseline and meets the published values", async () => {
    await page.keyboard.press("Escape");
    await page.keyboard.press("g");
    await page.keyboard.press("m");
    await page.getByRole("heading", { level: 1, name: "Models" }).waitFor();
    await page.getByRole("searchbox", { name: "Find a model" }).fill("pareto");
    await page.getByRole("link", { name: "Pareto/NBD purchase model" }).click();
    await page.getByRole("heading", { level: 1, name: /Pareto/ }).waitFor();
    await page.getByText("converged").waitFor();
    expect(await seriousFaults()).toEqual([]);
    await page.goto(new URL("/models/self-test", page.url()).href);
    await page.getByRole("button", { name: "Run the self-test" }).click();
    await page.getByText(/^All \d+ published values are met/).waitFor();
    expect(await seriousFaults()).toEqual([]);
  }, 60_000);

  it("builds a segment and exports it as a list whose content holds", async () => {
    await page.goto(new URL("/segments/new", page.url()).href);
    await page.getByRole("button", { name: /^Export [\d,]+ customers$/ }).click();
    const dialog = page.getByRole("dialog");
    const confirm = dialog.getByRole("button", { name: /^Export [\d,]+ customers$/ });
    await confirm.waitFor();
    const [download] = await Promise.all([page.waitForEvent("download"), confirm.click()]);
    const path = join(folder, "list.csv");
    await download.saveAs(path);
    const lines = readFileSync(path, "utf8").trim().split("\r\n");
    const said = Number(
      (((await dialog.textContent()) ?? "").match(/([\d,]+) customers in/)?.[1] ?? "").replaceAll(",", ""),
    );
    expect(lines[0]).toMatch(/^"customer_id","email"/);
    expect(lines.length - 1).toBe(said);
    expect(said).toBeGreaterThan(0);
    for (const line of lines.slice(1)) expect(line).toMatch(/^"[0-9a-f]{20}",/);
  }, 60_000);

  it("draws a campaign's groups, and keeps its lists in sight until the result is asked for", async () => {
    await page.goto(new URL("/campaigns/new", page.url()).href);
    await page.getByLabel("Name", { exact: true }).fill("spring");
    await page.getByRole("button", { name: "Create campaign" }).click();
    await page.waitForURL(/\/campaigns\/spring$/);
    await page.getByRole("button", { name: /^Export [\d,]+ customers$/ }).click();
    const lists = page.getByRole("region", { name: "The lists are written" });
    await lists.waitFor();
    await page.waitForTimeout(1_500); // the campaign is told to be drawn meanwhile
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      lists.getByRole("button", { name: "Download" }).first().click(),
    ]);
    const path = join(folder, "spring.csv");
    await download.saveAs(path);
    expect(readFileSync(path, "utf8").trim().split("\r\n").length).toBeGreaterThan(1);
    expect(await seriousFaults()).toEqual([]);
    await page.getByRole("button", { name: "Open the result" }).click();
    await page.getByText("No order after its start is known yet").waitFor();
    await page.getByRole("button", { name: "Write the lists again" }).click();
    await lists.waitFor();
    expect(await seriousFaults()).toEqual([]);
  }, 60_000);

  it("answers a statement, names where another is wrong and hands its rows out", async () => {
    await page.goto(new URL("/sql", page.url()).href);
    const editor = page.getByLabel("SQL statement");
    await editor.fill("SELECT lifecycle_stage, count(*) AS n FROM pro");
    await page.getByRole("option", { name: /^profiles/ }).waitFor();
    await page.keyboard.press("Enter");
    await page.keyboard.type(" GROUP BY ALL ORDER BY n DESC");
    await page.keyboard.press("Control+Enter");
    await page.getByRole("grid", { name: "Result" }).getByRole("row").nth(3).waitFor();
    expect(await seriousFaults()).toEqual([]);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "CSV" }).click(),
    ]);
    const path = join(folder, "query.csv");
    await download.saveAs(path);
    expect(readFileSync(path, "utf8").split("\r\n")[0]).toBe('"lifecycle_stage","n"');
    await page.getByRole("button", { name: "Chart" }).click();
    await page.getByRole("figure", { name: /^n by lifecycle_stage/ }).waitFor();
    await editor.fill("SELECT 1,\n  nothing_such FROM profiles");
    await editor.press("Control+Enter");
    await page.getByRole("alert").getByText("Line 2, column 3", { exact: false }).waitFor();
  }, 60_000);

  it("takes files that are dropped, as a folder and alone, and keeps nothing before it is added", async () => {
    const drop = join(folder, "till");
    mkdirSync(join(drop, "2026"), { recursive: true });
    const lines = Array.from(
      { length: 30 },
      (_, at) => `T${at},C${at % 7},2026-03-${String(1 + (at % 28)).padStart(2, "0")},12.50`,
    );
    writeFileSync(join(drop, "2026", "march.csv"), `order_id,customer_id,order_date,amount\n${lines.join("\n")}\n`);
    const session = await page.context().newCDPSession(page);
    for (const dropped of [drop, join(drop, "2026", "march.csv")]) {
      await page.goto(new URL("/sources", page.url()).href);
      await page.getByRole("heading", { level: 1, name: "Sources" }).waitFor();
      const data = { items: [], files: [dropped], dragOperationsMask: 1 };
      for (const type of ["dragEnter", "dragOver", "drop"] as const)
        await session.send("Input.dispatchDragEvent", { type, x: 700, y: 400, data });
      await page.getByText("1 file recognised").waitFor();
      await page.getByRole("button", { name: "march.csv" }).waitFor();
    }
    expect(await seriousFaults()).toEqual([]);
  }, 60_000);

  it("changes a retailer's settings with the next run, and takes the change back", async () => {
    await page.goto(new URL("/settings", page.url()).href);
    await page.getByLabel(/^Days within which goods/).fill("45");
    const brand = page.getByRole("region").filter({ has: page.getByLabel(/^Days within which goods/) });
    await brand.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("the next run takes these", { exact: false }).waitFor();
    expect(await seriousFaults()).toEqual([]);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("The present numbers were made with these.").waitFor();
  }, 30_000);

  it("reopens where somebody was", async () => {
    await page.goto(new URL("/customers?text=ann", page.url()).href);
    await page.getByRole("grid").getByRole("row").nth(2).waitFor();
    await page.waitForTimeout(1_200);
    await page.goto(new URL("/", page.url()).href);
    await page.waitForURL(/\/customers\?text=ann$/);
  }, 30_000);

  it("shows the frame of a screen, and for how long, while its answer is on the way", async () => {
    const slow = await page.context().newPage();
    let delay = 0;
    await slow.routeWebSocket(/.*/, (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((message) => server.send(message));
      server.onMessage((message) => {
        setTimeout(() => socket.send(message), delay);
      });
    });
    await slow.goto(new URL("/settings", page.url()).href);
    await slow.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
    delay = 5_000;
    await slow
      .getByRole("navigation")
      .getByRole("link", { name: /^Returns/ })
      .click();
    const frame = slow.locator("main .skeleton");
    await frame.waitFor();
    expect(await frame.getByRole("status").textContent()).toBe("Reading returns…");
    const where = await frame.locator(".panel").first().boundingBox();
    await slow.getByText(/^Reading returns, \d s$/).waitFor();
    await slow.getByRole("heading", { level: 2 }).first().waitFor();
    expect(await frame.count()).toBe(0);
    const there = await slow.locator("main .panel").first().boundingBox();
    expect(Math.abs((there?.y ?? 0) - (where?.y ?? 999))).toBeLessThan(24);
    await slow.close();
  }, 60_000);

  it("showed no error in the browser's console all the way", () => {
    expect(trouble).toEqual([]);
  });
});
