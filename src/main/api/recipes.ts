import type { Exported } from "../../shared/api/contract/segments.ts";
import type { DefinitionBody } from "../../shared/domain/brand-state.ts";
import type { Recipe } from "../../shared/domain/written-list.ts";
import { sha256 } from "../plan/key.ts";
import type { ApiContext } from "./context.ts";

export type WrittenList = Exported & { readonly recipients: string | null; readonly personal: readonly string[] };

interface ListInput {
  readonly definition: DefinitionBody;
  readonly segments: Readonly<Record<string, DefinitionBody>>;
  readonly template?: string | undefined;
  readonly fields?: readonly string[] | undefined;
  readonly include_unreachable?: boolean | undefined;
}

/** What the log keeps of a list, so that whoever holds it can have it made again. */
export function listRecipe(
  ctx: ApiContext,
  { definition, segments, template, fields, include_unreachable }: ListInput,
  written: WrittenList,
  campaign: Recipe["campaign"],
): Recipe {
  const namesSegments = JSON.stringify(definition).includes('"segment"');
  return {
    kind: campaign ? "campaign" : "segment",
    code: written.code,
    program: ctx.version,
    template: template ?? "csv",
    fields: fields ?? [],
    include_unreachable: include_unreachable === true,
    definition,
    segments: namesSegments ? segments : {},
    campaign,
    query: null,
    recipients: written.recipients,
  };
}

/** The same of what a statement gave. */
export function queryRecipe(ctx: ApiContext, query: NonNullable<Recipe["query"]>): Recipe {
  return {
    ...{ kind: "query", code: sha256(`query ${ctx.version}`), program: ctx.version, template: null, fields: [] },
    ...{ include_unreachable: false, definition: null, segments: {}, campaign: null, query, recipients: null },
  };
}
