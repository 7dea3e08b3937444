import type { DetectedFile } from "../../shared/api/contract/sources.ts";
import { toWire } from "../../shared/base/errors.ts";
import type { StampedFile } from "../store/store.ts";
import type { ApiContext } from "./context.ts";

export interface Recognised {
  readonly files: readonly DetectedFile[];
  readonly skipped: { path: string; reason: string }[];
}

/** Looks into every file below some paths and keeps in mind what each was. */
export async function recogniseFiles(
  ctx: ApiContext,
  paths: readonly string[],
  given: { currency?: string | undefined; time_zone?: string | undefined },
  signal: AbortSignal,
): Promise<Recognised> {
  const { stamped } = await list(ctx, paths, signal);
  const found = await ctx.engine.call("sources.detect", { paths, ...given }, { signal });
  const files = found.files as unknown as DetectedFile[];
  await remember(ctx, stamped, files);
  return { files, skipped: found.skipped };
}

/** What tells which source each file belongs to: remembered of those that haven't changed since, by the headers of the others. */
export async function glanceAtFiles(
  ctx: ApiContext,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<readonly DetectedFile[]> {
  const { stamped, order } = await list(ctx, paths, signal);
  const known = await ctx.store.recognised<DetectedFile>([...stamped.values()]);
  const except = [...known.keys()];
  if (except.length === order.size) return inOrder([...known.values()], order);
  const input = { paths, isQuick: true, except };
  const found = await ctx.engine.call("sources.detect", input, { signal });
  const files = found.files as unknown as DetectedFile[];
  for (const { path, reason } of found.skipped) if (order.has(path)) ctx.log(`${path} isn't read: ${reason}`);
  await remember(ctx, stamped, files);
  return inOrder([...known.values(), ...files], order);
}

/** The files with what changes with each of them and with this program. */
async function list(ctx: ApiContext, paths: readonly string[], signal: AbortSignal) {
  const { files } = await ctx.engine.call("sources.list", { paths }, { signal });
  return {
    stamped: new Map(
      files
        .filter(({ stamp }) => stamp !== "")
        .map(({ path, stamp }): [string, StampedFile] => [path, { path, stamp: `${ctx.version} ${stamp}` }]),
    ),
    order: new Map(files.map(({ path }, at) => [path, at])),
  };
}

/** A store that can't be written only costs another look. */
async function remember(
  ctx: ApiContext,
  stamped: ReadonlyMap<string, StampedFile>,
  files: readonly DetectedFile[],
): Promise<void> {
  const seen = files.flatMap((document) => {
    const file = stamped.get(document.path);
    return file ? [{ ...file, document }] : [];
  });
  try {
    await ctx.store.rememberRecognised(seen);
  } catch (error) {
    ctx.log(`What ${seen.length} files were recognised as isn't kept: ${toWire(error).message}`);
  }
}

function inOrder(files: readonly DetectedFile[], order: ReadonlyMap<string, number>): DetectedFile[] {
  return [...files].sort((a, b) => (order.get(a.path) ?? 0) - (order.get(b.path) ?? 0));
}
