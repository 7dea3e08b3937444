import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { startHttp } from "../../src/main/transports/http.ts";
import { startIpc } from "../../src/main/transports/ipc.ts";
import { socketChannel } from "../../src/main/transports/websocket.ts";
import { bridgeChannel } from "../../src/shared/api/bridge.ts";
import type { Channel } from "../../src/shared/api/channel.ts";
import { type Client, createClient } from "../../src/shared/api/client.ts";
import { type AssayContract, contract } from "../../src/shared/api/contract.ts";
import { createInProcess } from "../../src/shared/api/in-process.ts";
import type { Operation } from "../../src/shared/api/operation.ts";
import { type Handlers, serve } from "../../src/shared/api/serve.ts";
import { AssayError } from "../../src/shared/base/errors.ts";
import { createPages } from "../support/ipc-double.ts";
import { sampleOf } from "../support/sample.ts";

/** What the fake handlers do next, and what they saw. */
const scene = { seed: 1, does: "answers" as "answers" | "fails" | "waits", seen: undefined as unknown, stopped: 0 };

function fake(operation: Operation) {
  return async (input: unknown, { signal, progress }: { signal: AbortSignal; progress: (value: never) => void }) => {
    scene.seen = input;
    if (operation.kind === "stream") progress(sampleOf(operation.progress, scene.seed) as never);
    if (scene.does === "fails")
      throw new AssayError("conflict", "“Über” is taken.", "Choose another.", { name: "é", n: [1] });
    if (scene.does === "waits") {
      await new Promise((_, reject) => {
        signal.addEventListener("abort", () => {
          scene.stopped++;
          reject(signal.reason);
        });
      });
    }
    return sampleOf(operation.output, scene.seed);
  };
}
const operations: Readonly<Record<string, Operation>> = contract;
const handlers = Object.fromEntries(
  Object.entries(operations).map(([name, operation]) => [name, fake(operation)]),
) as unknown as Handlers<AssayContract, null>;
const attach = (channel: Channel) => serve(contract, handlers, channel, null);

/** A client of any operation, whatever its kind. */
interface LooseClient {
  call(name: string, input: unknown, options?: { signal?: AbortSignal }): Promise<unknown>;
  stream(
    name: string,
    input: unknown,
    options?: { signal?: AbortSignal; onProgress?: (value: unknown) => void },
  ): Promise<unknown>;
}
const clients: Record<string, LooseClient> = {};
const loose = (client: Client<AssayContract>) => client as unknown as LooseClient;
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  const folder = mkdtempSync(`${tmpdir()}/assay-transports-`);
  const shell = await startHttp({ core: { attach, downloadRoots: () => [] }, rendererDir: folder, port: 0 });
  const entered = await fetch(shell.url, { redirect: "manual" });
  const url = new URL("/rpc", shell.url.replace("http", "ws"));
  const socket = new WebSocket(url, { headers: { Cookie: entered.headers.getSetCookie()[0]?.split(";")[0] ?? "" } });
  await new Promise((resolve) => socket.once("open", resolve));
  closing.push(
    () => rmSync(folder, { recursive: true }),
    () => shell.close(),
  );

  const pages = createPages();
  closing.push(startIpc({ ipcMain: pages.ipcMain, core: Promise.resolve({ attach }), isTrusted: () => true }));

  clients["in process"] = loose(createInProcess(contract, handlers, null));
  clients["HTTP and WebSocket"] = loose(createClient<AssayContract>(socketChannel(socket)));
  clients.IPC = loose(createClient<AssayContract>(bridgeChannel(pages.open().bridge)));
});
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

const names = Object.keys(operations);
const seeds = [1, 2, 3];

async function ask(client: LooseClient, name: string, input: unknown, signal?: AbortSignal) {
  const operation = operations[name] as Operation;
  const progress: unknown[] = [];
  const options = { ...(signal ? { signal } : {}), onProgress: (value: unknown) => progress.push(value) };
  const outcome = await (operation.kind === "call"
    ? client.call(name, input, options)
    : client.stream(name, input, options)
  ).then(
    (ok) => ({ ok }),
    ({ code, message, hint, details }: AssayError) => ({ error: { code, message, hint, details } }),
  );
  return { seen: scene.seen, progress, outcome };
}

describe.each(["in process", "HTTP and WebSocket", "IPC"])("over %s", (transport) => {
  const client = () => clients[transport] as LooseClient;

  test.each(names)("%s is answered as it was said", async (name) => {
    const operation = operations[name] as Operation;
    for (const seed of seeds) {
      Object.assign(scene, { seed, does: "answers" });
      const input = sampleOf(operation.input, seed);
      expect(await ask(client(), name, input)).toEqual({
        seen: operation.input.parse(input),
        progress: operation.kind === "stream" ? [sampleOf(operation.progress, seed)] : [],
        outcome: { ok: sampleOf(operation.output, seed) },
      });
    }
  });

  test.each(names)("%s fails whole, and refuses what its schema refuses", async (name) => {
    const input = sampleOf((operations[name] as Operation).input, 1);
    scene.does = "fails";
    const error = {
      code: "conflict",
      message: "“Über” is taken.",
      hint: "Choose another.",
      details: { name: "é", n: [1] },
    };
    expect((await ask(client(), name, input)).outcome).toEqual({ error });
    expect((await ask(client(), name, "no object")).outcome).toMatchObject({ error: { code: "bad_input" } });
  });

  test.each(names)("%s stops within a second when it is cancelled", async (name) => {
    Object.assign(scene, { does: "waits", seen: undefined, stopped: 0 });
    const cancel = new AbortController();
    const asked = ask(client(), name, sampleOf((operations[name] as Operation).input, 1), cancel.signal);
    await expect.poll(() => scene.seen, { interval: 2 }).toBeDefined();
    const began = performance.now();
    cancel.abort();
    const { outcome } = await asked;
    expect({ outcome, stopped: scene.stopped, inTime: performance.now() - began < 1_000 }).toEqual({
      outcome: { error: expect.objectContaining({ code: "cancelled" }) },
      stopped: 1,
      inTime: true,
    });
  });
});

test("every operation was tried", () => {
  expect(names.length).toBeGreaterThan(30);
});
