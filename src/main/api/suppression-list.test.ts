import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { inlineEngine } from "../../workers/service/service.ts";
import { type Core, createCore } from "../core.ts";

const brand = "shop";
let folder: string;
let core: Core;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "assay-suppress-"));
  core = await createCore({ dataFolder: join(folder, "data"), engine: inlineEngine() });
  await core.client.call("workspace.create", { path: join(folder, "workspace") });
  await core.client.call("brand.create", { brand, currency: "GBP", time_zone: "Europe/London" });
});
afterAll(async () => {
  await core.close();
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

it("every list of addresses suppresses them, whatever its file and its column are called", async () => {
  const suppress = (path: string) => core.client.stream("suppressions.add", { brand, path });
  expect(await suppress(write("stop.csv", "email\nann@shop.example\nbob@shop.example\n"))).toMatchObject({
    suppressed: 2,
  });
  expect(await suppress(write("later.csv", "E-mail address;Since\ncat@shop.example;1/2/2026\n"))).toMatchObject({
    suppressed: 1,
  });
  const { sources } = await core.client.call("sources.list", { brand });
  expect(sources.map(({ source, mapping }) => [source, mapping.tables[0]?.columns["email"]])).toEqual([
    ["suppressions", { coalesce: ["email", "E-mail address"] }],
  ]);
  await expect(suppress(write("names.csv", "name,town\nAnn,York\n"))).rejects.toThrow(/no column of e-mail addresses/);
});

it("a layout that no file has is no source", async () => {
  const path = write("customers.csv", "customer_id,email\n1,ann@shop.example\n");
  const added = core.client.call("sources.add", { brand, name: "crm", paths: [path], layout: "shopify" });
  await expect(added).rejects.toThrow(/No file there is of the layout shopify/);
});
