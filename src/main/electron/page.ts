import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { findDownload, findPageFile } from "../transports/files.ts";
import { fileHeaders, securityHeaders } from "../transports/headers.ts";
import type { PageEvent } from "../transports/ipc.ts";

export const pageUrl = "app://assay/";
/** Given to Electron before it is ready: a scheme of its own, so that pages have an origin and no file:// powers. */
export const pageScheme = {
  scheme: "app",
  privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
};

/** Only the window's own page may ask: the main frame, at the program's own address. */
export function isOwnPage({ senderFrame }: Pick<PageEvent, "senderFrame">): boolean {
  return senderFrame !== null && senderFrame.parent === null && senderFrame.url.startsWith(pageUrl);
}

/** Answers app://assay/…: the page's files, index.html for its routes, and downloads of exports. */
export function createPageHandler(options: {
  readonly rendererDir: string;
  readonly downloadRoots: () => Promise<readonly string[]>;
}): (request: Pick<Request, "url" | "method">) => Promise<Response> {
  return async ({ url, method }) => {
    if (!url.startsWith(pageUrl) || method !== "GET") return refuse(403, "Only pages are served here.");
    const [path = "/", query = ""] = url.slice(pageUrl.length - 1).split(/[?#]/, 2);
    const found =
      path === "/download"
        ? await findDownload(await options.downloadRoots(), new URLSearchParams(query).get("path"))
        : await findPageFile(options.rendererDir, path);
    if ("status" in found) return refuse(found.status, found.reason);
    const body = found.bytes === 0 ? null : Readable.toWeb(createReadStream(found.path, { end: found.bytes - 1 }));
    return new Response(body as ReadableStream | null, { headers: fileHeaders(found) });
  };
}

function refuse(status: number, reason: string): Response {
  return new Response(`${reason}\n`, {
    status,
    headers: { ...securityHeaders, "Content-Type": "text/plain; charset=utf-8" },
  });
}
