import { join } from "node:path";
import type { EngineContract } from "../../shared/api/engine.ts";
import type { Handlers } from "../../shared/api/serve.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { seenVersion, standingOf } from "../engine/brand-log.ts";
import { foldBrand } from "../engine/brand-needs.ts";
import { collectBrand } from "../engine/collect.ts";
import { planCollection } from "../engine/collect-plan.ts";
import { copyWorkspace } from "../engine/copy-workspace.ts";
import { tidyBrand } from "../engine/janitor.ts";
import { pinVersion } from "../engine/pins.ts";
import { serverNow } from "../engine/server-time.ts";
import type { ServiceContext } from "./context.ts";

type Names = "workspace.copy" | "pins.hold" | "retention.plan" | "retention.collect";

export const upkeepHandlers: Pick<Handlers<EngineContract, ServiceContext>, Names> = {
  "pins.hold": ({ brandDir, version }, { signal, progress }) => {
    const pin = pinVersion(brandDir, version);
    progress({ version: pin.version });
    return new Promise((resolve) => {
      const end = () => {
        pin.release();
        resolve({ version: pin.version });
      };
      if (signal.aborted) end();
      else signal.addEventListener("abort", end, { once: true });
    });
  },
  "workspace.copy": ({ from, to, kind }, { signal, progress }) => copyWorkspace({ from, to, kind, signal, progress }),
  "retention.plan": async ({ brandDir, older_than_days }, { signal, progress }) => {
    const state = foldBrand(brandDir);
    const plan = await planCollection(brandDir, {
      state,
      standing: standingOf(brandDir).standing,
      now: serverNow(join(brandDir, "clock")),
      olderThanMs: older_than_days * 86_400_000,
      takesReusable: true,
      signal,
      progress: (done, total) => progress({ label: "Looking through the artifacts", done, total }),
    });
    const { all, needed, droppable, cold, steps } = plan;
    return { all, needed, droppable, cold, steps: [...steps], snapshots: state.snapshots.length };
  },
  "retention.collect": async ({ brandDir, rules, takes_reusable, dry_run }, { signal, progress }) => {
    const found = await collectBrand(brandDir, {
      rules,
      takesReusable: takes_reusable,
      isDryRun: dry_run,
      signal,
      progress: (label, done, total) => progress({ label, done, total }),
    });
    const tidied = dry_run
      ? { staging: 0, landed: 0, hints: 0, checkpoints: 0, broken: [] }
      : await tidyBrand(brandDir, signal);
    return { ...found, tidied };
  },
};

/** Reads a snapshot with what this process has read of the log pinned. One that was dropped meanwhile is told as such, never shown in
 *  part; a share that can't be written to is read without a pin. */
export async function readingSnapshot<T>(
  { brandDir, snapshot_id }: { readonly brandDir: string; readonly snapshot_id: string },
  body: () => Promise<T>,
): Promise<T> {
  const pin = quietly(() => pinVersion(brandDir, seenVersion(brandDir)));
  try {
    return await body();
  } catch (error) {
    if (error instanceof AssayError && error.code === "cancelled") throw error;
    if (quietly(() => foldBrand(brandDir))?.dropped.has(snapshot_id) !== true) throw error;
    const said = `The snapshot ${snapshot_id.slice(0, 12)} was dropped while it was read.`;
    throw new AssayError("not_found", said, "Choose another one; the current one stands.", { snapshot_expired: true });
  } finally {
    pin?.release();
  }
}

function quietly<T>(body: () => T): T | undefined {
  try {
    return body();
  } catch {
    return undefined;
  }
}
