import { hostname } from "node:os";
import { AssayError } from "../../shared/base/errors.ts";
import type { BrandState } from "../../shared/domain/brand-state.ts";
import { type Account, mayTakeOut, type RefusedBody } from "../../shared/domain/disclosure.ts";
import { sha256 } from "../plan/key.ts";
import { accountName } from "../schedule/run-document.ts";
import { type ApiContext, requireWorkspace } from "./context.ts";

/** Whoever this process runs for, as the machine's accounts name them. */
export function thisAccount(): Account {
  return { account: accountName(), host: hostname() };
}

/** What a question for a file carries where this account may not take personal data out. */
export function asking(state: BrandState): { refused: string | null } {
  const { account } = thisAccount();
  return { refused: mayTakeOut(state, account) ? null : account };
}

/** Tells the log of a file that was refused, before the refusal is passed on. */
export async function recordRefusal<T>(
  ctx: ApiContext,
  asked: Pick<RefusedBody, "what" | "name"> & { readonly brand: string },
  ask: () => Promise<T>,
): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const personal = error instanceof AssayError && error.code === "not_permitted" ? error.details["personal"] : null;
    const { brands, away, read_only_reason } = requireWorkspace(ctx);
    if (!Array.isArray(personal) || away || read_only_reason) throw error;
    const { brand, ...what } = asked;
    const body = { ...thisAccount(), ...what, personal };
    const key = `export-refused:${sha256(JSON.stringify([body, ctx.now().toISOString()]))}`;
    await brands.append(brand, "export_refused", body, key);
    throw error;
  }
}
