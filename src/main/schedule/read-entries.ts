import type { SharedEntry } from "../../shared/domain/pending.ts";
import type { Engine } from "./engine-client.ts";

/** All entries of a log from a version on, asked for page by page; what is to be folded only is better folded so. */
export async function readEntries(engine: Engine, brandDir: string, from: number): Promise<SharedEntry[]> {
  const found: SharedEntry[] = [];
  for (;;) {
    const { entries, has_more } = await engine.call("log.read", { brandDir, from: from + found.length });
    found.push(...entries);
    if (!has_more) return found;
  }
}
