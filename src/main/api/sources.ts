import { resolve } from "node:path";
import type { Batch, DetectedFile, Source } from "../../shared/api/contract/sources.ts";
import { canonicalJson, type Json } from "../../shared/base/canonical-json.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { isName } from "../../shared/base/ids.ts";
import type { BrandState, SourceBody } from "../../shared/domain/brand-state.ts";
import { lakeTargets } from "../../shared/domain/lake.ts";
import { parseMapping } from "../../shared/domain/mapping.ts";

import { sha256 } from "../plan/key.ts";
import { checkTimetable } from "../schedule/calendar.ts";
import { sourceStanding } from "../schedule/night-figures.ts";
import { batchDocument } from "./batch-document.ts";
import { type ApiContext, requireEditable, requireWorkspace, requireWritable, settingsOf } from "./context.ts";
import type { HandlersOf, Named } from "./handlers-type.ts";
import { ingestSource, ingestSources, quickLook } from "./ingest.ts";
import { roomOf } from "./launch.ts";
import { recogniseFiles } from "./recognise.ts";
import { rereadHandlers } from "./reread.ts";
import { groupByLayout } from "./source-groups.ts";
import { suppressionMapping, suppressionSource } from "./suppression-list.ts";

function sourceDocument(state: BrandState, source: SourceBody, now: Date): Source {
  const standing = sourceStanding(state, source, now);
  const batches = state.batches.filter((batch) => batch.source === source.source && !batch.withdrawn);
  const files = batches.flatMap((batch) => batch.files);
  const sum = (pick: (file: (typeof files)[number]) => number) => files.reduce((total, file) => total + pick(file), 0);
  const latest = (values: (string | null)[]) =>
    values.reduce<string | null>(
      (best, value) => (value !== null && (best === null || value > best) ? value : best),
      null,
    );
  const rejected = sum((file) => file.rows_rejected);
  return {
    source: source.source,
    layout: source.layout,
    paths: [...source.paths],
    tables: [...new Set(source.mapping.tables.map(({ table }) => table))],
    mapping: source.mapping as Source["mapping"],
    schedule: source.schedule,
    expected_by: source.expected_by,
    due_at: standing.slot?.due_at ?? null,
    expected_at: standing.slot?.expected_at ?? null,
    next_at: standing.next?.due_at ?? null,
    is_due: standing.is_due,
    is_late: standing.is_late,
    n_batches: batches.length,
    rows_accepted: sum((file) => file.rows_accepted),
    rows_rejected: rejected,
    rows_repeated: sum((file) => file.rows_repeated),
    records_until: latest(batches.map(({ records_until }) => records_until)),
    last_arrived_at: latest(batches.map(({ arrived_at }) => arrived_at)),
    state: batches.length === 0 ? "registered" : rejected > 0 ? "rejects" : "current",
  };
}

async function detect(ctx: ApiContext, paths: readonly string[], brand: BrandState["settings"], signal: AbortSignal) {
  const given = { currency: brand?.currency, time_zone: brand?.time_zone };
  return recogniseFiles(
    ctx,
    paths.map((path) => resolve(path)),
    given,
    signal,
  );
}

async function addSources(
  ctx: ApiContext,
  input: {
    brand: string;
    name: string;
    paths: string[];
    layout?: string | undefined;
    mapping?: unknown;
    schedule?: string | undefined;
    expected_by?: string | undefined;
  },
  signal: AbortSignal,
) {
  const { brands } = requireWritable(ctx);
  const state = await brands.refresh(input.brand);
  if (!isName(input.name)) {
    throw new AssayError("bad_input", `“${input.name}” can't be a source's name.`, "Use letters, digits, - and _.");
  }
  const timetable = { schedule: input.schedule ?? null, expected_by: input.expected_by ?? null };
  checkTimetable(timetable, settingsOf(state).time_zone);
  const paths = input.paths.map((path) => resolve(path));
  const found = await detect(ctx, paths, state.settings, signal);
  if (found.files.length === 0) {
    throw new AssayError(
      "bad_input",
      `Nothing to read in ${paths.join(", ")}.`,
      "Name files or a folder with exports in it.",
      {
        skipped: found.skipped,
      },
    );
  }
  const given = input.mapping === undefined ? undefined : (parseMapping(input.mapping) as SourceBody["mapping"]);
  const groups = given
    ? [{ name: input.name, layout: input.layout ?? given.layout, mapping: given, isDetected: false }]
    : groupByLayout(input.name, found.files, input.layout).map((group) => ({ ...group, isDetected: true }));
  if (groups.length === 0) {
    const known = [...new Set(found.files.map(({ layout }) => layout))].join(", ");
    throw new AssayError("bad_input", `No file there is of the layout ${input.layout}.`, `They are ${known}.`);
  }
  const taken = groups.find(({ name }) => state.sources.has(name));
  if (taken) {
    throw new AssayError(
      "conflict",
      `There is a source ${taken.name} already.`,
      "Choose another name, or remove it first.",
    );
  }
  for (const group of groups) {
    const body: SourceBody = {
      source: group.name,
      paths,
      layout: group.layout,
      mapping: group.mapping,
      is_detected: group.isDetected,
      ...timetable,
      added_at: ctx.now().toISOString(),
    };
    await brands.append(input.brand, "source_added", body, `source:${group.name}:${state.version}`);
  }
  ctx.tell("sources");
  const sources = groups.map(({ name, mapping }) => ({ source: name, mapping: mapping as Source["mapping"] }));
  const warnings = given ? [] : found.files.filter((file) => file.warnings.length > 0);
  return {
    sources,
    skipped: found.skipped,
    warnings: warnings.map(({ path, warnings: said }) => ({ path, warnings: said })),
  };
}

