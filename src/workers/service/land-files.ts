import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, realpathSync, rmSync } from "node:fs";
import { extname, join } from "node:path";
import type { LandedFile, Screening } from "../../shared/api/engine.ts";
import { dropArtifact } from "../engine/artifact-store.ts";
import { workspaceKey } from "../engine/pseudonym.ts";
import { digestFile, publish } from "../engine/publish.ts";
import type { ServiceContext } from "./context.ts";
import { withholdForeign } from "./foreign.ts";

export interface Landing {
  readonly brandDir: string;
  readonly source: string;
  readonly paths: readonly string[];
  /** Digests of what was delivered before. */
  readonly known: readonly string[];
  /** Who must not come in again; left out where nobody was erased. */
  readonly screen?: Screening | undefined;
}

/** Copies the files of a delivery that are new; rows of erased people stay outside. */
export async function landFiles(
  ctx: ServiceContext,
  { brandDir, source, paths, known, screen }: Landing,
  signal: AbortSignal,
): Promise<{ batch_id: string; files: LandedFile[]; known: LandedFile[] }> {
  const seen = new Set(known);
  const digests = paths.map((path) => ({ path, name: path, ...digestFile(path) }));
  const fresh = digests.filter(
    (file, at) => !seen.has(file.sha256) && digests.findIndex(({ sha256 }) => sha256 === file.sha256) === at,
  );
  const text = [source, ...fresh.map(({ sha256 }) => sha256).sort()].join("\n");
  const batchId = createHash("sha256").update(text).digest("hex").slice(0, 20);
  const files: LandedFile[] = [];
  const given = screen ? fresh.map(({ path }) => ({ source, screen, path })) : [];
  const copies = await screenedFiles(ctx, { brandDir, given }, signal);
  for (const [at, file] of fresh.entries()) {
    const screened = copies[at] ?? null;
    const from = screened ?? { localPath: realpathSync(file.path), sha256: file.sha256, bytes: file.bytes };
    const landed = join("landing", source, batchId, `${from.sha256}${safeExtension(file.path)}`);
    mkdirSync(join(brandDir, "landing", source, batchId), { recursive: true });
    publish({
      content: { localPath: from.localPath },
      final: join(brandDir, landed),
      staging: join(brandDir, "tmp", batchId),
      isDataFile: true,
    });
    if (screened) rmSync(screened.localPath, { force: true });
    const { sha256, bytes } = from;
    const left = screened ? { rows_erased: screened.rows, delivered_sha256: file.sha256 } : {};
    files.push({ ...file, sha256, bytes, landed, ...left });
  }
  const again = digests.filter((file) => !fresh.includes(file)).map((file) => ({ ...file, landed: "" }));
  return { batch_id: batchId, files, known: again };
}

/** Takes away files and artifacts that nothing refers to. */
export function dropLanded(
  brandDir: string,
  landed: readonly string[],
  keys: readonly string[],
): { files: number; artifacts: number } {
  const there = landed.filter((path) => existsSync(join(brandDir, path)));
  for (const path of there) rmSync(join(brandDir, path), { force: true });
  return { files: there.length, artifacts: keys.filter((key) => dropArtifact(brandDir, key)).length };
}

interface Screened {
  readonly localPath: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly rows: number;
}

interface Given {
  readonly source: string;
  readonly screen: Screening;
  readonly path: string;
  readonly name?: string;
}

/** Copies on this machine's own disk without the rows of erased people, in the files' order; null where a file holds none. One process reads
 *  them all: starting it costs more than a small file. */
export async function screenedFiles(
  ctx: ServiceContext,
  { brandDir, given, texts = [] }: { brandDir: string; given: readonly Given[]; texts?: readonly string[] },
  signal: AbortSignal,
): Promise<(Screened | null)[]> {
  if (given.length === 0) return [];
  mkdirSync(ctx.scratchRoot, { recursive: true });
  const key = workspaceKey(brandDir).toString("hex");
  const requests = given.map(({ source, screen, path, name = path }) => {
    const { tombstones: marks, mapping, time_zone } = screen;
    const out = join(ctx.scratchRoot, `screened-${randomUUID()}`);
    return { path, name, mapping, source, time_zone, key, marks, texts, out };
  });
  const { rows } = await withholdForeign(ctx, requests, signal);
  return requests.map(({ out }, at) => {
    const held = rows[at] ?? 0;
    return held === 0 ? null : { localPath: out, rows: held, ...digestFile(out) };
  });
}

/** An extension that says what the bytes are; the file's own name never becomes a path. */
export function safeExtension(path: string): string {
  const extension = extname(path).toLowerCase();
  return /^\.[a-z0-9]{1,8}$/.test(extension) ? extension : "";
}
