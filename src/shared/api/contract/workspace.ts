import { z } from "zod";
import { fiscalKinds, weekStarts } from "../../domain/fiscal-calendar.ts";
import { brandName, call, count, done, json, nothing, stream } from "../operation.ts";

const measures = z.object({
  brand: brandName,
  currency: z.string(),
  time_zone: z.string(),
  return_window_days: count.nullable(),
});
export const fiscalSettings = z.object({
  fiscal_calendar: z.enum(fiscalKinds),
  /** Month and day, `02-01`. */
  fiscal_year_starts: z.string(),
  week_starts: z.enum(weekStarts),
});
export type FiscalChoice = z.output<typeof fiscalSettings>;
export const brandSettings = measures.extend(fiscalSettings.shape);

export const status = z.object({
  version: z.string(),
  workspace: z.object({ path: z.string(), workspace_id: z.string() }).nullable(),
  brands: z.array(brandSettings),
  recent: z.array(z.object({ path: z.string(), opened_at: z.string() })),
  /** Why nothing can be written (an unsupported directory), or null. */
  read_only_reason: z.string().nullable(),
  /** Its directory doesn't answer: what is kept on this machine is read, changes wait. */
  away: z.object({ state: z.enum(["gone", "silent"]), why: z.string(), since: z.string() }).nullable(),
  /** Why its directory can't be read, where nothing of it is kept on this machine either; the brands are as they were read last. */
  gone: z.string().nullable(),
  /** Changes that wait for the shared directory, or for a choice. */
  waiting: count,
});

export const doctorCheck = z.object({
  name: z.string(),
  status: z.enum(["ok", "warn", "fail"]),
  measured: z.string(),
  advice: z.string(),
});

export const stepProgress = z.object({
  /** What goes on, in words a person reads: "Reading till files". */
  label: z.string(),
  done: z.number(),
  total: z.number().nullable(),
  unit: z.string(),
  detail: z.string().optional(),
});

/** What a copy, a backup or a restoration came to. */
export const copied = z.object({
  path: z.string(),
  workspace_id: z.string(),
  brands: z.array(z.object({ brand: z.string(), version: count, artifacts: count })),
  files: count,
  bytes: count,
  /** Files that were there already. */
  standing: count,
  /** Files whose bytes at the source aren't those that were written; they are left out. */
  damaged: z.array(z.string()),
});
export type CopiedWorkspace = z.output<typeof copied>;

export const workspaceOperations = {
  "workspace.status": call({ input: nothing, output: status }),
  "workspace.create": call({
    input: z.object({ path: z.string().min(1) }),
    output: z.object({ workspace_id: z.string(), path: z.string() }),
  }),
  "workspace.open": call({ input: z.object({ path: z.string().min(1) }), output: status }),
  "workspace.close": call({ input: nothing, output: status }),
  "workspace.doctor": call({
    input: z.object({ path: z.string().optional() }),
    output: z.object({ checks: z.array(doctorCheck) }),
  }),
  /** Another workspace with the same contents; again, only what is missing is copied. Writers needn't stop. */
  "workspace.copy": stream({ input: z.object({ to: z.string().min(1) }), progress: stepProgress, output: copied }),
  /** Brings a backup up to date: only what is missing. */
  "workspace.backup": stream({ input: z.object({ to: z.string().min(1) }), progress: stepProgress, output: copied }),
  /** Makes a workspace from a backup in an empty folder. */
  "workspace.restore": stream({
    input: z.object({ from: z.string().min(1), to: z.string().min(1) }),
    progress: stepProgress,
    output: copied,
  }),
  /** Folders and files of this machine, for the browser shell, which has no dialog of its own. */
  "workspace.browse": call({
    input: z.object({ path: z.string().optional() }),
    output: z.object({
      path: z.string(),
      parent: z.string().nullable(),
      entries: z.array(
        z.object({
          name: z.string(),
          path: z.string(),
          kind: z.enum(["folder", "file"]),
          bytes: z.number().nullable(),
        }),
      ),
    }),
  }),
  "brand.create": call({
    input: z.object({
      brand: brandName,
      currency: z.string(),
      time_zone: z.string(),
      return_window_days: count.optional(),
      ...fiscalSettings.partial().shape,
    }),
    output: brandSettings,
  }),
  /** The retailer's settings, and those that the current snapshot was made with: they differ until the next run. How periods are
   *  grouped is no part of a snapshot and holds at once. */
  "brand.settings": call({
    input: z.object({ brand: brandName }),
    output: z.object({ settings: brandSettings, made_with: measures.nullable() }),
  }),
  "brand.change": call({
    input: z.object({
      brand: brandName,
      currency: z.string().optional(),
      time_zone: z.string().optional(),
      /** null: as observed. */
      return_window_days: count.max(3650).nullable().optional(),
      ...fiscalSettings.partial().shape,
    }),
    output: brandSettings,
  }),
  "demo.make": stream({
    input: z.object({
      path: z.string().min(1),
      customers: z.number().int().min(10).max(200_000).optional(),
      seed: z.number().int().nonnegative().optional(),
    }),
    progress: stepProgress,
    output: z.object({ files: z.array(z.string()) }),
  }),
  /** Makes a workspace of the program's own with the demo retailer, its sources registered and its files taken in. */
  "demo.open": stream({
    input: nothing,
    progress: stepProgress,
    output: z.object({ brand: brandName, path: z.string() }),
  }),
  /** What this machine keeps for this user, beside any workspace. */
  "local.state": call({
    input: nothing,
    output: z.object({
      folder: z.string(),
      files: z.array(z.object({ name: z.string(), bytes: count })),
      /** Copies of snapshots, and changes that wait for a shared directory. */
      kept_bytes: count,
    }),
  }),
  /** Makes the copies of the open workspace's logs and its search index anew; settings stay. */
  "local.rebuild": call({ input: nothing, output: done }),
  "settings.read": call({ input: nothing, output: z.object({ values: z.record(z.string(), json) }) }),
  "settings.write": call({ input: z.object({ name: z.string(), value: json }), output: done }),
};
