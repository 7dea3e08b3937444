import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type HttpShell, startHttp } from "../../src/main/transports/http.ts";
import type { Channel } from "../../src/shared/api/channel.ts";
import type { Field } from "../../src/shared/api/contract/customers.ts";
import { type AssayContract, contract } from "../../src/shared/api/contract.ts";
import { type Handlers, serve } from "../../src/shared/api/serve.ts";
import { calendarYear } from "../../src/shared/domain/fiscal-calendar.ts";
import { chromiumPath, launchBrowser } from "../support/browser.ts";
import { root } from "../support/source-graph.ts";

const total = 1_234_567;
const rendererDir = join(root, "out/renderer");
const why = !chromiumPath ? "no Chromium on this machine" : existsSync(rendererDir) ? "" : "the screens are not built";

const fields: Field[] = ["order_count", "revenue_minor"].map((name) => ({
  name,
  label: name === "order_count" ? "Number of orders" : "Revenue",
  kind: "number",
  unit: null,
  help: "",
  group: "Orders",
  choices: null,
  is_empty: false,
  minimum: 0,
  maximum: total,
}));
const brand = { brand: "shop", currency: "GBP", time_zone: "UTC", return_window_days: null, ...calendarYear };
const id = (row: number) => row.toString(16).padStart(20, "0");

/** A source of as many customers as there are, each by formula; everything else is as good as empty. */
const answers: Partial<Handlers<AssayContract, null>> = {
  "workspace.status": async () => ({
    version: "0",
    workspace: { path: "/none", workspace_id: "w" },
    brands: [brand],
    recent: [],
    read_only_reason: null,
    away: null,
    gone: null,
    waiting: 0,
  }),
  "settings.read": async () => ({ values: {} }),
  "settings.write": async () => ({ ok: true }),
  "customers.fields": async () => ({ fields }),
  "customers.page": async ({ offset, limit, columns }) => ({
    total,
    of: total,
    rows: Array.from({ length: Math.max(0, Math.min(limit, total - offset)) }, (_, at) => ({
      customer_id: id(offset + at),
      name: `Customer ${offset + at + 1}`,
      values: columns.map(() => offset + at),
    })),
  }),
  "events.watch": (_, { signal }) =>
    new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
};

describe.skipIf(why !== "")(`a table of ${total} rows${why && ` (skipped: ${why})`}`, () => {
  let shell: HttpShell;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    const handlers = answers as Handlers<AssayContract, null>;
    const attach = (channel: Channel) => serve(contract, handlers, channel, null);
    shell = await startHttp({ core: { attach, downloadRoots: () => [] }, rendererDir, port: 0 });
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
    await page.goto(shell.url);
    await page.goto(new URL("/customers", shell.url).href);
    await page.getByRole("grid").getByText("Customer 1", { exact: true }).waitFor();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await shell?.close();
  }, 60_000);

  /** Rows that are seen, from the first to the last, by their numbers from 1. */
  async function seen(): Promise<number[]> {
    return page.evaluate(() => {
      const grid = document.querySelector("[role=grid]");
      const frame = grid?.getBoundingClientRect();
      const rows = [...(grid?.querySelectorAll(".tr") ?? [])].filter((row) => {
        const { top, bottom } = row.getBoundingClientRect();
        return frame !== undefined && bottom > frame.top + 32 && top < frame.bottom;
      });
      return rows
        .map((row) => Number(/^Customer (\d+)$/.exec(row.querySelector(".key")?.textContent ?? "")?.[1] ?? 0))
        .sort((a, b) => a - b);
    });
  }
  const last = () => page.getByRole("grid").getByText(`Customer ${total}`, { exact: true });

  it("says how many there are, and draws only those in view", async () => {
    await expect.poll(() => page.getByRole("grid").getAttribute("aria-rowcount")).toBe(String(total + 1));
    expect(await page.locator(".tr").count()).toBeLessThan(80);
  });

  it("is read to its last row with End, row by row back, and Home", async () => {
    await page.getByRole("grid").focus();
    await page.keyboard.press("End");
    await last().waitFor();
    const rows = await seen();
    expect(rows.at(-1)).toBe(total);
    expect(rows).toEqual(Array.from(rows, (_, at) => total - rows.length + 1 + at));
    const row = page.locator(`#row-${total - 1}`);
    expect(await row.getAttribute("aria-rowindex")).toBe(String(total + 1));
    for (let times = 0; times < 40; times++) await page.keyboard.press("ArrowUp");
    await expect.poll(() => page.locator('.tr[data-active="true"] .key').textContent()).toBe(`Customer ${total - 40}`);
    await page.keyboard.press("Home");
    await expect.poll(async () => (await seen())[0]).toBe(1);
  }, 30_000);

  it("is reached everywhere by its scroll bar: the middle, the very end, the beginning", async () => {
    const scrollTo = (share: number) =>
      page.evaluate((part) => {
        const grid = document.querySelector("[role=grid]");
        if (grid) grid.scrollTop = part * (grid.scrollHeight - grid.clientHeight);
      }, share);
    await scrollTo(0.5);
    await expect.poll(async () => Math.abs(((await seen())[0] ?? 0) - total / 2) < 2_000).toBe(true);
    const before = (await seen())[0] ?? 0;
    await page.mouse.move(600, 500);
    await page.mouse.wheel(0, 320);
    await expect.poll(async () => ((await seen())[0] ?? 0) - before).toBe(10);
    await scrollTo(1);
    await last().waitFor();
    expect((await seen()).at(-1)).toBe(total);
    await scrollTo(0);
    await expect.poll(async () => (await seen())[0]).toBe(1);
  }, 30_000);

  it("chooses by key, box and range, and all that there are", async () => {
    const chosen = page.getByRole("region", { name: "Chosen customers" });
    await page.getByRole("grid").focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("Space");
    await page.getByLabel("Choose Customer 5", { exact: true }).click({ modifiers: ["Shift"] });
    await chosen.getByText("5 customers chosen").waitFor();
    await page.getByRole("grid").focus();
    await page.keyboard.press("Control+a");
    await chosen.getByText("1,234,567 customers chosen").waitFor();
    await page.getByRole("button", { name: "Choose nobody" }).click();
    expect(await chosen.count()).toBe(0);
  }, 30_000);
});
