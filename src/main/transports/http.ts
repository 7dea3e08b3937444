import { createReadStream } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import { WebSocketServer } from "ws";
import { AssayError } from "../../shared/base/errors.ts";
import type { Core } from "../core.ts";
import { createGuard, type Guard } from "./auth.ts";
import { type Found, findDownload, findPageFile } from "./files.ts";
import { fileHeaders, securityHeaders } from "./headers.ts";
import { receiveFile } from "./receive.ts";
import { socketChannel, watchSockets } from "./websocket.ts";

export interface HttpOptions {
  readonly core: Pick<Core, "attach" | "downloadRoots"> & Partial<Pick<Core, "uploadTarget">>;
  /** The built page. */
  readonly rendererDir: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly limits?: {
    readonly connections?: number;
    readonly sockets?: number;
    readonly messageBytes?: number;
    readonly pingMs?: number;
  };
}
export interface HttpShell {
  /** Opens the program for whoever has it: it carries the launch's token. */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the page and the contract on 127.0.0.1 to pages of this very address that came in by the token. */
export async function startHttp(options: HttpOptions): Promise<HttpShell> {
  const { connections = 256, sockets = 32, messageBytes = 16 * 1024 * 1024, pingMs = 30_000 } = options.limits ?? {};
  const server = createServer({
    maxHeaderSize: 16_384,
    headersTimeout: 10_000,
    requestTimeout: 0, // an upload may take long; one that goes silent is ended
    keepAliveTimeout: 5_000,
  });
  server.maxConnections = connections;
  const port = await listen(server, options.port);
  const guard = createGuard(port);
  const webSockets = new WebSocketServer({ noServer: true, maxPayload: messageBytes, perMessageDeflate: false });
  const stopWatching = watchSockets(webSockets.clients, pingMs);

  server.on("request", (request, response) => {
    answer(request, response, { guard, options }).catch(() => {
      if (response.headersSent) response.destroy();
      else say(response, 500, "The answer failed.");
    });
  });
  server.on("upgrade", (request, socket, head) => {
    socket.on("error", () => socket.destroy());
    const refusal = guard.refuseForeign(request.headers) ?? guard.refuseStranger(request.headers);
    if (refusal) return refuseUpgrade(socket, refusal.status);
    if (pathOf(request).path !== "/rpc") return refuseUpgrade(socket, 404);
    if (webSockets.clients.size >= sockets) return refuseUpgrade(socket, 503);
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on("error", () => webSocket.terminate());
      options.core.attach(socketChannel(webSocket));
    });
  });
  server.on("clientError", (_, socket) => refuseUpgrade(socket, 400));

  return {
    url: `http://127.0.0.1:${port}/login?t=${guard.token}`,
    close: async () => {
      stopWatching();
      for (const socket of webSockets.clients) socket.terminate();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { guard, options }: { guard: Guard; options: HttpOptions },
): Promise<void> {
  const { path, query } = pathOf(request);
  const foreign = guard.refuseForeign(request.headers);
  if (foreign) return say(response, foreign.status, foreign.reason);
  if (path === "/upload" && request.method === "PUT") return takeUpload(request, response, { guard, options });
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("Connection", "close"); // its body is not read
    return say(response, 405, "Only pages are served here.");
  }
  if (path === "/health") return say(response, 200, "ok");
  if (path === "/login") return logIn(response, guard, query.get("t") ?? "");
  const stranger = guard.refuseStranger(request.headers);
  if (stranger) return say(response, stranger.status, stranger.reason);
  const found =
    path === "/download"
      ? await findDownload(options.core.downloadRoots(), query.get("path"))
      : await findPageFile(options.rendererDir, path);
  return send(request, response, found);
}

/** A dropped file of the page's own; the header is one that no form and no other site can send. */
async function takeUpload(
  request: IncomingMessage,
  response: ServerResponse,
  { guard, options }: { guard: Guard; options: HttpOptions },
): Promise<void> {
  const refuse = (status: number, reason: string) => {
    response.setHeader("Connection", "close"); // its body is not read
    say(response, status, reason);
  };
  const stranger = guard.refuseStranger(request.headers);
  if (stranger) return refuse(stranger.status, stranger.reason);
  const upload = request.headers["x-assay-upload"];
  if (typeof upload !== "string") return refuse(400, "The upload isn't named.");
  try {
    const path = pathOf(request).query.get("path") ?? "";
    const target = options.core.uploadTarget?.(upload, path);
    if (!target) return refuse(404, "Nothing is uploaded here.");
    await receiveFile(request, target);
    say(response, 201, "Written.");
  } catch (error) {
    if (request.destroyed && !response.writable) return;
    const status = error instanceof AssayError ? (error.code === "not_found" ? 404 : 400) : 507;
    refuse(status, error instanceof AssayError ? error.message : "The file could not be written.");
  }
}

function logIn(response: ServerResponse, guard: Guard, offered: string): void {
  if (!offered) {
    say(response, 401, "The address needs its token: open the one that Assay printed.");
  } else if (!guard.isToken(offered)) {
    say(response, 403, "That token is of another start: open the address that Assay printed last.");
  } else {
    const headers = { ...securityHeaders, "Cache-Control": "no-store", "Set-Cookie": guard.setCookie, Location: "/" };
    response.writeHead(303, headers).end();
  }
}

async function send(request: IncomingMessage, response: ServerResponse, found: Found): Promise<void> {
  if ("status" in found) return say(response, found.status, found.reason);
  const { path, bytes } = found;
  response.writeHead(200, fileHeaders(found));
  if (request.method === "HEAD" || bytes === 0) response.end();
  else await pipeline(createReadStream(path, { end: bytes - 1 }), response);
}

function say(response: ServerResponse, status: number, text: string): void {
  response
    .writeHead(status, { ...securityHeaders, "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store" })
    .end(`${text}\n`);
}

function refuseUpgrade(socket: Duplex, status: number): void {
  if (!socket.writable) return void socket.destroy();
  const headers = Object.entries(securityHeaders).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} Refused\r\n${headers.join("")}Connection: close\r\nContent-Length: 0\r\n\r\n`, () =>
    socket.destroy(),
  );
}

/** Path and query as they stand: `new URL` throws on some paths that Node lets through. */
function pathOf(request: IncomingMessage): { path: string; query: URLSearchParams } {
  const url = request.url ?? "/";
  const at = url.indexOf("?");
  const path = at < 0 ? url : url.slice(0, at);
  return { path, query: new URLSearchParams(at < 0 ? "" : url.slice(at + 1)) };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      reject(
        new AssayError(
          "unavailable",
          `Port ${port} of 127.0.0.1 can't be listened on (${cause.code}).`,
          "Choose another with --port, or 0 for a free one.",
          {},
          { cause },
        ),
      );
    });
    server.listen({ host: "127.0.0.1", port, exclusive: true }, () => resolve((server.address() as AddressInfo).port));
  });
}