export const sourceHandlers: HandlersOf<Named<"sources"> | Named<"batches"> | Named<"suppressions">> = {
  ...rereadHandlers,
  "sources.detect": async ({ paths, currency, time_zone }, { ctx, signal }) => {
    const input = { paths: paths.map((path) => resolve(path)), currency, time_zone };
    const found = await ctx.engine.call("sources.detect", input, { signal });
    return { files: found.files as DetectedFile[], skipped: found.skipped };
  },
  "sources.read": async ({ paths, out, mapping }, { ctx, signal }) => {
    const input = { paths: paths.map((path) => resolve(path)), out: resolve(out), mapping };
    return (await ctx.engine.call("sources.read", input, { signal })) as never;
  },
  "sources.preview": async (input, { ctx, signal }) =>
    (await ctx.engine.call("sources.preview", { ...input, path: resolve(input.path) }, { signal })) as never,
  "sources.targets": async () => ({
    tables: lakeTargets.map(({ table, columns }) => ({
      table,
      columns: columns.map(({ name, kind, required, help }) => ({ name, kind, required, help })),
    })),
  }),
  "sources.add": (input, { ctx, signal }) => addSources(ctx, input, signal),
  "sources.list": async ({ brand }, { ctx }) => {
    const state = await requireWorkspace(ctx).brands.refresh(brand);
    return { sources: [...state.sources.values()].map((source) => sourceDocument(state, source, ctx.now())) };
  },
  "sources.remove": async ({ brand, source }, { ctx }) => {
    const { brands } = requireEditable(ctx);
    const state = await brands.refresh(brand);
    requireSource(state, source);
    await brands.append(brand, "source_removed", { source }, `remove:${source}:${state.version}`);
    ctx.tell("sources");
    return { ok: true };
  },
  "sources.set_schedule": async ({ brand, source, schedule, expected_by }, { ctx }) => {
    const { brands } = requireEditable(ctx);
    const state = await brands.refresh(brand);
    requireSource(state, source);
    checkTimetable({ schedule, expected_by }, settingsOf(state).time_zone);
    const body = { source, schedule, expected_by };
    await brands.append(brand, "schedule_changed", body, `schedule:${source}:${state.version}`);
    ctx.tell("sources");
    return { ok: true };
  },
  "sources.set_mapping": async ({ brand, source, mapping }, { ctx }) => {
    await changeMapping(ctx, { brand, source, mapping });
    return { ok: true };
  },
  "sources.ingest": async ({ brand, source, paths, due, ...asked }, { ctx, signal, progress }) => {
    const state = await requireWritable(ctx).brands.refresh(brand);
    const room = roomOf(ctx, asked);
    const named = source === undefined ? [...state.sources.values()] : [requireSource(state, source)];
    const chosen = due ? named.filter((one) => sourceStanding(state, one, ctx.now()).is_due) : named;
    if (named.length === 0) {
      throw new AssayError("not_found", `${brand} has no source yet.`, "Add one with `assay source add NAME PATH`.");
    }
    const given = paths?.map((path) => resolve(path));
    const delivering = chosen
      .filter((one) => one.paths.length > 0 || given)
      .map((one) => ({ source: one, paths: given ?? one.paths }));
    const batches = await ingestSources(ctx, brand, delivering, { signal, progress, room }, (_, error) => {
      throw error;
    });
    return { batches };
  },
  "batches.list": async ({ brand }, { ctx }) => {
    const state = await requireWorkspace(ctx).brands.refresh(brand);
    return { batches: state.batches.map(batchDocument) };
  },
  "batches.withdraw": async ({ brand, batch_id }, { ctx }) => {
    const { brands } = requireWritable(ctx);
    const state = await brands.refresh(brand);
    const batch = state.batches.find((one) => one.batch_id === batch_id && !one.withdrawn);
    if (!batch) throw new AssayError("not_found", `${brand} has no delivery ${batch_id}.`, "See `assay batches list`.");
    await brands.append(brand, "batch_withdrawn", { batch_id }, `withdraw:${batch_id}:${state.version}`);
    ctx.tell("sources");
    return { batch_id, withdrawn: true };
  },
  "batches.restore": async ({ brand, batch_id }, { ctx }) => {
    const { brands } = requireWritable(ctx);
    const state = await brands.refresh(brand);
    const batch = state.batches.find((one) => one.batch_id === batch_id && one.withdrawn);
    if (!batch)
      throw new AssayError("not_found", `${brand} has no withdrawn delivery ${batch_id}.`, "See `assay batches list`.");
    const { withdrawn: _, version: __, ...body } = batch;
    await brands.append(brand, "batch_landed", body, `restore:${batch_id}:${state.version}`);
    ctx.tell("sources");
    return { batch_id, withdrawn: false };
  },
  "batches.rejects": async ({ brand, batch_id, source, offset = 0, limit = 200 }, { ctx, signal }) => {
    const { brands } = requireWorkspace(ctx);
    const state = await brands.refresh(brand);
    if (source !== undefined) requireSource(state, source);
    if (batch_id !== undefined && !state.batches.some((batch) => batch.batch_id === batch_id))
      throw new AssayError("not_found", `${brand} has no delivery ${batch_id}.`, "See `assay batches list`.");
    const batches = state.batches.filter(
      (batch) => !batch.withdrawn && (!batch_id || batch.batch_id === batch_id) && (!source || batch.source === source),
    );
    const rejects: Record<string, unknown>[] = [];
    let total = 0;
    for (const batch of batches) {
      const input: { brandDir: string; key: string; offset: number; limit: number } = {
        brandDir: brands.directory(brand),
        key: batch.normalised,
        offset: Math.max(0, offset - total),
        limit: limit - rejects.length,
      };
      const found = await ctx.engine.call("landing.rejects", input, { signal });
      total += found.total;
      rejects.push(...found.rejects.map((reject) => ({ ...reject, source: batch.source, batch_id: batch.batch_id })));
    }
    return { total, rejects: rejects as never };
  },
  "suppressions.add": async ({ brand, path }, { ctx, signal, progress }) => {
    const state = await requireWritable(ctx).brands.refresh(brand);
    const name = suppressionSource;
    const before = state.sources.get(name)?.mapping;
    const { files } = await detect(ctx, [path], state.settings, signal);
    const mapping = suppressionMapping(path, files, before);
    if (!before) await addSources(ctx, { brand, name, paths: [path], mapping }, signal);
    else if (canonicalJson(before) !== canonicalJson(mapping))
      await changeMapping(ctx, { brand, source: name, mapping });
    const known = requireSource(await requireWritable(ctx).brands.refresh(brand), name);
    const batch = await ingestSource(ctx, brand, known, [resolve(path)], {
      signal,
      progress,
      lookAt: quickLook(ctx, signal),
    });
    const sum = (pick: (file: Batch["files"][number]) => number) =>
      batch.files.reduce((total, file) => total + pick(file), 0);
    return {
      rows_read: sum((file) => file.rows_read),
      suppressed: sum((file) => file.rows_accepted),
      batch_id: batch.batch_id,
    };
  },
};

async function changeMapping(
  ctx: ApiContext,
  { brand, source, mapping }: { brand: string; source: string; mapping: unknown },
): Promise<void> {
  const { brands } = requireEditable(ctx);
  const state = await brands.refresh(brand);
  requireSource(state, source);
  parseMapping(mapping);
  const key = `mapping:${source}:${state.version}:${sha256(canonicalJson(mapping as Json))}`;
  await brands.append(brand, "mapping_changed", { source, mapping: mapping as SourceBody["mapping"] }, key);
  ctx.tell("sources");
}

function requireSource(state: BrandState, source: string): SourceBody {
  const found = state.sources.get(source);
  if (!found) {
    const known = [...state.sources.keys()].join(", ") || "none yet";
    throw new AssayError("not_found", `There is no source ${source}.`, `Sources: ${known}.`);
  }
  return found;
}
