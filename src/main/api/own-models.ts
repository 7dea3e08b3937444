import type { Model } from "../../shared/api/contract/models.ts";
import type { OwnDefinitionDocument, OwnModelDocument } from "../../shared/api/contract/own-models.ts";
import { canonicalJson } from "../../shared/base/canonical-json.ts";
import { AssayError } from "../../shared/base/errors.ts";
import type { BrandState } from "../../shared/domain/brand-state.ts";
import type { ModelDeclaration } from "../../shared/domain/model.ts";
import { checkDefinition, type KnownNames, type OwnDefinition, type Permit } from "../../shared/domain/own-model.ts";
import { digestOf, type Permits } from "../schedule/own-programs.ts";
import type { Store } from "../store/store.ts";
import { type ApiContext, findSnapshot, requireEditable, requireWorkspace } from "./context.ts";
import type { HandlersOf, Named } from "./handlers-type.ts";
import { modelDocument, type OwnDeclarations, ownState } from "./model-document.ts";
import { askSnapshot } from "./query.ts";

const setting = "programs";

type Kept = Record<string, { digest: string; program: string | null }>;

async function kept(store: Store): Promise<Kept> {
  return ((await store.settings())[setting] ?? {}) as Kept;
}

const placeOf = (scope: string, name: string) => `${scope}/${name}`;

/** What this machine's user allowed for one brand of one workspace; nothing of it lies on the share. */
export async function permitsOf(store: Store, scope: string): Promise<Permits> {
  const own = Object.entries(await kept(store)).filter(([place]) => place.startsWith(`${scope}/`));
  return new Map(own.map(([place, permit]) => [place.slice(scope.length + 1), permit]));
}

async function setPermit(store: Store, place: string, permit: Permit | null): Promise<void> {
  const { [place]: _, ...others } = await kept(store);
  await store.setSetting(setting, permit ? { ...others, [place]: { ...permit } } : others);
}

function requireOwn(state: BrandState, name: string) {
  const found = state.models.get(name);
  if (found) return found;
  const names = [...state.models.keys()].join(", ") || "none yet";
  throw new AssayError("not_found", `No model of your own is called ${name}.`, `There are: ${names}.`);
}

/** The handlers about a retailer's own models. */
export function ownModelHandlers(own: OwnDeclarations, known: KnownNames): HandlersOf<Named<"own_models">> {
  async function modelOf(ctx: ApiContext, brand: string, name: string): Promise<Model> {
    const state = await requireWorkspace(ctx).brands.refresh(brand);
    const declared = own(state).find((one: ModelDeclaration) => one.name === name);
    if (!declared) {
      throw new AssayError(
        "unsupported",
        `${name} can't be used by this program.`,
        "Update it to the version that defined it.",
      );
    }
    return { ...modelDocument(declared, null), ...ownState(state, await ctx.runs.permits(brand), name) };
  }

  async function documentOf(ctx: ApiContext, brand: string, name: string): Promise<OwnModelDocument> {
    const state = await requireWorkspace(ctx).brands.refresh(brand);
    const { definition, created_at, changed_at } = requireOwn(state, name);
    return {
      model: await modelOf(ctx, brand, name),
      definition: definition as OwnDefinitionDocument,
      created_at,
      changed_at,
    };
  }

  async function permit(ctx: ApiContext, brand: string, name: string, program: string | null | undefined) {
    const state = await requireWorkspace(ctx).brands.refresh(brand);
    const { definition } = requireOwn(state, name);
    if (definition.kind !== "program") {
      throw new AssayError("bad_input", `${name} runs no program.`, "Only programs need leave to run.");
    }
    const place = placeOf(scopeOf(ctx, brand), name);
    await setPermit(ctx.store, place, program === undefined ? null : { digest: digestOf(definition), program });
    ctx.tell("settings");
    return modelOf(ctx, brand, name);
  }

  return {
    "own_models.show": ({ brand, name }, { ctx }) => documentOf(ctx, brand, name),
    "own_models.define": async ({ brand, definition, create }, { ctx }) => {
      const { brands } = requireEditable(ctx);
      const state = await brands.refresh(brand);
      checkDefinition(definition as OwnDefinition, known);
      const before = state.models.get(definition.name);
      if (create && before) {
        throw new AssayError("conflict", `There is a model ${definition.name} already.`, "Choose another name.");
      }
      if (!before || canonicalJson(before.definition) !== canonicalJson(definition)) {
        const key = `model:${definition.name}:${state.version}`;
        await brands.append(brand, "model_defined", { definition: definition as OwnDefinition }, key);
        ctx.tell("settings");
      }
      return documentOf(ctx, brand, definition.name);
    },
    "own_models.remove": async ({ brand, name }, { ctx }) => {
      const { brands } = requireEditable(ctx);
      const state = await brands.refresh(brand);
      requireOwn(state, name);
      await brands.append(brand, "model_removed", { model: name }, `model-removed:${name}:${state.version}`);
      await setPermit(ctx.store, placeOf(scopeOf(ctx, brand), name), null);
      ctx.tell("settings");
      return { ok: true };
    },
    "own_models.allow": ({ brand, name, program = null }, { ctx }) => permit(ctx, brand, name, program),
    "own_models.forbid": ({ brand, name }, { ctx }) => permit(ctx, brand, name, undefined),
    "own_models.choices": async ({ brand }, { ctx, signal }) => {
      const names = { features: [...known.features], tables: [...known.tables] };
      try {
        const found = await findSnapshot(ctx, brand);
        const { events } = (await askSnapshot(ctx, found, "models.events", {}, signal)) as {
          events: { field: string; value: string; n: number }[];
        };
        return { ...names, events };
      } catch (error) {
        if (error instanceof AssayError && error.code === "not_found") return { ...names, events: [] };
        throw error;
      }
    },
  };
}

function scopeOf(ctx: ApiContext, brand: string): string {
  return `${requireWorkspace(ctx).workspace_id}/${brand}`;
}
