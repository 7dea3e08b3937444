import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type HttpShell, startHttp } from "../../src/main/transports/http.ts";
import type { Channel } from "../../src/shared/api/channel.ts";
import { chromiumPath, launchBrowser } from "../support/browser.ts";
import { openShop, type Shop } from "../support/small-shop.ts";

const rendererDir = join(import.meta.dirname, "../../out/renderer");
const why = !chromiumPath
  ? "no Chromium on this machine; Debian has it as `chromium`"
  : existsSync(rendererDir)
    ? ""
    : "the page is not built";

describe.skipIf(why !== "")(`what goes away under an open page${why && ` (skipped: ${why})`}`, () => {
  let folder: string;
  let shop: Shop;
  let shell: HttpShell;
  let browser: Browser;
  let page: Page;
  const channels: Channel[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "assay-gone-"));
    shop = await openShop(folder);
    const attach = (channel: Channel) => {
      channels.push(channel);
      return shop.core.attach(channel);
    };
    shell = await startHttp({ core: { attach, downloadRoots: () => [] }, rendererDir, port: 0 });
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(shell.url);
    await screen("Sources");
    await page.getByRole("link", { name: "till" }).first().waitFor();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await shell?.close();
    await shop?.core.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  const screen = (name: string) =>
    page.getByRole("navigation", { name: "Screens" }).getByText(name, { exact: true }).click();

  it("a workspace's directory: no screen takes it for an empty one, and all go on once it is back", async () => {
    const elsewhere = `${shop.workspace}.elsewhere`;
    const banner = page.getByText("The workspace can’t be read.");
    renameSync(shop.workspace, elsewhere);
    try {
      for (const name of ["Overview", "Lifecycle", "Preferences", "Settings"]) {
        await screen(name);
        await page.getByRole("heading", { name, level: 1 }).waitFor();
        await page.getByText("isn't there any more").nth(1).waitFor();
        await banner.waitFor();
        expect(await page.getByRole("main").textContent()).not.toMatch(/ yet\b/);
      }
    } finally {
      renameSync(elsewhere, shop.workspace);
    }
    await banner.waitFor({ state: "detached", timeout: 10_000 });
    await page.getByText("isn't there any more").waitFor({ state: "detached" });
    await screen("Runs");
    await page.getByText("No run of this machine yet").waitFor();
  }, 60_000);

  it("the connection: what failed meanwhile is asked again over the next one", async () => {
    channels.at(-1)?.close();
    await page.getByText("Assay doesn’t answer.").waitFor();
    await screen("Identity");
    await screen("Experiments");
    await page.getByText("The connection to the program is lost.").first().waitFor();
    await page.getByText("Assay doesn’t answer.").waitFor({ state: "detached", timeout: 10_000 });
    for (const name of ["Experiments", "Identity", "Runs"]) {
      await screen(name);
      await page.getByRole("heading", { name, level: 1 }).waitFor();
      await page.getByText("The connection to the program is lost.").waitFor({ state: "detached" });
    }
  }, 60_000);
});
