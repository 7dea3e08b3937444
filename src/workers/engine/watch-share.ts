import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { errnoOf } from "./file-system.ts";

/** Looks again and again whether a workspace can be read; who hears nothing for a while knows that the share hangs. */
export interface WatchJob {
  readonly kind: "watch";
  readonly path: string;
  readonly everyMs: number;
}
export type WatchNote =
  | { readonly looks: true }
  | { readonly found: true; readonly workspace_id: string }
  | { readonly found: false; readonly code: string };

/** Says that it looks before each look, and then what it found. Ends with its process. */
export async function watchShare({ path, everyMs }: WatchJob, say: (note: WatchNote) => void): Promise<object> {
  for (;;) {
    say({ looks: true });
    say(await look(path));
    await sleep(everyMs);
  }
}

async function look(path: string): Promise<WatchNote> {
  try {
    const { workspace_id } = JSON.parse(await readFile(join(path, "workspace.json"), "utf8")) as {
      workspace_id: string;
    };
    return { found: true, workspace_id };
  } catch (error) {
    return { found: false, code: errnoOf(error) || "EIO" };
  }
}
