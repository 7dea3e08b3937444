import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Definition, Exported, Segment, SegmentFigures } from "../../shared/api/contract/segments.ts";
import { canonicalJson } from "../../shared/base/canonical-json.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { isName } from "../../shared/base/ids.ts";
import { type BrandState, currentSnapshot, type DefinitionBody } from "../../shared/domain/brand-state.ts";
import { segmentSentence } from "../../shared/domain/segment.ts";
import type { RestsOn } from "../../shared/domain/written-list.ts";
import { sha256 } from "../plan/key.ts";
import { asking, recordRefusal, thisAccount } from "./account.ts";
import {
  type ApiContext,
  findSnapshot,
  requireEditable,
  requireWorkspace,
  requireWritable,
  settingsOf,
} from "./context.ts";
import type { HandlersOf, Named } from "./handlers-type.ts";
import { askSnapshot } from "./query.ts";
import { listRecipe, type WrittenList } from "./recipes.ts";
import { segmentMoves } from "./segment-moves.ts";
import { stampOf } from "./stamp.ts";

export function definitionOf(
  state: BrandState,
  input: { segment?: string | undefined; definition?: Definition | undefined },
): DefinitionBody {
  if (input.definition && (input.definition.where !== undefined || input.definition.sql !== undefined))
    return input.definition as DefinitionBody;
  if (input.segment === undefined) {
    throw new AssayError("bad_input", "Neither a segment nor a rule is given.", "Name a segment or write a rule.");
  }
  return requireSegment(state, input.segment).definition;
}

export function requireSegment(state: BrandState, segment: string) {
  const found = state.segments.get(segment);
  if (!found) {
    const known = [...state.segments.keys()].join(", ") || "none yet";
    throw new AssayError("not_found", `There is no segment ${segment}.`, `Segments: ${known}.`);
  }
  return found;
}

/** Rules of every segment, for rules that name one. */
export function segmentRules(state: BrandState): Record<string, DefinitionBody> {
  return Object.fromEntries([...state.segments].map(([name, { definition }]) => [name, definition]));
}

interface Place {
  readonly brand: string;
  readonly snapshot_id?: string | undefined;
}

async function count(
  ctx: ApiContext,
  { brand, snapshot_id }: Place,
  definition: DefinitionBody,
  signal: AbortSignal,
): Promise<SegmentFigures> {
  const found = await findSnapshot(ctx, brand, snapshot_id);
  return (await askSnapshot(
    ctx,
    found,
    "segments.count",
    { definition, segments: segmentRules(found.state) },
    signal,
  )) as SegmentFigures;
}

async function segmentDocument(
  ctx: ApiContext,
  place: Place,
  name: string,
  state: BrandState,
  signal: AbortSignal,
): Promise<Segment> {
  const { definition, version, created_at, changed_at } = requireSegment(state, name);
  const figures = await count(ctx, place, definition, signal).catch((error: unknown) => {
    if (error instanceof AssayError && error.code === "not_found") return null; // no snapshot to count on yet
    throw error;
  });
  return {
    segment: name,
    definition: definition as Definition,
    sentence: segmentSentence(definition, { currency: settingsOf(state).currency }),
    version,
    created_at,
    changed_at,
    customers: figures?.customers ?? null,
    revenue_minor: figures?.revenue_minor ?? null,
    reachable: figures?.reachable ?? null,
    ...movesOf(state, place.snapshot_id, name, version),
  };
}

/** Who entered and left a segment, as the refresh on that snapshot counted it under the same rule. */
function movesOf(state: BrandState, snapshotId: string | undefined, name: string, version: number) {
  const id = snapshotId ?? currentSnapshot(state)?.snapshot_id ?? "";
  const known = [...state.members].find(([one]) => id !== "" && one.startsWith(id))?.[1];
  const own = known?.segments.find((one) => one.segment === name && one.version === version);
  return { entered: own?.entered ?? null, left: own?.left ?? null };
}

export interface ListRequest {
  readonly brand: string;
  readonly segment?: string | undefined;
  readonly definition?: Definition | undefined;
  readonly snapshot_id?: string | undefined;
  readonly template?: string | undefined;
  readonly fields?: string[] | undefined;
  readonly include_unreachable?: boolean | undefined;
  readonly path: string;
  /** What the log calls it. */
  readonly name: string;
  /** The occasion of a planned list, which is written once. */
  readonly occasion?: string;
}

/** Writes a list to a path and tells the log. */
export async function writeSegment(ctx: ApiContext, request: ListRequest, signal: AbortSignal): Promise<Exported> {
  const { brands } = requireEditable(ctx);
  const rests_on = await restsOn(ctx, request);
  const { brand, segment, definition, snapshot_id, path, name, occasion, ...options } = request;
  const found = await findSnapshot(ctx, brand, snapshot_id);
  const rule = definitionOf(found.state, { segment, definition });
  const { version } = found.state;
  const input = {
    definition: rule,
    sentence: segmentSentence(rule, { currency: settingsOf(found.state).currency }),
    segment: segment ?? null,
    segments: segmentRules(found.state),
    path,
    version: ctx.version,
    written_at: ctx.now().toISOString(),
    rests_on,
    ...options,
    ...asking(found.state),
  };
  const written = (await recordRefusal(ctx, { brand, what: "segment", name }, () =>
    askSnapshot(ctx, found, "segments.export", input, signal),
  )) as WrittenList;
  const { rows, sha256: digest } = written;
  const body = {
    path,
    recipe: listRecipe(ctx, input, written, null),
    export: name,
    segment: segment ?? null,
    rows,
    sha256: digest,
    snapshot_id: found.snapshot.snapshot_id,
    by: thisAccount(),
    personal: written.personal,
    ...(rests_on ? { rests_on } : {}),
  };
  await brands.append(
    brand,
    "export_written",
    occasion === undefined ? body : { ...body, occasion },
    occasion === undefined ? `export:${name}:${digest}:${version}` : `planned-export:${name}:${occasion}`,
  );
  return { ...written, rests_on };
}

