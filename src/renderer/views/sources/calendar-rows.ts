import type { CalendarSlot, Night } from "../../../shared/api/contract/nights.ts";
import { addDays } from "../../../shared/base/time.ts";
import { day, instant, integer } from "../../format/format.ts";

export type CellState = CalendarSlot["state"] | "published" | "kept_back" | "failed";
export interface CalendarCell {
  readonly state: CellState;
  readonly said: string;
}

export function daysBetween(from: string, to: string): string[] {
  const days: string[] = [];
  for (let one = from; one <= to && days.length < 100; one = addDays(one, 1)) days.push(one);
  return days;
}

const words: Readonly<Record<CellState, string>> = {
  coming: "comes",
  due: "is looked for",
  late: "is late",
  missed: "never came",
  delivered: "came on time",
  delivered_late: "came late",
  published: "Published",
  kept_back: "Kept back",
  failed: "Failed",
};
/** From bad to good: a day with several slots shows the worst. */
const order: readonly CellState[] = ["late", "missed", "delivered_late", "due", "coming", "delivered"];

const dayOf = (at: string, timeZone: string) => new Intl.DateTimeFormat("en-CA", { timeZone }).format(new Date(at));

/** The worst slot of each day, with what happened in words. */
export function slotCells(slots: readonly CalendarSlot[], timeZone: string): Map<string, CalendarCell> {
  const cells = new Map<string, CalendarCell>();
  for (const slot of slots) {
    const at = dayOf(slot.due_at, timeZone);
    const known = cells.get(at);
    if (known && order.indexOf(known.state) <= order.indexOf(slot.state)) continue;
    const arrived = slot.arrived_at ? `, ${instant(slot.arrived_at)}, ${integer(slot.rows)} rows` : "";
    const until = slot.arrived_at ? "" : `, expected by ${instant(slot.expected_at)}`;
    cells.set(at, { state: slot.state, said: `${day(at)}: ${words[slot.state]}${arrived}${until}` });
  }
  return cells;
}

/** How the last job of each night ended. */
export function nightCells(nights: readonly Night[]): Map<string, CalendarCell> {
  const cells = new Map<string, CalendarCell>();
  for (const one of nights) {
    if (cells.has(one.night)) continue; // the latest comes first
    const state = one.error !== null ? "failed" : one.published ? "published" : "kept_back";
    const broken = one.gate.filter(({ ok }) => !ok).map(({ measured }) => measured);
    const why = one.error ?? broken.join("; ");
    cells.set(one.night, { state, said: `${day(one.night)}: ${words[state]}${why === "" ? "" : `. ${why}`}` });
  }
  return cells;
}

/** What the calendar shows in a sentence that follows from its slots. */
export function calendarFinding(sources: readonly { source: string; slots: readonly CalendarSlot[] }[]): string {
  const late = sources.filter(({ slots }) => slots.some(({ state }) => state === "late"));
  if (late.length === 1) return `${late[0]?.source} is late`;
  if (late.length > 1) return `${late.length} sources are late`;
  const past = sources.flatMap(({ slots }) => slots.filter(({ state }) => state !== "coming" && state !== "due"));
  const count = (state: CalendarSlot["state"]) => past.filter((slot) => slot.state === state).length;
  if (past.length === 0) return "No delivery was due yet";
  const [missed, delayed] = [count("missed"), count("delivered_late")];
  if (missed + delayed === 0)
    return past.length === 1 ? "The one delivery came on time" : "Every delivery came on time";
  const parts = [missed > 0 ? `${missed} never came` : "", delayed > 0 ? `${delayed} came late` : ""].filter(Boolean);
  return `Of ${past.length} deliveries ${parts.join(" and ")}`;
}
