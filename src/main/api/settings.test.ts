import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { calendarYear } from "../../shared/domain/fiscal-calendar.ts";
import { inlineEngine } from "../../workers/service/service.ts";
import { type Core, createCore } from "../core.ts";

const folder = mkdtempSync(join(tmpdir(), "assay-settings-"));
let core: Core;
beforeAll(async () => {
  core = await createCore({ dataFolder: join(folder, "data"), engine: inlineEngine() });
  await core.client.call("workspace.create", { path: join(folder, "ws") });
  await core.client.call("brand.create", { brand: "shop", currency: "GBP", time_zone: "Europe/London" });
});
afterAll(async () => {
  await core.close();
  rmSync(folder, { recursive: true, force: true });
});
const read = async () => (await core.client.call("brand.settings", { brand: "shop" })).settings;

test("a change is kept in the brand's log, what it leaves out stays, and a window goes back to the observed", async () => {
  const changed = await core.client.call("brand.change", { brand: "shop", currency: "EUR", return_window_days: 21 });
  const settings = { brand: "shop", currency: "EUR", time_zone: "Europe/London", return_window_days: 21 };
  expect(changed).toEqual({ ...settings, ...calendarYear });
  await core.client.call("brand.change", { brand: "shop", return_window_days: null, time_zone: "Europe/Paris" });
  expect(await read()).toEqual({
    brand: "shop",
    currency: "EUR",
    time_zone: "Europe/Paris",
    return_window_days: null,
    ...calendarYear,
  });
  const other = await createCore({
    dataFolder: join(folder, "other"),
    engine: inlineEngine(),
    workspace: join(folder, "ws"),
  });
  expect((await other.client.call("brand.settings", { brand: "shop" })).settings).toEqual(await read());
  await other.close();
});

test("nonsense is refused and changes nothing", async () => {
  const before = await read();
  const noDay = [{ fiscal_year_starts: "02-30" }, { fiscal_year_starts: "01-31" }];
  for (const wrong of [{ currency: "POUND" }, { time_zone: "Mars/Olympus" }, ...noDay]) {
    await expect(core.client.call("brand.change", { brand: "shop", ...wrong })).rejects.toMatchObject({
      code: "bad_input",
    });
  }
  expect(await read()).toEqual(before);
});

test("a fiscal calendar is kept with the other settings and goes back as it came", async () => {
  const before = await read();
  const retail = { fiscal_calendar: "4-5-4", fiscal_year_starts: "02-01", week_starts: "sunday" } as const;
  await core.client.call("brand.change", { brand: "shop", ...retail });
  expect(await read()).toEqual({ ...before, ...retail });
  await core.client.call("brand.change", { brand: "shop", fiscal_year_starts: "01-31" }); // weeks may start near any day
  const { brands } = await core.client.call("workspace.status", {});
  expect(brands[0]).toMatchObject({ ...retail, fiscal_year_starts: "01-31" });
  await core.client.call("brand.change", { ...before });
  expect(await read()).toEqual(before);
  const asked = { brand: "other", currency: "EUR", time_zone: "UTC", ...retail };
  expect(await core.client.call("brand.create", asked)).toMatchObject(retail);
});

test("what this machine keeps can be made again, its settings stay", async () => {
  await core.client.call("settings.write", { name: "look", value: "dark" });
  await core.client.call("local.rebuild", {});
  expect((await core.client.call("settings.read", {})).values).toMatchObject({ look: "dark" });
  expect(await read()).toMatchObject({ currency: "EUR" });
  const { folder: where, files } = await core.client.call("local.state", {});
  expect(where).toBe(join(folder, "data"));
  expect(files.map(({ name }) => name)).toContain("assay.db");
});