/** What a list rests on that is written without the share; null where it answers. */
async function restsOn(ctx: ApiContext, { brand, snapshot_id }: Place): Promise<RestsOn | null> {
  const { away, desk } = requireWorkspace(ctx);
  if (!away) return null;
  const { snapshot } = await findSnapshot(ctx, brand, snapshot_id);
  const kept = (await desk.kept(brand)).find((one) => one.snapshot_id === snapshot.snapshot_id);
  return kept ? { log_version: kept.log_version, seen_at: kept.contact_at } : null;
}

export const segmentHandlers: HandlersOf<Named<"segments"> | Named<"templates">> = {
  "segments.list": async ({ brand, snapshot_id }, { ctx, signal }) => {
    const state = await (ctx.workspace ?? requireWritable(ctx)).brands.refresh(brand);
    const segments: Segment[] = [];
    for (const name of [...state.segments.keys()].sort())
      segments.push(await segmentDocument(ctx, { brand, snapshot_id }, name, state, signal));
    return { segments };
  },
  "segments.count": async ({ brand, segment, definition, snapshot_id }, { ctx, signal }) => {
    const { state } = await findSnapshot(ctx, brand, snapshot_id);
    return count(ctx, { brand, snapshot_id }, definitionOf(state, { segment, definition }), signal);
  },
  "segments.save": async ({ brand, segment, definition, create }, { ctx, signal }) => {
    const { brands } = requireEditable(ctx);
    const state = await brands.refresh(brand);
    if (!isName(segment)) {
      throw new AssayError("bad_input", `“${segment}” can't be a segment's name.`, "Use letters, digits, - and _.");
    }
    if (create && state.segments.has(segment)) {
      throw new AssayError("conflict", `There is a segment ${segment} already.`, "Choose another name.");
    }
    const checked = definitionOf(state, { definition });
    await count(ctx, { brand }, checked, signal); // a rule that can't be counted is refused before it is kept
    const saved = await brands.append(
      brand,
      "segment_saved",
      { segment, definition: checked },
      `segment:${segment}:${state.version}:${sha256(canonicalJson(checked))}`,
    );
    ctx.tell("segments");
    return segmentDocument(ctx, { brand }, segment, saved, signal);
  },
  "segments.versions": async ({ brand, segment }, { ctx }) => {
    const state = await requireWorkspace(ctx).brands.refresh(brand);
    const { version: current, versions } = requireSegment(state, segment);
    const { currency } = settingsOf(state);
    return {
      versions: versions
        .map(({ version, definition, at }) => ({
          version,
          definition: definition as Definition,
          sentence: segmentSentence(definition, { currency }),
          at,
          is_current: version === current,
        }))
        .reverse(),
    };
  },
  "segments.moves": async ({ brand, snapshot_id, limit = 0, ...asked }, { ctx, signal }) => {
    const found = await findSnapshot(ctx, brand, snapshot_id);
    const definition = definitionOf(found.state, asked);
    return segmentMoves(ctx, found, { definition, segments: segmentRules(found.state), limit }, signal);
  },
  "segments.remove": async ({ brand, segment }, { ctx }) => {
    const { brands } = requireEditable(ctx);
    const state = await brands.refresh(brand);
    requireSegment(state, segment);
    await brands.append(brand, "segment_removed", { segment }, `segment-removed:${segment}:${state.version}`);
    ctx.tell("segments");
    return { ok: true };
  },
  "segments.compare": async ({ brand, snapshot_id, segments }, { ctx, signal }) => {
    const found = await findSnapshot(ctx, brand, snapshot_id);
    const definitions = segments.map((segment) => ({
      segment,
      definition: requireSegment(found.state, segment).definition,
    }));
    return (await askSnapshot(
      ctx,
      found,
      "segments.compare",
      { definitions, segments: segmentRules(found.state) },
      signal,
    )) as never;
  },
  "segments.members": async ({ brand, snapshot_id, segment, definition, limit }, { ctx, signal }) => {
    const found = await findSnapshot(ctx, brand, snapshot_id);
    const input = {
      definition: definitionOf(found.state, { segment, definition }),
      segments: segmentRules(found.state),
      limit,
    };
    return (await askSnapshot(ctx, found, "segments.members", input, signal)) as never;
  },
  "segments.export_preview": async ({ brand, snapshot_id, segment, definition, ...options }, { ctx, signal }) => {
    const found = await findSnapshot(ctx, brand, snapshot_id);
    const input = {
      definition: definitionOf(found.state, { segment, definition }),
      segments: segmentRules(found.state),
      ...options,
    };
    const preview = await askSnapshot(ctx, found, "segments.export_preview", input, signal);
    return { ...preview, rests_on: await restsOn(ctx, { brand, snapshot_id }) } as never;
  },
  "segments.export": async ({ brand, segment, out, ...options }, { ctx, signal }) => {
    const { brands } = requireEditable(ctx);
    const id = stampOf(ctx.now());
    const name = segment ?? "customers";
    const path = out ? resolve(out) : resolve(brands.directory(brand), "exports", `${id}-${name}`, `${name}.csv`);
    if (!out) await mkdir(dirname(path), { recursive: true });
    return writeSegment(ctx, { brand, segment, ...options, path, name: id }, signal);
  },
  "templates.list": async (_, { ctx }) => (await ctx.engine.call("templates.list", {})) as never,
};
