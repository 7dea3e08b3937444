import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { AssayContract } from "../../shared/api/contract.ts";
import type { Handlers } from "../../shared/api/serve.ts";
import { throwIfCancelled } from "../../shared/base/errors.ts";
import { type ApiContext, requireWorkspace } from "./context.ts";
import type { HandlersOf, Named } from "./handlers-type.ts";
import { openWorkspace } from "./open-workspace.ts";
import { sourceHandlers } from "./sources.ts";

export const demoBrand = "hollin-pike";

type Invoke = Handlers<AssayContract, ApiContext>["sources.ingest"];

export const demoHandlers: HandlersOf<Named<"demo">> = {
  "demo.make": ({ path, customers, seed }, { ctx, signal, progress }) =>
    ctx.engine.stream(
      "demo.make",
      { path: resolve(path), customers, seed },
      { signal, onProgress: ({ done, total, label }) => progress({ label, done, total, unit: "customers" }) },
    ),
  "demo.open": async (_, { ctx, signal, progress }) => {
    const folder = join(ctx.dataFolder, "demo");
    const path = join(folder, "workspace");
    const exports = join(folder, "exports");
    const isThere = existsSync(join(path, "workspace.json"));
    if (!isThere) await ctx.engine.call("workspace.create", { path });
    await openWorkspace(ctx, path);
    await ctx.store.rememberWorkspace(path, ctx.now().toISOString());
    const { brands } = requireWorkspace(ctx);
    if (!brands.has(demoBrand)) {
      await brands.create(demoBrand, { currency: "GBP", time_zone: "Europe/London", return_window_days: 30 });
    }
    const state = await brands.refresh(demoBrand);
    if (state.batches.length === 0) {
      await ctx.engine.stream(
        "demo.make",
        { path: exports, customers: ctx.demoCustomers },
        { signal, onProgress: ({ done, total, label }) => progress({ label, done, total, unit: "customers" }) },
      );
      throwIfCancelled(signal);
      if (state.sources.size === 0) {
        progress({ label: "Recognising the files", done: 0, total: null, unit: "files" });
        await sourceHandlers["sources.add"](
          { brand: demoBrand, name: "demo", paths: [exports] },
          { ctx, signal, progress: () => {} },
        );
      }
      const ingest: Invoke = sourceHandlers["sources.ingest"];
      await ingest({ brand: demoBrand }, { ctx, signal, progress });
    }
    ctx.tell("sources");
    return { brand: demoBrand, path };
  },
};
