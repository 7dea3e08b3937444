import { AssayError } from "../../shared/base/errors.ts";
import { mountPlan, whyNoMount } from "../../shared/domain/mount.ts";
import type { HandlersOf, Named } from "./handlers-type.ts";

export const shareHandlers: HandlersOf<Named<"shares">> = {
  "shares.list": async (_, { ctx, signal }) => (await ctx.engine.call("shares.list", {}, { signal })) as never,
  "shares.plan": async (input) => {
    const wrong = whyNoMount(input);
    if (wrong) throw new AssayError("bad_input", wrong, "Correct that field.");
    const { line, fstab, unit, unit_name, stunnel } = mountPlan(input);
    return { command: line, fstab, unit, unit_name, stunnel };
  },
  "shares.mount": async (input, { ctx, signal }) =>
    (await ctx.engine.call("shares.mount", { request: input }, { signal })) as never,
  "shares.unmount": (input, { ctx, signal }) => ctx.engine.call("shares.unmount", input, { signal }),
};
