import { readdir, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { AssayError } from "../../shared/base/errors.ts";
import type { Brands } from "../schedule/brands.ts";
import { isShareSilent } from "../schedule/cluster/reasons.ts";
import { type ApiContext, requireContact, requireWorkspace, settingsOf } from "./context.ts";
import type { HandlersOf, Named } from "./handlers-type.ts";
import { openWorkspace } from "./open-workspace.ts";

async function statusOf(context: ApiContext) {
  const { workspace } = context;
  const { brands, gone } = workspace ? await brandsOf(workspace.brands) : { brands: [], gone: null };
  return {
    version: context.version,
    workspace: workspace ? { path: workspace.path, workspace_id: workspace.workspace_id } : null,
    brands,
    recent: await context.store.recentWorkspaces(),
    read_only_reason: workspace?.read_only_reason ?? null,
    away: workspace?.away ?? null,
    gone,
    waiting: await waitingIn(context),
  };
}

/** The brands' settings; as they were read last, and why, where the directory can't be read now. */
async function brandsOf(brands: Brands) {
  const settings = [];
  let gone: string | null = null;
  for (const brand of brands.names) {
    const state = await brands.refresh(brand).catch((error: unknown) => {
      if (!isShareSilent(error)) throw error;
      gone ??= error.message;
      return brands.known(brand);
    });
    if (state.settings || gone === null) settings.push(settingsOf(state));
  }
  return { brands: settings, gone };
}

/** How many changes wait in the open workspace. */
async function waitingIn({ workspace }: ApiContext): Promise<number> {
  let waiting = 0;
  for (const brand of (await workspace?.desk.brands()) ?? [])
    waiting += (await workspace?.desk.pending(brand))?.edits.length ?? 0;
  return waiting;
}

export const workspaceHandlers: HandlersOf<Named<"workspace">> = {
  "workspace.status": (_, { ctx }) => statusOf(ctx),
  "workspace.create": async ({ path }, { ctx }) => {
    const made = await ctx.engine.call("workspace.create", { path: resolve(path) });
    await openWorkspace(ctx, made.path);
    await ctx.store.rememberWorkspace(made.path, ctx.now().toISOString());
    return made;
  },
  "workspace.open": async ({ path }, { ctx }) => {
    await openWorkspace(ctx, path);
    await ctx.store.rememberWorkspace(requireWorkspace(ctx).path, ctx.now().toISOString());
    return statusOf(ctx);
  },
  "workspace.close": (_, { ctx }) => {
    ctx.workspace = null;
    ctx.tell("workspace");
    return statusOf(ctx);
  },
  "workspace.doctor": ({ path }, { ctx, signal }) =>
    ctx.engine.call("workspace.doctor", { path: path ? resolve(path) : requireContact(ctx).path }, { signal }),
  "workspace.copy": ({ to }, { ctx, signal, progress }) => copy(ctx, "copy", null, to, { signal, progress }),
  "workspace.backup": ({ to }, { ctx, signal, progress }) => copy(ctx, "backup", null, to, { signal, progress }),
  "workspace.restore": ({ from, to }, { ctx, signal, progress }) =>
    copy(ctx, "restore", from, to, { signal, progress }),
  "workspace.browse": ({ path }) => browse(path),
};

interface Following {
  readonly signal: AbortSignal;
  readonly progress: (step: {
    label: string;
    done: number;
    total: number | null;
    unit: string;
    detail?: string;
  }) => void;
}

async function copy(
  ctx: ApiContext,
  kind: "copy" | "backup" | "restore",
  from: string | null,
  to: string,
  { signal, progress }: Following,
) {
  const input = { kind, from: from === null ? requireContact(ctx).path : resolve(from), to: resolve(to) };
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const { brands, damaged, ...rest } = await ctx.engine.stream("workspace.copy", input, {
    signal,
    onProgress: ({ bytes, ...step }) => progress({ ...step, unit: "", detail: megabytes(bytes) }),
  });
  return { ...rest, brands: brands.map((one) => ({ ...one })), damaged: [...damaged] };
}

async function browse(asked: string | undefined) {
  const path = resolve(asked ?? homedir());
  const found = await readdir(path, { withFileTypes: true }).catch((cause: NodeJS.ErrnoException) => {
    throw new AssayError("not_found", `${path} can't be listed (${cause.code}).`, "Choose another folder.");
  });
  const shown = found.filter(({ name }) => !name.startsWith(".")).slice(0, 2_000);
  const entries = await Promise.all(
    shown.map(async (entry) => {
      const full = join(path, entry.name);
      const known = await stat(full).catch(() => undefined);
      const kind = known?.isDirectory() ? ("folder" as const) : ("file" as const);
      return { name: entry.name, path: full, kind, bytes: known?.isFile() ? known.size : null };
    }),
  );
  entries.sort((a, b) =>
    a.kind === b.kind ? a.name.localeCompare(b.name, "en", { numeric: true }) : a.kind === "folder" ? -1 : 1,
  );
  return { path, parent: dirname(path) === path ? null : dirname(path), entries };
}
