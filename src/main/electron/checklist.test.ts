import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { createPages } from "../../../test/support/ipc-double.ts";
import { root } from "../../../test/support/source-graph.ts";
import { bridgeChannels } from "../../shared/api/bridge.ts";
import { call } from "../../shared/api/operation.ts";
import { serve } from "../../shared/api/serve.ts";
import { contentSecurityPolicy } from "../transports/headers.ts";
import { startIpc } from "../transports/ipc.ts";
import { isOwnPage } from "./page.ts";
import { webPreferences } from "./window.ts";

const read = (path: string) => readFileSync(join(root, path), "utf8");
const rows = read("docs/security.md")
  .split("\n")
  .flatMap((line) => {
    const [, number, rule, set, asserted] = /^\| (\d+) \| (.*) \| (.*) \| (.*) \|$/.exec(line) ?? [];
    return number ? [{ number: Number(number), rule, files: `${set} ${asserted}` }] : [];
  });

test("every row of the checklist stands in the document, and what it names is there", () => {
  expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
  for (const { number, files } of rows) {
    const named = [...files.matchAll(/`([^`]+\.(?:ts|yml|json))`/g)].map(([, path = ""]) => path);
    expect(
      named.some((path) => path.endsWith(".test.ts")),
      `row ${number} is asserted`,
    ).toBe(true);
    const missing = named.filter((path) => !existsSync(join(root, path)) && !existsSync(join(root, "src/main", path)));
    expect(missing, `row ${number}`).toEqual([]);
  }
});

test("the page's policy lets no script in but the program's own files", () => {
  const scripts = contentSecurityPolicy.split("; ").filter((one) => /^(default|script)-src/.test(one));
  expect(scripts).toEqual(["default-src 'none'", "script-src 'self'"]);
  expect(contentSecurityPolicy).not.toMatch(/unsafe-eval|wasm-unsafe|https?:|\*/);
});

test("no Blink feature is switched on or off", () => {
  expect(Object.keys(webPreferences).filter((name) => /blink/i.test(name))).toEqual([]);
});

test("Electron is one exact version, the same for development and package", () => {
  const { devDependencies } = JSON.parse(read("package.json"));
  const packaged = /^electronVersion: (\S+)$/m.exec(read("electron-builder.yml"))?.[1];
  expect(packaged).toMatch(/^\d+\.\d+\.\d+$/);
  expect(devDependencies.electron).toBe(packaged);
});

test("whatever comes over the page's port, nothing breaks and a proper question is still answered", async () => {
  const contract = { echo: call({ input: z.object({ text: z.string() }), output: z.object({ text: z.string() }) }) };
  const pages = createPages();
  startIpc({
    ipcMain: pages.ipcMain,
    isTrusted: isOwnPage,
    core: Promise.resolve({
      attach: (channel) => serve(contract, { echo: async ({ text }) => ({ text }) }, channel, {}),
    }),
  });
  const page = pages.open();
  const heard: unknown[] = [];
  page.bridge.onMessage((message) => heard.push(message));
  page.bridge.open();
  const odd = fc.oneof(
    fc.anything({ withBigInt: false, withDate: false, withMap: false, withSet: false }),
    fc.json(),
    fc.record({ id: fc.integer(), op: fc.constantFrom("echo", "__proto__", "constructor", ""), input: fc.anything() }),
  );
  await fc.assert(
    fc.asyncProperty(odd, async (message) => {
      page.raw(bridgeChannels.message, typeof message === "string" ? message : JSON.stringify(message));
      page.raw(bridgeChannels.message, JSON.parse(JSON.stringify(message ?? null)));
    }),
    { numRuns: 200 },
  );
  page.bridge.send({ id: 987_654_321, op: "echo", input: { text: "still here" } });
  await expect.poll(() => heard).toContainEqual({ id: 987_654_321, ok: { text: "still here" } });
});
