import { join } from "node:path";
import type { EngineContract } from "../../shared/api/engine.ts";
import type { keptEngine } from "../../shared/api/engine-kept.ts";
import type { Handlers } from "../../shared/api/serve.ts";
import { copyFile } from "../engine/copy-file.ts";
import { followShare, freeKept, keepSnapshot, listKept, measureKept } from "../engine/keep-snapshot.ts";
import type { ServiceContext } from "./context.ts";
import { forgetSessions } from "./query-handlers.ts";

export const keptHandlers: Pick<Handlers<EngineContract, ServiceContext>, keyof typeof keptEngine> = {
  "kept.measure": async ({ from, to, snapshot_id }) => measureKept(from, to, snapshot_id),
  "kept.keep": (input, { signal, progress }) => keepSnapshot({ ...input, signal, progress }),
  "kept.follow": async (input, { signal }) => {
    const followed = await followShare({ ...input, signal, progress: () => {} });
    if (followed.cleaned.length + followed.removed.length > 0) forgetSessions();
    return followed;
  },
  "kept.list": async ({ to }) => ({ kept: listKept(to) }),
  "kept.free": async ({ to, snapshot_id }) => {
    forgetSessions();
    return freeKept(to, snapshot_id);
  },
  "kept.send": async ({ from, to, path }, { signal }) => {
    const staging = join(to, "tmp", "exports");
    const done = await copyFile({ from: join(from, path), to: join(to, path), staging, signal });
    return { sent: done.state === "copied" || done.state === "standing" };
  },
};
