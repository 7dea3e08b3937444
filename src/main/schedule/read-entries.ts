import type { StateEntry } from "../../shared/domain/brand-state.ts";
import type { Engine } from "./engine-client.ts";

type ToldEntry = StateEntry & { readonly task_key: string };

/** All entries of a log from a version on, asked for page by page; what is to be folded only is better folded so. */
export async function readEntries(engine: Engine, brandDir: string, from: number): Promise<ToldEntry[]> {
  const found: ToldEntry[] = [];
  for (;;) {
    const { entries, has_more } = await engine.call("log.read", { brandDir, from: from + found.length });
    found.push(...entries);
    if (!has_more) return found;
  }
}
