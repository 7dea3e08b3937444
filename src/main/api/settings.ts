import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { canonicalJson } from "../../shared/base/canonical-json.ts";
import { AssayError } from "../../shared/base/errors.ts";
import { isName } from "../../shared/base/ids.ts";
import { isCurrency } from "../../shared/base/money.ts";
import { isTimeZone } from "../../shared/base/time.ts";
import { currentSnapshot } from "../../shared/domain/brand-state.ts";
import { calendarYear, checkFiscal } from "../../shared/domain/fiscal-calendar.ts";
import { sha256 } from "../plan/key.ts";
import { requireEditable, requireWorkspace, requireWritable, settingsOf } from "./context.ts";
import type { HandlersOf, Named } from "./handlers-type.ts";
import { openWorkspace } from "./open-workspace.ts";

function check({ currency, time_zone }: { currency?: string | undefined; time_zone?: string | undefined }): void {
  if (currency !== undefined && !isCurrency(currency)) {
    throw new AssayError(
      "bad_input",
      `“${currency}” is no currency code.`,
      "Use an ISO 4217 code such as GBP, EUR or USD.",
    );
  }
  if (time_zone !== undefined && !isTimeZone(time_zone)) {
    throw new AssayError("bad_input", `“${time_zone}” is no time zone.`, "Use a name such as Europe/London.");
  }
}

function given<T extends object>(own: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined)) as never;
}

/** Bytes of a folder's files; further names of one file count once. */
async function bytesBelow(folder: string): Promise<number> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = new Map<number, number>();
  for (const entry of found) {
    if (!entry.isFile()) continue;
    const known = await stat(join(entry.parentPath, entry.name)).catch(() => undefined);
    if (known) sizes.set(known.ino, known.size);
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

export const settingHandlers: HandlersOf<Named<"brand"> | Named<"settings"> | Named<"local">> = {
  "brand.create": async ({ brand, currency, time_zone, return_window_days, ...own }, { ctx }) => {
    const { brands } = requireWritable(ctx);
    if (!isName(brand))
      throw new AssayError("bad_input", `“${brand}” can't be a brand's name.`, "Use letters, digits, - and _.");
    check({ currency, time_zone });
    const fiscal = { ...calendarYear, ...given(own) };
    checkFiscal(fiscal);
    const settings = { currency, time_zone, return_window_days: return_window_days ?? null, ...fiscal };
    await brands.create(brand, settings);
    ctx.tell("workspace");
    return { brand, ...settings };
  },
  "brand.settings": async ({ brand }, { ctx }) => {
    const { brands } = requireWorkspace(ctx);
    const state = await brands.refresh(brand);
    const settings = settingsOf(state);
    const snapshot = currentSnapshot(state);
    if (!snapshot) return { settings, made_with: null };
    const input = { brandDir: brands.directory(brand), snapshot_id: snapshot.snapshot_id };
    const made = (await ctx.engine.call("snapshots.manifest", input)).brand;
    const { currency, timeZone: time_zone, returnWindowDays: return_window_days } = made;
    return { settings, made_with: { brand, currency, time_zone, return_window_days } };
  },
  "brand.change": async ({ brand, ...change }, { ctx }) => {
    const { brands } = requireEditable(ctx);
    check(change);
    const state = await brands.refresh(brand);
    const before = settingsOf(state);
    const fields = Object.entries(change).filter(
      ([name, value]) => value !== undefined && value !== before[name as keyof typeof before],
    );
    const next = { ...before, ...Object.fromEntries(fields) };
    checkFiscal(next);
    if (fields.length === 0) return before;
    const key = `brand-changed:${state.version}:${sha256(canonicalJson(next))}`;
    const after = await brands.append(brand, "brand_changed", Object.fromEntries(fields), key);
    ctx.tell("workspace");
    return settingsOf(after);
  },
  "local.state": async (_, { ctx }) => {
    const names = await readdir(ctx.dataFolder).catch(() => []);
    const files = await Promise.all(
      names.sort().map(async (name) => {
        const found = await stat(join(ctx.dataFolder, name)).catch(() => undefined);
        return found?.isFile() ? [{ name, bytes: found.size }] : [];
      }),
    );
    return { folder: ctx.dataFolder, files: files.flat(), kept_bytes: await bytesBelow(join(ctx.dataFolder, "kept")) };
  },
  "local.rebuild": async (_, { ctx }) => {
    const { path, workspace_id, brands } = requireWorkspace(ctx);
    for (const brand of brands.names) await ctx.store.entries.forget(`${workspace_id}/${brand}`);
    await openWorkspace(ctx, path);
    for (const brand of brands.names) ctx.indexPeople(brand, true);
    return { ok: true };
  },
  "settings.read": async (_, { ctx }) => ({ values: await ctx.store.settings() }),
  "settings.write": async ({ name, value }, { ctx }) => {
    await ctx.store.setSetting(name, value);
    ctx.tell("settings");
    return { ok: true };
  },
};
