import { addDays, dayInZone } from "../../shared/base/time.ts";
import type { BrandState } from "../../shared/domain/brand-state.ts";
import { defaultGate, type GateSettings, gateDescriptions, gateRules } from "../../shared/domain/gate.ts";
import { checkTime, checkTimetable, nextMoment } from "../schedule/calendar.ts";
import { sourceCalendar } from "../schedule/night-figures.ts";
import { type ApiContext, requireEditable, requireWorkspace, settingsOf } from "./context.ts";
import type { HandlersOf, Named } from "./handlers-type.ts";
import { doNight, nightDocument } from "./night.ts";

function settingsDocument(state: BrandState, now: Date) {
  const { schedule, runner, done_by, gate } = state.night;
  const next = schedule === null ? null : nextMoment(schedule, settingsOf(state).time_zone, now);
  return {
    schedule,
    next_at: next?.toISOString() ?? null,
    ...{ runner, done_by },
    gate: gateRules.map((rule) => ({
      rule,
      ...gateDescriptions[rule],
      limit: gate[rule],
      default_limit: defaultGate[rule],
    })),
  };
}

async function calendar(ctx: ApiContext, brand: string, days: number) {
  const state = await requireWorkspace(ctx).brands.refresh(brand);
  const { time_zone } = settingsOf(state);
  const now = ctx.now();
  const today = dayInZone(now, time_zone);
  const [from, to] = [addDays(today, 2 - days), addDays(today, 1)];
  const reach = { from: new Date(`${addDays(from, -1)}T00:00:00Z`), to: new Date(`${addDays(to, 2)}T00:00:00Z`), now };
  const isShown = (at: string) => {
    const day = dayInZone(new Date(at), time_zone);
    return day >= from && day <= to;
  };
  const scheduled = [...state.sources.values()].filter(({ schedule }) => schedule !== null);
  return {
    from,
    to,
    now: now.toISOString(),
    time_zone,
    sources: scheduled.map((source) => ({
      source: source.source,
      schedule: source.schedule ?? "",
      expected_by: source.expected_by,
      slots: sourceCalendar(state, source, reach)
        .filter(({ due_at }) => isShown(due_at))
        .map(({ until: _, ...slot }) => slot),
    })),
  };
}

export const nightHandlers: HandlersOf<Named<"nightly">> = {
  "nightly.run": ({ brand, ...where }, { ctx, signal, progress }) =>
    doNight(ctx, brand, { signal, progress, slot: null, where }),
  "nightly.list": async ({ brand, limit = 60 }, { ctx }) => {
    const state = await requireWorkspace(ctx).brands.refresh(brand);
    return {
      nights: state.nights
        .slice(-limit)
        .reverse()
        .map((one) => nightDocument(state, one)),
    };
  },
  "nightly.settings": async ({ brand }, { ctx }) =>
    settingsDocument(await requireWorkspace(ctx).brands.refresh(brand), ctx.now()),
  "nightly.configure": async ({ brand, schedule, runner, done_by, gate }, { ctx }) => {
    const { brands } = requireEditable(ctx);
    const state = await brands.refresh(brand);
    if (schedule !== undefined) checkTimetable({ schedule, expected_by: null }, settingsOf(state).time_zone);
    if (done_by !== undefined && done_by !== null) checkTime(done_by);
    const timetable = {
      ...(schedule === undefined ? {} : { schedule, since: ctx.now().toISOString() }),
      ...(runner === undefined ? {} : { runner }),
      ...(done_by === undefined ? {} : { done_by }),
    };
    const limits = Object.entries(gate ?? {}).filter(
      ([rule, limit]) => state.night.gate[rule as keyof GateSettings] !== limit,
    );
    const body = { ...timetable, gate: Object.fromEntries(limits) as unknown as GateSettings };
    const after = await brands.append(brand, "night_settings", body, `night-settings:${state.version}`);
    ctx.tell("settings");
    ctx.tell("sources");
    return settingsDocument(after, ctx.now());
  },
  "nightly.calendar": ({ brand, days = 28 }, { ctx }) => calendar(ctx, brand, days),
};
