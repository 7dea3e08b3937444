import { describe, expect, test } from "vitest";
import { z } from "zod";
import { createPages } from "../../../test/support/ipc-double.ts";
import { bridgeChannel, bridgeChannels } from "../../shared/api/bridge.ts";
import type { Channel } from "../../shared/api/channel.ts";
import { createClient } from "../../shared/api/client.ts";
import { call, stream } from "../../shared/api/operation.ts";
import { serve } from "../../shared/api/serve.ts";
import { startIpc } from "./ipc.ts";

const contract = {
  echo: call({ input: z.object({ text: z.string() }), output: z.object({ text: z.string() }) }),
  wait: stream({ input: z.object({}), progress: z.number(), output: z.null() }),
};

function start(core?: Promise<{ attach(channel: Channel): () => void }>) {
  const pages = createPages();
  const stopped: string[] = [];
  const attach = (channel: Channel) =>
    serve(
      contract,
      {
        echo: async ({ text }) => ({ text }),
        wait: (_, { signal, progress }) =>
          new Promise((_resolve, reject) => {
            progress(1);
            signal.addEventListener("abort", () => {
              stopped.push("stopped");
              reject(signal.reason);
            });
          }),
      },
      channel,
      {},
    );
  const isTrusted = (event: { senderFrame: { url: string; parent: unknown } | null }) =>
    event.senderFrame?.parent === null && event.senderFrame.url.startsWith("app://assay/");
  const stop = startIpc({ ipcMain: pages.ipcMain, core: core ?? Promise.resolve({ attach }), isTrusted });
  return { pages, stop, stopped, attach };
}

test("a page's port carries the contract and says when it is ready", async () => {
  const { pages } = start();
  const { bridge } = pages.open();
  const ready = new Promise<void>((resolve) => bridge.onReady(resolve));
  const client = createClient<typeof contract>(bridgeChannel(bridge));
  await ready;
  expect(await client.call("echo", { text: "ü" })).toEqual({ text: "ü" });
});

test("what is asked before the core is there waits for it", async () => {
  const core = Promise.withResolvers<{ attach(channel: Channel): () => void }>();
  const { pages, attach } = start(core.promise);
  const asked = createClient<typeof contract>(bridgeChannel(pages.open().bridge)).call("echo", { text: "early" });
  core.resolve({ attach });
  expect(await asked).toEqual({ text: "early" });
});

test("a core that can't start closes the port", async () => {
  const { pages } = start(Promise.reject(new Error("no disk")));
  const asked = createClient<typeof contract>(bridgeChannel(pages.open().bridge)).call("echo", { text: "" });
  await expect(asked).rejects.toMatchObject({ code: "unavailable" });
});

describe("work of a page stops", () => {
  test.each([
    [
      "when the page is left",
      (page: ReturnType<ReturnType<typeof createPages>["open"]>) =>
        page.navigate({ isMainFrame: true, isSameDocument: false }),
    ],
    ["when its process is gone", (page: ReturnType<ReturnType<typeof createPages>["open"]>) => page.crash()],
    ["when the window is closed", (page: ReturnType<ReturnType<typeof createPages>["open"]>) => page.destroy()],
    [
      "when the page opens its port anew",
      (page: ReturnType<ReturnType<typeof createPages>["open"]>) => page.bridge.open(),
    ],
  ])("%s", async (_, leave) => {
    const { pages, stopped } = start();
    const page = pages.open();
    const client = createClient<typeof contract>(bridgeChannel(page.bridge));
    await new Promise<void>((resolve) => {
      client.stream("wait", {}, { onProgress: () => resolve() }).catch(() => {});
    });
    page.navigate({ isMainFrame: true, isSameDocument: true });
    page.navigate({ isMainFrame: false, isSameDocument: false });
    expect(stopped).toEqual([]);
    leave(page);
    await new Promise((resolve) => setImmediate(resolve));
    expect(stopped).toEqual(["stopped"]);
  });

  test("and the page hears it when the shell stops", async () => {
    const { pages, stop, stopped } = start();
    const client = createClient<typeof contract>(bridgeChannel(pages.open().bridge));
    const asked = new Promise<unknown>((resolve) => {
      client.stream("wait", {}, { onProgress: () => stop() }).catch(resolve);
    });
    expect(await asked).toMatchObject({ code: "unavailable" });
    expect(stopped).toEqual(["stopped"]);
  });
});

test("a page that opened its port anew goes on with the new one", async () => {
  const { pages } = start();
  const { bridge } = pages.open();
  createClient<typeof contract>(bridgeChannel(bridge));
  const client = createClient<typeof contract>(bridgeChannel(bridge));
  expect(await client.call("echo", { text: "again" })).toEqual({ text: "again" });
});

test.each([
  ["another site", { url: "https://evil.example/", parent: null }],
  ["a frame inside", { url: "app://assay/", parent: {} }],
  ["another host of the scheme", { url: "app://assay.evil/", parent: null }],
  ["a frame that is gone", null],
])("%s gets no port and no answer", async (_, frame) => {
  const { pages } = start();
  const page = pages.open(frame);
  const heard: unknown[] = [];
  page.bridge.onMessage((message) => heard.push(message));
  page.bridge.onReady(() => heard.push("ready"));
  page.bridge.open();
  page.bridge.send({ id: 1, op: "echo", input: { text: "x" } });
  await new Promise((resolve) => setImmediate(resolve));
  expect(heard).toEqual([]);
});

test("what is no message is ignored", async () => {
  const { pages } = start();
  const page = pages.open();
  const client = createClient<typeof contract>(bridgeChannel(page.bridge));
  for (const nonsense of ["{", "null", 7, undefined, { id: 1 }, "x".repeat(16 * 1024 * 1024 + 1)])
    page.raw(bridgeChannels.message, nonsense);
  expect(await client.call("echo", { text: "still" })).toEqual({ text: "still" });
});
