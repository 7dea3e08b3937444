import { watchShare } from "../schedule/share-watch.ts";
import type { ApiContext } from "./context.ts";
import { comeBack, openAway, openWorkspace } from "./open-workspace.ts";

/** Looks whether the open workspace's directory answers, while something of it is kept on this machine: goes on with that where it stops
 *  answering, and comes back with what waited once it does again. Gives how to stop. */
export function watchDesk(
  context: ApiContext,
  { everyMs, silentMs }: { readonly everyMs: number; readonly silentMs?: number | undefined },
): () => Promise<void> {
  let watched: { path: string; stop: () => void } | undefined;
  let busy: Promise<void> = Promise.resolve();
  let isBusy = false;
  let isOver = false;
  const once = (work: () => Promise<void>) => {
    if (isBusy || isOver) return;
    isBusy = true;
    busy = work()
      .catch((error: unknown) => context.log(`shared directory: ${error instanceof Error ? error.message : error}`))
      .finally(() => {
        isBusy = false;
      });
  };
  const end = () => {
    watched?.stop();
    watched = undefined;
  };
  async function follow(): Promise<void> {
    const { workspace } = context;
    const hasDesk = workspace !== null && (workspace.away !== null || (await workspace.desk.brands()).length > 0);
    if (!hasDesk || watched?.path !== workspace.path) end();
    if (!hasDesk || watched) return;
    const { path, workspace_id: workspaceId } = workspace;
    const stop = watchShare({
      startProcess: context.startProcess,
      path,
      everyMs,
      silentMs,
      onLook: (look) =>
        once(async () => {
          const now = context.workspace;
          if (now?.path !== path) return;
          const isHere = look.state === "answers" && look.workspace_id === workspaceId;
          if (isHere && now.away) await openWorkspace(context, path);
          else if (isHere) await comeBack(context);
          else if (look.state === "answers") return;
          else if (!now.away) await openAway(context, { path, workspaceId }, look);
          else if (now.away.state !== look.state) {
            context.workspace = { ...now, away: { ...now.away, state: look.state, why: look.why } };
            context.tell("workspace");
          }
        }),
    });
    watched = { path, stop };
  }
  const timer = setInterval(() => once(follow), everyMs);
  timer.unref();
  return async () => {
    isOver = true;
    clearInterval(timer);
    end();
    await busy;
  };
}
