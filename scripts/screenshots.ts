// `npm run screenshots` makes the pictures of the README and the guide: the demo retailer in Chromium, at 1440 × 900.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright";
import { serveShell } from "../src/main/entries/server.ts";
import { chromiumPath, launchBrowser } from "../test/support/browser.ts";

const images = join(import.meta.dirname, "../docs/images");

async function settle(page: Page): Promise<void> {
  await page.waitForFunction(() => !document.querySelector("main [aria-busy=true]"), undefined, { timeout: 60_000 });
  await page.evaluate(() => document.fonts.ready);
  const notice = page.locator(".toast").getByRole("button", { name: "Close" });
  while ((await notice.count()) > 0) await notice.first().click();
  await page.mouse.move(0, 0);
  await page.waitForTimeout(400); // charts measure themselves once laid out
}

async function open(page: Page, screen: string): Promise<void> {
  await page
    .getByRole("navigation")
    .first()
    .getByRole("link", { name: new RegExp(`^${screen}`) })
    .click();
  await page.getByRole("heading", { level: 1, name: screen }).waitFor();
  await settle(page);
}

async function shoot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(images, `${name}.png`) });
  console.error(`docs/images/${name}.png`);
}

async function takeAll(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Open the demo retailer" }).waitFor();
  await settle(page);
  await shoot(page, "start");
  await page.getByRole("button", { name: "Open the demo retailer" }).click();
  await page.waitForURL(/\/overview/, { timeout: 600_000 });
  await page.getByText("Needs attention").waitFor();
  await page.waitForFunction(() => !document.body.textContent?.includes("being evaluated"), undefined, {
    timeout: 300_000,
  });
  await settle(page);
  await shoot(page, "overview");
  for (const screen of ["Customers", "Lifecycle", "Preferences", "Returns", "Models", "Sources", "Runs", "Settings"]) {
    await open(page, screen);
    if (screen === "Customers") await page.getByRole("grid").getByRole("row").nth(5).waitFor();
    await shoot(page, screen.toLowerCase());
  }
  await open(page, "Customers");
  const grid = page.getByRole("grid");
  await grid.getByRole("row").nth(2).waitFor();
  await grid.focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Open the whole page" }).click();
  await page.waitForURL(/\/customers\/[0-9a-f]{20}/);
  await settle(page);
  await shoot(page, "customer");
  await open(page, "Models");
  await page.goto(new URL("/models/mbg_nbd", page.url()).href);
  await settle(page);
  await shoot(page, "model");
  await page.emulateMedia({ colorScheme: "dark" });
  await open(page, "Lifecycle");
  await shoot(page, "lifecycle-dark");
}

if (!chromiumPath) {
  console.error("No Chromium on this machine: name one by ASSAY_CHROMIUM.");
  process.exit(1);
}
const folder = mkdtempSync(join(tmpdir(), "assay-pictures-"));
process.env.XDG_DATA_HOME = folder;
mkdirSync(images, { recursive: true });
let address = "";
const close = await serveShell({ port: 0, open: false, announce: (url) => (address = url) });
const browser = await launchBrowser();
try {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB" });
  const page = await context.newPage();
  await page.goto(address);
  await takeAll(page);
} finally {
  await browser.close();
  await close();
  rmSync(folder, { recursive: true, force: true });
}
