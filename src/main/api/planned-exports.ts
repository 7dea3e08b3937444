import { join, resolve } from "node:path";
import type { ExportPlan } from "../../shared/api/contract/nights.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { isName } from "../../shared/base/ids.ts";
import {
  type BrandState,
  type ExportPlanBody,
  occasionKey,
  type SnapshotState,
} from "../../shared/domain/brand-state.ts";
import { checkTimetable, latestMoment } from "../schedule/calendar.ts";
import { type ApiContext, requireEditable, requireWorkspace, requireWritable, settingsOf } from "./context.ts";
import type { HandlersOf, Named } from "./handlers-type.ts";
import { requireSegment, writeSegment } from "./segments.ts";

function planDocument(state: BrandState, plan: ExportPlanBody): ExportPlan {
  const last = [...state.written.values()].filter((one) => one.export === plan.export).at(-1);
  return {
    ...plan,
    fields: [...plan.fields],
    last: last ? { at: last.at, path: last.path ?? null, rows: last.rows } : null,
  };
}

/** What a planned list is written for: once a published snapshot, or once a moment of its own schedule; null: not now. */
export function occasionOf(plan: ExportPlanBody, timeZone: string, now: Date, snapshotId: string): string | null {
  if (plan.schedule === null) return snapshotId;
  return latestMoment(plan.schedule, timeZone, now)?.toISOString() ?? null;
}

export interface WrittenList {
  readonly export: string;
  readonly path: string;
  readonly rows: number;
}

/** Writes the planned lists whose occasion has come and that stand nowhere yet. The file's name follows from list and snapshot, so
 *  that whoever was stopped between the file and its entry in the log writes the same file again, never a second one. */
export async function writePlannedLists(
  ctx: ApiContext,
  brand: string,
  snapshot: SnapshotState,
  options: { readonly signal: AbortSignal; readonly say: (label: string) => void },
): Promise<{ written: WrittenList[]; warnings: string[] }> {
  const { brands } = requireWritable(ctx);
  const written: WrittenList[] = [];
  const warnings: string[] = [];
  for (const plan of [...(await brands.refresh(brand)).plans.values()]) {
    const state = await brands.refresh(brand);
    const occasion = occasionOf(plan, settingsOf(state).time_zone, ctx.now(), snapshot.snapshot_id);
    if (occasion === null || state.written.has(occasionKey(plan.export, occasion))) continue;
    if (!state.segments.has(plan.segment)) {
      warnings.push(`The list ${plan.export} was not written: there is no segment ${plan.segment}.`);
      continue;
    }
    options.say(`Writing the list ${plan.export}`);
    const path = join(plan.folder, `${plan.export}-${snapshot.as_of}-${snapshot.snapshot_id.slice(0, 8)}.csv`);
    const { segment, template, fields } = plan;
    const request = { brand, segment, template, fields: [...fields], snapshot_id: snapshot.snapshot_id };
    try {
      const made = await writeSegment(ctx, { ...request, path, occasion, name: plan.export }, options.signal);
      written.push({ export: plan.export, path, rows: made.rows });
    } catch (error) {
      if (!(error instanceof AssayError) || error.code === "cancelled") throw error;
      warnings.push(`The list ${plan.export} was not written: ${error.message}`);
    }
  }
  return { written, warnings };
}

export const plannedExportHandlers: HandlersOf<Named<"exports">> = {
  "exports.planned": async ({ brand }, { ctx }) => {
    const state = await requireWorkspace(ctx).brands.refresh(brand);
    const plans = [...state.plans.values()].sort((a, b) => (a.export < b.export ? -1 : 1));
    return { exports: plans.map((plan) => planDocument(state, plan)) };
  },
  "exports.plan": async (
    { brand, export: name, segment, template = "csv", fields = [], folder, schedule },
    { ctx },
  ) => {
    const { brands } = requireEditable(ctx);
    const state = await brands.refresh(brand);
    if (!isName(name)) {
      throw new AssayError("bad_input", `“${name}” can't be a list's name.`, "Use letters, digits, - and _.");
    }
    requireSegment(state, segment);
    const { templates } = await ctx.engine.call("templates.list", {});
    if (!templates.some((one) => one.name === template)) {
      const known = templates.map((one) => one.name).join(", ");
      throw new AssayError("not_found", `No template is called ${template.slice(0, 60)}.`, `There are: ${known}.`);
    }
    checkTimetable({ schedule: schedule ?? null, expected_by: null }, settingsOf(state).time_zone);
    const body = { export: name, segment, template, fields, folder: resolve(folder), schedule: schedule ?? null };
    const after = await brands.append(brand, "export_planned", body, `export-planned:${name}:${state.version}`);
    ctx.tell("segments");
    return planDocument(after, body);
  },
  "exports.unplan": async ({ brand, export: name }, { ctx }) => {
    const { brands } = requireEditable(ctx);
    const state = await brands.refresh(brand);
    if (!state.plans.has(name)) {
      throw new AssayError("not_found", `There is no planned list ${name}.`, "See `assay list show`.");
    }
    await brands.append(brand, "export_unplanned", { export: name }, `export-unplanned:${name}:${state.version}`);
    ctx.tell("segments");
    return { ok: true };
  },
};
