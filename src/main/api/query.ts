import { AssayError } from "../../shared/base/errors.ts";
import { type ApiContext, type FoundSnapshot, findSnapshot, indexName, settingsOf } from "./context.ts";
import type { HandlersOf, Named } from "./handlers-type.ts";

/** Asks a published snapshot, with the one before it at hand for changes. */
export async function askSnapshot(
  ctx: ApiContext,
  found: FoundSnapshot,
  name: string,
  input: unknown,
  signal: AbortSignal,
): Promise<object> {
  const question = { name, snapshot: found.reference, before: found.before, input };
  return ctx.engine.stream("query", question, { signal });
}

async function ask(
  ctx: ApiContext,
  brand: string,
  name: string,
  input: { snapshot_id?: string | undefined },
  signal: AbortSignal,
): Promise<never> {
  return (await askSnapshot(ctx, await findSnapshot(ctx, brand, input.snapshot_id), name, input, signal)) as never;
}

export const queryHandlers: HandlersOf<
  | Named<"customers">
  | Named<"overview">
  | Named<"periods">
  | Named<"lifecycle">
  | Named<"preferences">
  | Named<"returns">
> = {
  "customers.fields": ({ brand, snapshot_id }, { ctx, signal }) =>
    ask(ctx, brand, "customers.fields", { snapshot_id }, signal),
  "customers.page": ({ brand, ...input }, { ctx, signal }) => ask(ctx, brand, "customers.page", input, signal),
  "customers.search": async ({ brand, text, limit = 20 }, { ctx }) => {
    const name = indexName(await findSnapshot(ctx, brand));
    const scope = `${ctx.workspace?.workspace_id}/${brand}`;
    const indexed = await ctx.store.indexedSnapshot(scope);
    if (indexed !== name) ctx.indexPeople(brand);
    return { hits: await ctx.store.searchPeople(scope, text, limit), indexing: indexed !== name };
  },
  "customers.show": async ({ brand, customer_id, snapshot_id }, { ctx, signal }) => {
    if (!/^[0-9a-f]{20}$/.test(customer_id)) {
      throw new AssayError("bad_input", `“${customer_id}” is no customer id.`, "A customer id is 20 hex digits.");
    }
    const found = await findSnapshot(ctx, brand, snapshot_id);
    const segments = Object.fromEntries([...found.state.segments].map(([name, { definition }]) => [name, definition]));
    const own = [...found.state.models.values()].flatMap(({ definition }) =>
      definition.kind === "propensity" ? [definition] : [],
    );
    return (await askSnapshot(ctx, found, "customers.show", { customer_id, segments, own }, signal)) as never;
  },
  "overview.read": ({ brand, ...input }, { ctx, signal }) => ask(ctx, brand, "overview.read", input, signal),
  "periods.read": async ({ brand, snapshot_id, ...asked }, { ctx, signal }) => {
    const found = await findSnapshot(ctx, brand, snapshot_id);
    const { fiscal_calendar, fiscal_year_starts, week_starts } = settingsOf(found.state);
    const calendar = { fiscal_calendar, fiscal_year_starts, week_starts };
    return (await askSnapshot(ctx, found, "periods.read", { ...asked, calendar }, signal)) as never;
  },
  "lifecycle.read": ({ brand, ...input }, { ctx, signal }) => ask(ctx, brand, "lifecycle.read", input, signal),
  "returns.read": ({ brand, ...input }, { ctx, signal }) => ask(ctx, brand, "returns.read", input, signal),
  "preferences.read": ({ brand, ...input }, { ctx, signal }) => ask(ctx, brand, "preferences.read", input, signal),
};
