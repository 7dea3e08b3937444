import { describe, expect, test } from "vitest";
import { z } from "zod";
import { AssayError } from "../base/errors.ts";
import type { Channel } from "./channel.ts";
import { type Client, createClient } from "./client.ts";
import { channelPair, createInProcess } from "./in-process.ts";
import { call, stream } from "./operation.ts";
import { type Handlers, serve } from "./serve.ts";

const contract = {
  "sum.add": call({ input: z.object({ a: z.number(), b: z.number().default(1) }), output: z.number() }),
  "sum.odd": call({ input: z.object({ kind: z.string() }), output: z.unknown() }),
  "sum.wait": stream({
    input: z.object({}),
    progress: z.object({ n: z.number() }),
    output: z.object({ ok: z.boolean() }),
  }),
};
type Sums = typeof contract;

const odd: Record<string, () => unknown> = {
  bigint: () => ({ rows: [{ n: 1 }, { n: 1n }] }),
  date: () => ({ at: new Date(0) }),
  typed: () => new Float64Array(2),
  map: () => ({ map: new Map() }),
  nan: () => ({ value: Number.NaN }),
  nothing: () => undefined,
  thrown: () => {
    throw new AssayError("conflict", "Taken.", "Choose another.", { name: "a" });
  },
  defect: () => {
    throw new TypeError("x is not a function");
  },
};

function handlersWith(onAbort: () => void = () => {}): Handlers<Sums, { base: number }> {
  return {
    "sum.add": async ({ a, b }, { ctx }) => ctx.base + a + b,
    "sum.odd": async ({ kind }) => odd[kind]?.(),
    "sum.wait": (_, { signal, progress }) =>
      new Promise((_resolve, reject) => {
        progress({ n: 1 });
        signal.addEventListener("abort", () => {
          onAbort();
          reject(signal.reason);
        });
      }),
  };
}

describe("a call", () => {
  const client = createInProcess(contract, handlersWith(), { base: 100 });

  test("is answered, its input read by its schema", async () => {
    expect(await client.call("sum.add", { a: 1 })).toBe(102);
  });

  test("with wrong input says where", async () => {
    await expect(client.call("sum.add", { a: "1" as never })).rejects.toMatchObject({
      code: "bad_input",
      message: expect.stringContaining("sum.add: a:"),
      details: { path: "a" },
    });
    await expect(client.call("sum.add", null as never)).rejects.toMatchObject({ code: "bad_input" });
  });

  test.each(["__proto__", "toString", "constructor", "sum.none", ""])(
    "of %s, which isn't there, is not found",
    async (op) => {
      await expect(client.call(op as "sum.add", { a: 1 })).rejects.toMatchObject({ code: "not_found" });
    },
  );

  test("carries an error whole, and a defect as one", async () => {
    const wire = { code: "conflict", message: "Taken.", hint: "Choose another.", details: { name: "a" } };
    await expect(client.call("sum.odd", { kind: "thrown" })).rejects.toMatchObject(wire);
    await expect(client.call("sum.odd", { kind: "defect" })).rejects.toMatchObject({
      code: "internal",
      hint: expect.stringMatching(/./),
    });
  });

  test.each([
    ["bigint", "ok.rows.1.n is a bigint"],
    ["date", "ok.at is a Date"],
    ["typed", "ok is a Float64Array"],
    ["map", "ok.map is a Map"],
  ])("whose answer holds a %s fails and names the place", async (kind, place) => {
    await expect(client.call("sum.odd", { kind })).rejects.toMatchObject({
      code: "internal",
      message: expect.stringContaining(place),
    });
  });

  test("gives null for NaN and for nothing", async () => {
    expect(await client.call("sum.odd", { kind: "nan" })).toEqual({ value: null });
    expect(await client.call("sum.odd", { kind: "nothing" })).toBeNull();
  });

  test("whose input can't be carried rejects", async () => {
    await expect(client.call("sum.add", { a: 1n as never })).rejects.toMatchObject({ code: "internal" });
  });
});

describe("a stream", () => {
  test("tells progress, and stops at both ends when it is cancelled", async () => {
    let stopped = false;
    const client = createInProcess(
      contract,
      handlersWith(() => (stopped = true)),
      { base: 0 },
    );
    const cancel = new AbortController();
    const seen: unknown[] = [];
    const asked = client.stream(
      "sum.wait",
      {},
      {
        signal: cancel.signal,
        onProgress: (n) => {
          seen.push(n);
          cancel.abort();
        },
      },
    );
    await expect(asked).rejects.toMatchObject({ code: "cancelled" });
    expect({ stopped, seen }).toEqual({ stopped: true, seen: [{ n: 1 }] });
  });

  test("cancelled before it began is never sent", async () => {
    const sent: unknown[] = [];
    const client = createClient<Sums>(recording(sent).channel);
    await expect(client.stream("sum.wait", {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "cancelled",
    });
    expect(sent).toEqual([]);
  });

  test("cancelled while the other end is silent rejects within a second", async () => {
    const sent: unknown[] = [];
    const client = createClient<Sums>(recording(sent).channel);
    const cancel = new AbortController();
    const asked = client.stream("sum.wait", {}, { signal: cancel.signal });
    const began = performance.now();
    cancel.abort();
    await expect(asked).rejects.toMatchObject({ code: "cancelled" });
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(sent).toEqual([
      { id: 1, op: "sum.wait", input: {} },
      { id: 1, cancel: true },
    ]);
  });
});

test("a closed channel rejects what waits, stops what runs, and refuses more", async () => {
  let stopped = false;
  const [here, there] = channelPair();
  serve(
    contract,
    handlersWith(() => (stopped = true)),
    there,
    { base: 0 },
  );
  const client: Client<Sums> = createClient(here);
  const asked = client.stream("sum.wait", {}, { onProgress: () => client.close() });
  await expect(asked).rejects.toMatchObject({ code: "unavailable" });
  await expect(client.call("sum.add", { a: 1 })).rejects.toMatchObject({ code: "unavailable" });
  expect(stopped).toBe(true);
});

test("messages that are none are ignored by both ends", async () => {
  const end = recording([]);
  serve(contract, handlersWith(), end.channel, { base: 0 });
  createClient<Sums>(end.channel);
  for (const message of [null, 1, "x", [], {}, { id: "1" }, { id: 9, cancel: true }, { id: 9, ok: 1 }])
    end.receive(message);
  await expect(Promise.resolve()).resolves.toBeUndefined();
});

function recording(sent: unknown[]) {
  const listeners = new Set<(message: unknown) => void>();
  const channel: Channel = {
    send: (message) => sent.push(message),
    onMessage: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onClose: () => () => {},
    close: () => {},
  };
  return {
    channel,
    receive: (message: unknown) => {
      for (const listener of listeners) listener(message);
    },
  };
}
