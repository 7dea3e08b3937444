import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Uploads } from "../api/uploads.ts";
import { type HttpShell, startHttp } from "./http.ts";

const folder = mkdtempSync(join(tmpdir(), "assay-upload-"));
const uploads = new Uploads(folder);
let shell: HttpShell;
let port = 0;
let cookie = "";

beforeAll(async () => {
  const core = {
    attach: () => () => {},
    downloadRoots: () => [],
    uploadTarget: (upload: string, path: string) => uploads.target(upload, path),
  };
  shell = await startHttp({ core, rendererDir: folder, port: 0 });
  port = Number(new URL(shell.url).port);
  const entered = await fetch(shell.url, { redirect: "manual" });
  cookie = entered.headers.getSetCookie()[0]?.split(";")[0] ?? "";
});
afterAll(async () => {
  await shell.close();
  rmSync(folder, { recursive: true, force: true });
});

function put(path: string, body: string | Buffer, headers: Record<string, string> = {}, cutAfter?: number) {
  return new Promise<number>((resolve) => {
    const asking = request(
      {
        host: "127.0.0.1",
        port,
        method: "PUT",
        path: `/upload?path=${path}`,
        agent: false,
        headers: {
          Host: `127.0.0.1:${port}`,
          Origin: `http://127.0.0.1:${port}`,
          Cookie: cookie,
          "Content-Length": String(Buffer.byteLength(body)),
          ...headers,
        },
      },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    asking.on("error", () => resolve(0));
    if (cutAfter === undefined) return asking.end(body);
    asking.write(Buffer.from(body).subarray(0, cutAfter));
    setTimeout(() => asking.destroy(), 50);
    return undefined;
  });
}

test("files land in their folders, byte for byte, under names that every system takes", async () => {
  const { upload, folder: target } = await uploads.begin("exports", 3, 1_000_100);
  const own = { "X-Assay-Upload": upload };
  const bytes = Buffer.alloc(1_000_000, "é");
  expect(await put("till%2Fjan.csv", bytes, own)).toBe(201);
  expect(await put("CON.csv", "a,b", own)).toBe(201);
  expect(await put("a%3Ab%3F.csv", "", own)).toBe(201);
  expect(readFileSync(join(target, "till", "jan.csv")).equals(bytes)).toBe(true);
  expect(readdirSync(target).sort()).toEqual(["_CON.csv", "a_b_.csv", "till"]);
});

test.each([
  ["without the cookie", { Cookie: "x=y" }, 401],
  ["from another page", { Origin: "https://evil.example" }, 403],
  ["from another site", { "Sec-Fetch-Site": "cross-site" }, 403],
  ["with another Host", { Host: "evil.example" }, 421],
  ["without its header", {}, 400],
  ["of an unknown upload", { "X-Assay-Upload": "0" }, 404],
])("%s nothing is taken", async (_, headers: Record<string, string>, status) => {
  const { upload, folder: target } = await uploads.begin("files", 1, 10);
  const named: Record<string, string> =
    status === 400 || "X-Assay-Upload" in headers ? {} : { "X-Assay-Upload": upload };
  expect(await put("x.csv", "a", { ...named, ...headers })).toBe(status);
  expect(readdirSync(target)).toEqual([]);
});

test.each(["..%2Fout.csv", "a%2F..%2F..%2Fout.csv", "%2Fetc%2Fout", "", "a%2F%2Fb", "a%2F.%2Fb"])(
  "the path %j leads nowhere",
  async (path) => {
    const { upload } = await uploads.begin("files", 1, 10);
    expect(await put(path, "a", { "X-Assay-Upload": upload })).toBe(400);
    expect(existsSync(join(folder, "out.csv"))).toBe(false);
  },
);

test("no more is taken than was announced, no name twice, and a broken-off file leaves nothing", async () => {
  const { upload, folder: target } = await uploads.begin("files", 4, 10);
  const own = { "X-Assay-Upload": upload };
  expect(await put("twice.csv", "abc", own)).toBe(201);
  expect(await put("big.csv", "0123456789", own)).toBe(400);
  expect(await put("cut.csv", "x".repeat(9), own, 2)).toBe(0);
  await expect.poll(() => readdirSync(target)).toEqual(["twice.csv"]);
  expect(await put("one.csv", "", own)).toBe(201);
  expect(await put("toomany.csv", "", own)).toBe(400);
});

test("a discarded upload is gone and takes nothing more; one without room isn't begun", async () => {
  const { upload, folder: target } = await uploads.begin("files", 2, 10);
  const own = { "X-Assay-Upload": upload };
  await put("a.csv", "a", own);
  await uploads.discard(upload);
  expect(existsSync(target)).toBe(false);
  expect(await put("b.csv", "b", own)).toBe(404);
  await expect(uploads.begin("huge", 1, 1e18)).rejects.toMatchObject({ code: "unavailable" });
});

test("what was dropped long ago is removed unless a source lies in it", async () => {
  const first = await uploads.begin("kept", 1, 1);
  const later = new Uploads(folder);
  const second = await later.begin("used", 1, 1);
  const third = new Uploads(folder);
  const inFortyDays = new Date(Date.now() + 40 * 86_400_000);
  await third.prune([join(second.folder, "x.csv")], inFortyDays);
  expect([existsSync(first.folder), existsSync(second.folder)]).toEqual([false, true]);
  await third.prune([], new Date());
  expect(existsSync(second.folder)).toBe(true);
});
