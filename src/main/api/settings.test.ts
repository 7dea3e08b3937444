import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
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
  expect(changed).toEqual({ brand: "shop", currency: "EUR", time_zone: "Europe/London", return_window_days: 21 });
  await core.client.call("brand.change", { brand: "shop", return_window_days: null, time_zone: "Europe/Paris" });
  expect(await read()).toEqual({
    brand: "shop",
    currency: "EUR",
    time_zone: "Europe/Paris",
    return_window_days: null,
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
  for (const wrong of [{ currency: "POUND" }, { time_zone: "Mars/Olympus" }]) {
    await expect(core.client.call("brand.change", { brand: "shop", ...wrong })).rejects.toMatchObject({
      code: "bad_input",
    });
  }
  expect(await read()).toEqual(before);
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
