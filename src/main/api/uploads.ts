import { randomBytes } from "node:crypto";
import { mkdir, readdir, rm, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { AssayError } from "../../shared/base/errors.ts";
import type { ApiContext } from "./context.ts";
import type { HandlersOf, Named } from "./handlers-type.ts";

interface Upload {
  readonly folder: string;
  files: number;
  bytes: number;
}
export interface UploadTarget {
  readonly path: string;
  /** Counts bytes before they are written; throws where more come than were announced. */
  take(bytes: number): void;
}

const spareBytes = 1e9;
const keptDays = 30;
const mostDepth = 20;
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Folders that dropped files are put into; each takes as many files and bytes as were announced, no more. */
export class Uploads {
  readonly #root: string;
  readonly #open = new Map<string, Upload>();

  constructor(dataFolder: string) {
    this.#root = join(dataFolder, "uploads");
  }

  async begin(name: string, files: number, bytes: number): Promise<{ upload: string; folder: string }> {
    await mkdir(this.#root, { recursive: true });
    const { bavail, bsize } = await statfs(this.#root);
    if (bytes > bavail * bsize - spareBytes) {
      throw new AssayError(
        "unavailable",
        `There is no room for ${(bytes / 1e9).toFixed(1)} GB in ${this.#root}.`,
        "Free some space, or choose the folder where it lies instead of dropping it.",
      );
    }
    const upload = randomBytes(9).toString("hex");
    const folder = join(this.#root, upload, safeName(name));
    await mkdir(folder, { recursive: true });
    this.#open.set(upload, { folder, files, bytes });
    return { upload, folder };
  }

  /** Where a file of an upload is written. Throws not_found, bad_input. */
  target(upload: string, path: string): UploadTarget {
    const known = this.#open.get(upload);
    if (!known) throw new AssayError("not_found", "There is no such upload.", "Drop the files again.");
    if (known.files <= 0) throw tooMuch();
    const parts = path.split("/");
    if (path === "" || parts.length > mostDepth || parts.some((part) => part === "" || part === "." || part === "..")) {
      throw new AssayError("bad_input", "That is no path of a dropped file.", "Drop the files again.");
    }
    known.files--;
    return {
      path: join(known.folder, ...parts.map(safeName)),
      take: (bytes) => {
        if (bytes > known.bytes) throw tooMuch();
        known.bytes -= bytes;
      },
    };
  }

  async discard(upload: string): Promise<void> {
    if (!this.#open.delete(upload)) return;
    await rm(join(this.#root, upload), { recursive: true, force: true });
  }

  /** Removes what was dropped long ago and belongs to none of these paths. */
  async prune(used: readonly string[], now: Date): Promise<void> {
    for (const name of await readdir(this.#root).catch(() => [])) {
      const folder = join(this.#root, name);
      const age = now.getTime() - ((await stat(folder).catch(() => undefined))?.mtimeMs ?? now.getTime());
      const isUsed = this.#open.has(name) || used.some((path) => path.startsWith(folder));
      if (!isUsed && age > keptDays * 86_400_000) await rm(folder, { recursive: true, force: true });
    }
  }
}

function tooMuch(): AssayError {
  return new AssayError("bad_input", "More was sent than was announced.", "Drop the files again.");
}

/** A name that every file system takes; what it is called in the source is kept beside the landed bytes. */
function safeName(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  const plain = name.replaceAll(/[\u0000-\u001f<>:"|?*\\/]/g, "_").replace(/[. ]+$/, "_");
  const short = Buffer.from(plain).byteLength > 200 ? `${plain.slice(0, 40)}_${plain.slice(-40)}` : plain;
  return reserved.test(short) ? `_${short}` : short || "_";
}

export const uploadHandlers: HandlersOf<Named<"uploads">> = {
  "uploads.begin": async ({ name, files, bytes }, { ctx }) => {
    await ctx.uploads.prune(await usedPaths(ctx), ctx.now());
    return ctx.uploads.begin(name, files, bytes);
  },
  "uploads.discard": async ({ upload }, { ctx }) => {
    await ctx.uploads.discard(upload);
    return { ok: true };
  },
};

async function usedPaths({ workspace }: ApiContext): Promise<string[]> {
  const states = await Promise.all((workspace?.brands.names ?? []).map((brand) => workspace?.brands.refresh(brand)));
  return states.flatMap((state) => [...(state?.sources.values() ?? [])].flatMap(({ paths }) => [...paths]));
}
