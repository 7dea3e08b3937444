import type { StateEntry } from "../domain/brand-state.ts";
import { call } from "./operation.ts";
import { plain } from "./plain.ts";

/** What core asks of the engine about a brand's log. */
export const logEngine = {
  /** A page of a log: entries from a version on, and whether there may be more after them. */
  "log.read": call({
    input: plain<{ brandDir: string; from: number }>(),
    output: plain<{ entries: (StateEntry & { readonly task_key: string })[]; has_more: boolean }>(),
  }),
  /** Once for each task key. Version null where it was to come right after a version that isn't the latest any more. */
  "log.append": call({
    input: plain<{
      brandDir: string;
      kind: string;
      body: unknown;
      taskKey: string;
      remove?: readonly string[] | undefined;
      onlyAfter?: number | undefined;
    }>(),
    output: plain<{ version: number | null; adopted: boolean }>(),
  }),
};
