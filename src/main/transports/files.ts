import { realpath, stat } from "node:fs/promises";
import { basename, extname, isAbsolute, join, relative, resolve, sep } from "node:path";

export interface ServedFile {
  readonly path: string;
  readonly bytes: number;
  readonly type: string;
  readonly cache: string;
  /** Saved under this name rather than shown. */
  readonly name?: string;
}
export type Found = ServedFile | { readonly status: 400 | 403 | 404; readonly reason: string };

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".webmanifest": "application/manifest+json",
};

/** The file of the page's folder that a path names; the page itself for its routes. */
export async function findPageFile(folder: string, encodedPath: string): Promise<Found> {
  const path = decode(encodedPath);
  if (path === undefined) return { status: 400, reason: "That path can't be read." };
  const root = resolve(folder);
  const named = resolve(join(root, path));
  if (path.split(/[/\\]/).includes("..") || !isWithin(root, named))
    return { status: 403, reason: "That path leads elsewhere." };
  const file = await regularFile(named);
  if (file && isWithin(await realpath(root), file.path)) {
    return { ...file, type: types[extname(named)] ?? "application/octet-stream", cache: cacheOf(root, named) };
  }
  if (extname(path) !== "" || path.startsWith("/assets/")) return { status: 404, reason: "There is no such file." };
  const page = await regularFile(join(root, "index.html"));
  if (!page) return { status: 404, reason: "The screens are not built: run `npm run build`." };
  return { ...page, type: types[".html"] as string, cache: "no-store" };
}

/** A file below one of the folders that downloads may come from, links followed before it is judged. */
export async function findDownload(roots: readonly string[], path: string | null): Promise<Found> {
  if (!path || path.includes("\0") || !isAbsolute(path))
    return { status: 400, reason: "Name a file by its whole path." };
  const file = await regularFile(path);
  for (const root of roots) {
    const real = await realpath(root).catch(() => undefined);
    if (file && real && isWithin(real, file.path))
      return { ...file, type: "application/octet-stream", cache: "no-store", name: basename(path) };
  }
  return { status: 404, reason: "There is no such file to download." };
}

function decode(encoded: string): string | undefined {
  try {
    const path = decodeURIComponent(encoded);
    return path.startsWith("/") && !path.includes("\0") ? path : undefined;
  } catch {
    return undefined;
  }
}

function isWithin(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

async function regularFile(path: string): Promise<{ path: string; bytes: number } | undefined> {
  try {
    const real = await realpath(path);
    const found = await stat(real);
    return found.isFile() ? { path: real, bytes: found.size } : undefined;
  } catch {
    return undefined;
  }
}

function cacheOf(root: string, path: string): string {
  const isNamedByContent = relative(root, path).startsWith(`assets${sep}`);
  return isNamedByContent ? "private, max-age=31536000, immutable" : "no-store";
}
