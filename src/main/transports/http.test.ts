import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { z } from "zod";
import type { Channel } from "../../shared/api/channel.ts";
import { createClient } from "../../shared/api/client.ts";
import { call } from "../../shared/api/operation.ts";
import { serve } from "../../shared/api/serve.ts";
import { type HttpShell, startHttp } from "./http.ts";
import { socketChannel } from "./websocket.ts";

const folder = mkdtempSync(join(tmpdir(), "assay-http-"));
const rendererDir = join(folder, "renderer");
const exportsDir = join(folder, "exports");
const contract = { echo: call({ input: z.object({ text: z.string() }), output: z.object({ text: z.string() }) }) };
let shell: HttpShell;
let port = 0;
let cookie = "";

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

function ask(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = request(
      { host: "127.0.0.1", port, path, method, headers: { Host: `127.0.0.1:${port}`, ...headers }, agent: false },
      (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (text: string) => {
          body += text;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      },
    );
    asking.on("error", reject);
    asking.end();
  });
}

function upgrade(path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
    socket.on("open", () => {
      socket.close();
      resolve(101);
    });
    socket.on("unexpected-response", (_, response) => resolve(response.statusCode ?? 0));
    socket.on("error", reject);
  });
}

beforeAll(async () => {
  mkdirSync(join(rendererDir, "assets"), { recursive: true });
  mkdirSync(exportsDir);
  writeFileSync(join(rendererDir, "index.html"), "<!doctype html><script src=/assets/main.js></script>");
  writeFileSync(join(rendererDir, "assets", "main.js"), "export {};");
  writeFileSync(join(folder, "package.json"), '{"dependencies":{}}');
  writeFileSync(join(exportsDir, "liste é.csv"), "customer_id\r\n");
  symlinkSync(join(folder, "package.json"), join(exportsDir, "link.csv"));
  shell = await startHttp({
    core: {
      attach: (channel: Channel) => serve(contract, { echo: async ({ text }) => ({ text }) }, channel, {}),
      downloadRoots: () => [join(folder, "absent"), exportsDir],
    },
    rendererDir,
    port: 0,
    limits: { messageBytes: 4_096, sockets: 2 },
  });
  port = Number(new URL(shell.url).port);
  const entered = await ask(shell.url.slice(shell.url.indexOf("/login")));
  cookie = String(entered.headers["set-cookie"]).split(";")[0] ?? "";
});
afterAll(async () => {
  await shell.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("who may come in", () => {
  test("the token opens the page and leaves a cookie that scripts and other sites don't see", async () => {
    const entered = await ask(shell.url.slice(shell.url.indexOf("/login")));
    expect(entered).toMatchObject({ status: 303, headers: { location: "/" } });
    expect(String(entered.headers["set-cookie"])).toMatch(
      new RegExp(`^assay_${port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`),
    );
    expect(await ask("/", { Cookie: cookie })).toMatchObject({ status: 200 });
  });

  test.each([
    ["without token and cookie", "/", {}, 401],
    ["with an empty token", "/login", {}, 401],
    ["with a wrong token", "/login?t=wrong", {}, 403],
    ["with another launch's cookie", "/", { Cookie: "assay_1=abc" }, 401],
    ["with a wrong cookie", "/", { Cookie: "COOKIE=x" }, 401],
    ["with a file's path but no cookie", "/assets/main.js", {}, 401],
    ["a download without the cookie", "/download?path=/etc/passwd", {}, 401],
  ])("%s it is refused", async (_, path, headers: Record<string, string>, status) => {
    expect((await ask(path, headers)).status).toBe(status);
  });

  test.each([
    ["a foreign Host", { Host: "evil.example" }, 421],
    ["another name of this machine", { Host: "localhost:1" }, 421],
    ["a foreign Origin", { Origin: "https://evil.example" }, 403],
    ["a null Origin", { Origin: "null" }, 403],
    ["a page of another site", { "Sec-Fetch-Site": "cross-site" }, 403],
    ["a page of a sister site", { "Sec-Fetch-Site": "same-site" }, 403],
  ])("%s is refused, cookie or not", async (_, headers: Record<string, string>, status) => {
    expect((await ask("/", { Cookie: cookie, ...headers })).status).toBe(status);
    expect((await ask(shell.url.slice(shell.url.indexOf("/login")), headers)).status).toBe(status);
  });

  test("whether it is there is told to anybody on this machine, and to no other site", async () => {
    expect(await ask("/health")).toMatchObject({ status: 200, body: "ok\n" });
    expect((await ask("/health", { Origin: "https://evil.example" })).status).toBe(403);
  });

  test("only reading methods are answered", async () => {
    expect((await ask("/", { Cookie: cookie }, "POST")).status).toBe(405);
    expect(await ask("/", { Cookie: cookie }, "HEAD")).toMatchObject({ status: 200, body: "" });
  });
});

test("every answer carries the policy and the guards against embedding and sniffing", async () => {
  for (const answer of [await ask("/", { Cookie: cookie }), await ask("/"), await ask("/x.png", { Cookie: cookie })]) {
    expect(answer.headers).toMatchObject({
      "content-security-policy": expect.stringContaining("default-src 'none'; script-src 'self'"),
      "x-content-type-options": "nosniff",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "referrer-policy": "no-referrer",
    });
  }
});

describe("files", () => {
  test.each([
    ["/", 200, "text/html; charset=utf-8"],
    ["//", 200, "text/html; charset=utf-8"],
    ["/brands/demo/customers", 200, "text/html; charset=utf-8"],
    ["/assets/main.js", 200, "text/javascript; charset=utf-8"],
    ["/assets/absent.js", 404, "text/plain; charset=utf-8"],
    ["/%", 400, "text/plain; charset=utf-8"],
    ["/%00", 400, "text/plain; charset=utf-8"],
    ["http://evil.example/", 400, "text/plain; charset=utf-8"],
    ["/..%2f..%2fpackage.json", 403, "text/plain; charset=utf-8"],
    ["/../package.json", 403, "text/plain; charset=utf-8"],
    ["/..%5cpackage.json", 403, "text/plain; charset=utf-8"],
  ])("%s: %i", async (path, status, type) => {
    const answer = await ask(path, { Cookie: cookie });
    expect({ status: answer.status, type: answer.headers["content-type"] }).toEqual({ status, type });
    expect(answer.body).not.toContain("dependencies");
  });

  test("an export downloads under its name", async () => {
    const answer = await ask(`/download?path=${encodeURIComponent(join(exportsDir, "liste é.csv"))}`, {
      Cookie: cookie,
    });
    expect(answer).toMatchObject({
      status: 200,
      body: "customer_id\r\n",
      headers: {
        "content-disposition": "attachment; filename*=UTF-8''liste%20%C3%A9.csv",
        "cache-control": "no-store",
      },
    });
  });

  test.each([
    ["a file elsewhere", "package.json", 404],
    ["a way out", "exports/../package.json", 404],
    ["a link that leads out", "exports/link.csv", 404],
    ["the folder itself", "exports", 404],
  ])("%s doesn't download", async (_, path, status) => {
    const answer = await ask(`/download?path=${encodeURIComponent(`${folder}/${path}`)}`, { Cookie: cookie });
    expect({ status: answer.status, leaks: answer.body.includes("dependencies") }).toEqual({ status, leaks: false });
  });
  test("a download needs a whole path", async () => {
    expect((await ask("/download?path=package.json", { Cookie: cookie })).status).toBe(400);
    expect((await ask("/download", { Cookie: cookie })).status).toBe(400);
  });
});

describe("the WebSocket", () => {
  test.each([
    ["without the cookie", "/rpc", () => ({}), 401],
    ["from a foreign Origin", "/rpc", () => ({ Cookie: cookie, Origin: "https://evil.example" }), 403],
    ["from a foreign Host", "/rpc", () => ({ Cookie: cookie, Host: "evil.example" }), 421],
    ["at another path", "/ws", () => ({ Cookie: cookie }), 404],
    ["of this page", "/rpc", () => ({ Cookie: cookie, Origin: `http://127.0.0.1:${port}` }), 101],
  ])("%s: %s", async (_, path, headers, status) => {
    expect(await upgrade(path, headers() as unknown as Record<string, string>)).toBe(status);
  });

  test("carries the contract; nonsense and oversize end only that socket", async () => {
    const open = async () => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`, { headers: { Cookie: cookie } });
      await new Promise((resolve) => socket.once("open", resolve));
      return socket;
    };
    const closing = (socket: WebSocket) => new Promise<number>((resolve) => socket.once("close", resolve));
    const bad = await open();
    const badClosed = closing(bad);
    bad.send("{");
    expect(await badClosed).toBe(1007);
    const big = await open();
    const bigClosed = closing(big);
    big.send("x".repeat(5_000));
    expect(await bigClosed).toBe(1009);
    const good = await open();
    const client = createClient<typeof contract>(socketChannel(good));
    expect(await client.call("echo", { text: "ü" })).toEqual({ text: "ü" });
    client.close();
    await closing(good);
    await expect(client.call("echo", { text: "" })).rejects.toMatchObject({ code: "unavailable" });
  });

  test("has a limit of its own", async () => {
    const opened = await Promise.all(
      [1, 2].map(async () => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`, { headers: { Cookie: cookie } });
        await new Promise((resolve) => socket.once("open", resolve));
        return socket;
      }),
    );
    expect(await upgrade("/rpc", { Cookie: cookie })).toBe(503);
    await Promise.all(opened.map((socket) => new Promise((resolve) => socket.once("close", resolve).close())));
  });
});

test("a taken port is said", async () => {
  const starting = startHttp({ core: { attach: () => () => {}, downloadRoots: () => [] }, rendererDir, port });
  await expect(starting).rejects.toMatchObject({ code: "unavailable", message: expect.stringContaining(String(port)) });
});
