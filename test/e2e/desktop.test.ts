import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FuseV1Options, getCurrentFuseWire } from "@electron/fuses";
import { _electron, type ElectronApplication, type Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { electronPath, hasDisplay, packagedPath } from "../support/electron.ts";
import { root } from "../support/source-graph.ts";

const why = !electronPath
  ? "no Electron binary on this machine; npm start fetches it"
  : !hasDisplay
    ? "no display; xvfb-run gives one"
    : existsSync(join(root, "out/main/entries/desktop.js"))
      ? ""
      : "not built";

describe.skipIf(why !== "")(`the desktop in Electron${why && ` (skipped: ${why})`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "assay-desktop-"));
  let app: ElectronApplication;
  let page: Page;
  const trouble: string[] = [];
  const launch = () =>
    _electron.launch({
      ...(electronPath ? { executablePath: electronPath } : {}),
      args: [...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), `--user-data-dir=${join(folder, "user")}`, root],
      env: { ...process.env, XDG_DATA_HOME: folder } as Record<string, string>,
    });

  beforeAll(async () => {
    app = await launch();
    page = await app.firstWindow();
    page.on("console", (message) => message.type() === "error" && trouble.push(message.text()));
    page.on("pageerror", (error) => trouble.push(error.message));
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor({ timeout: 30_000 });
  }, 60_000);
  afterAll(async () => {
    await app?.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  it("shows the first page, answered by the engine in a process of Electron's own", async () => {
    await page.getByRole("button", { name: "Open the demo retailer" }).waitFor();
    const kinds = await app.evaluate(({ app: electron }) => electron.getAppMetrics().map(({ type }) => type));
    expect(kinds).toContain("Utility");
    expect(trouble).toEqual([]);
  });

  it("gives the page no Node, one bridge and no way around it", async () => {
    const seen = await page.evaluate(() => ({
      node: [typeof Reflect.get(globalThis, "require"), typeof Reflect.get(globalThis, "process")],
      bridge: Object.keys(Reflect.get(globalThis, "assay")).length,
      address: location.origin,
    }));
    expect(seen).toEqual({ node: ["undefined", "undefined"], bridge: 11, address: "app://assay" });
    const preferences = await app.evaluate(
      ({ webContents }) =>
        webContents
          .getAllWebContents()
          .map((one) => (one as unknown as { getLastWebPreferences(): object }).getLastWebPreferences()), // not in its types
    );
    for (const one of preferences)
      expect(one).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false, webSecurity: true });
  });

  it("runs no inline script or eval, opens no window, goes nowhere, fetches nothing foreign, grants nothing", async () => {
    const tried = await page.evaluate(async () => {
      const script = document.createElement("script");
      script.textContent = "globalThis.wasRun = true";
      document.body.append(script);
      const evaluated = (() => {
        try {
          return new Function("return 1")();
        } catch {
          return "refused";
        }
      })();
      const opened = window.open("https://evil.example/");
      location.href = "https://evil.example/";
      const fetched = await fetch("https://evil.example/").then(
        () => "fetched",
        () => "refused",
      );
      const located = await navigator.permissions.query({ name: "geolocation" }).then(({ state }) => state);
      return { inline: Reflect.get(globalThis, "wasRun") ?? null, evaluated, opened, fetched, located };
    });
    expect(tried).toEqual({ inline: null, evaluated: "refused", opened: null, fetched: "refused", located: "denied" });
    expect(page.url().startsWith("app://assay/")).toBe(true);
    expect(app.windows()).toHaveLength(1);
  });

  it("wakes the first instance instead of starting a second", async () => {
    const second = await launch().catch(() => null);
    await expect.poll(() => second?.process().exitCode ?? 0, { timeout: 10_000 }).toBe(0);
    expect(app.windows()).toHaveLength(1);
  }, 20_000);
});

describe.skipIf(!packagedPath)(
  `a package${packagedPath ? "" : " (skipped: none was made; npx electron-builder --dir makes one)"}`,
  () => {
    it("has its fuses as they were set", async () => {
      const wire = await getCurrentFuseWire(packagedPath ?? "");
      const isOn = (option: FuseV1Options) => String.fromCharCode(Number(wire[option])) === "1";
      expect(isOn(FuseV1Options.RunAsNode)).toBe(false);
      expect(isOn(FuseV1Options.EnableNodeOptionsEnvironmentVariable)).toBe(false);
      expect(isOn(FuseV1Options.EnableNodeCliInspectArguments)).toBe(false);
      expect(isOn(FuseV1Options.OnlyLoadAppFromAsar)).toBe(true);
      expect(isOn(FuseV1Options.EnableEmbeddedAsarIntegrityValidation)).toBe(true);
    });
  },
);
