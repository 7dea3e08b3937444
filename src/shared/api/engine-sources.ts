import { call } from "./operation.ts";
import { plain } from "./plain.ts";

/** Files that come from outside: listed here, opened in a process of their own. */
export const sourcesEngine = {
  /** The files below some paths; a stamp changes whenever its file does. */
  "sources.list": call({
    input: plain<{ paths: readonly string[] }>(),
    output: plain<{ files: { path: string; stamp: string }[]; skipped: { path: string; reason: string }[] }>(),
  }),
  "sources.detect": call({
    input: plain<{
      paths: readonly string[];
      isQuick?: boolean | undefined;
      /** Files below the paths that are known already. */
      except?: readonly string[] | undefined;
      currency?: string | undefined;
      time_zone?: string | undefined;
    }>(),
    output: plain<{ files: Record<string, unknown>[]; skipped: { path: string; reason: string }[] }>(),
  }),
  "sources.read": call({
    input: plain<{ paths: readonly string[]; out: string; mapping?: unknown }>(),
    output: plain<object>(),
  }),
  "sources.preview": call({ input: plain<Record<string, unknown>>(), output: plain<object>() }),
  /** Resolves the people of any files. */
  "identity.link": call({
    input: plain<{ paths: readonly string[]; out: string; threshold: number }>(),
    output: plain<object>(),
  }),
};
