import { resolve } from "node:path";
import { AssayError } from "../../shared/base/errors.ts";
import { Brands } from "../schedule/brands.ts";
import { Desk, findKept } from "../schedule/desk.ts";
import { sendPending } from "../schedule/send-pending.ts";
import type { ShareLook } from "../schedule/share-watch.ts";
import type { ApiContext } from "./context.ts";

/** Opens a workspace for this core: its brands, their logs, the list of recent ones. Where its directory doesn't answer and something of
 *  it is kept on this machine, that is opened. */
export async function openWorkspace(context: ApiContext, path: string): Promise<void> {
  const asked = resolve(path);
  const kept = await findKept(context.dataFolder, asked);
  if (kept !== undefined) {
    const look = await context.lookAtShare(asked);
    if (look.state !== "answers") return openAway(context, { path: asked, workspaceId: kept }, look);
  }
  const { engine } = context.engines;
  const opened = await engine.call("workspace.open", { path: asked });
  const { workspace_id } = opened;
  const desk = new Desk({ dataFolder: context.dataFolder, workspaceId: workspace_id, engine });
  const brands = { path: opened.path, id: workspace_id, brands: opened.brands };
  context.workspace = {
    path: opened.path,
    workspace_id,
    read_only_reason: opened.read_only_reason,
    brands: new Brands(brands, engine, context.store.entries),
    desk,
    away: null,
  };
  if ((await desk.brands()).length > 0) {
    for (const one of [opened.path, asked]) await desk.remember(one);
    await comeBack(context);
  }
  context.tell("workspace");
}

/** Goes on with what this machine keeps. Throws `unavailable` where nothing of it can be read. */
export async function openAway(
  context: ApiContext,
  { path, workspaceId }: { path: string; workspaceId: string },
  look: Exclude<ShareLook, { state: "answers" }>,
): Promise<void> {
  const engine = context.engines.away();
  const desk = new Desk({ dataFolder: context.dataFolder, workspaceId, engine });
  const brands = await desk.readable();
  if (brands.length === 0) {
    throw new AssayError(
      "unavailable",
      `${path} doesn't answer: ${look.why}.`,
      "Check that its server can be reached and that it is mounted.",
      { silent: "share" },
    );
  }
  context.workspace = {
    path,
    workspace_id: workspaceId,
    read_only_reason: null,
    brands: new Brands({ path, id: workspaceId, brands }, engine, context.store.entries, desk),
    desk,
    away: { state: look.state, why: look.why, since: context.now().toISOString() },
  };
  context.tell("workspace");
}

/** What is done at every contact with the share: copies learn who was erased, and what waited is sent. Gives how much was sent. */
export async function comeBack(context: ApiContext): Promise<number> {
  const { workspace } = context;
  if (!workspace || workspace.away) return 0;
  let sent = 0;
  for (const brand of await workspace.desk.brands()) {
    if (!workspace.brands.has(brand)) continue;
    try {
      await followKept(context, brand);
      if (workspace.read_only_reason !== null) continue;
      const now = (await sendPending({ brand, ...workspace, engine: context.engines.engine })).sent;
      if (now > 0) await followKept(context, brand);
      sent += now;
    } catch (error) {
      context.log(`what is kept of ${brand}: ${error instanceof Error ? error.message : error}`);
    }
  }
  if (sent > 0)
    context.log(
      `${sent} ${sent === 1 ? "change" : "changes"} that waited for the share ${sent === 1 ? "is" : "are"} in`,
    );
  if (sent > 0) for (const topic of ["workspace", "segments", "settings"] as const) context.tell(topic);
  return sent;
}

/** Brings this machine's copies of a brand up to date with its log, erasures above all. */
export async function followKept(context: ApiContext, brand: string): Promise<void> {
  const { workspace } = context;
  if (!workspace || workspace.away || (await workspace.desk.kept(brand)).length === 0) return;
  const paths = { from: workspace.brands.directory(brand), to: workspace.desk.brandDir(brand) };
  const { cleaned, removed } = await context.engines.engine.call("kept.follow", paths);
  const say = (ids: readonly string[], what: string) =>
    ids.length > 0 &&
    context.log(`${brand}: ${ids.length} kept ${ids.length === 1 ? "snapshot" : "snapshots"} ${what}`);
  say(cleaned, "cleaned of erased people");
  say(removed, "freed: an erasure can't be carried out on what the share dropped");
  if (cleaned.length + removed.length > 0) context.tell("snapshots");
}
