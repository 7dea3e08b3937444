import type { UsageSum } from "../../shared/api/contract/runs.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { type ApiContext, requireWorkspace } from "./context.ts";

/** What runs of all machines took, as the brands' logs tell: the latest month first, then the greatest use. */
export async function usageOf(ctx: ApiContext, brand?: string, month?: string): Promise<UsageSum[]> {
  if (month !== undefined && !/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) {
    throw new AssayError("usage", `“${month}” is no month.`, "Write it like 2026-07.");
  }
  const { brands } = requireWorkspace(ctx);
  const found: UsageSum[] = [];
  for (const name of brand === undefined ? brands.names : [brand]) {
    const { usage } = await brands.refresh(name);
    for (const sum of usage.values())
      if (month === undefined || sum.month === month) found.push({ brand: name, ...sum });
  }
  return found.sort((a, b) => (a.month === b.month ? b.core_seconds - a.core_seconds : a.month < b.month ? 1 : -1));
}
