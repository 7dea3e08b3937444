import { resolve } from "node:path";
import type { HandlersOf } from "./handlers-type.ts";

const defaultThreshold = 0.9;

export const identityHandlers: HandlersOf<"identity.link"> = {
  "identity.link": async ({ paths, out, threshold = defaultThreshold }, { ctx, signal }) => {
    const input = { paths: paths.map((path) => resolve(path)), out: resolve(out), threshold };
    return (await ctx.engine.call("identity.link", input, { signal })) as never;
  },
};
