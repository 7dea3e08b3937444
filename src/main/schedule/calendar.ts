import { Cron } from "croner";
import { AssayError } from "../../shared/base/errors.ts";
import { addDays, dayInZone } from "../../shared/base/time.ts";

export interface Timetable {
  readonly schedule: string | null;
  readonly expected_by: string | null;
}

/** One occasion on which a source should deliver. Instants are ISO 8601 in UTC. */
export interface Slot {
  readonly due_at: string;
  readonly expected_at: string;
  /** When the next one is due: a delivery from due_at to then belongs here. */
  readonly until: string | null;
}

export interface Standing {
  /** The latest slot that has come, and the one after it. */
  readonly slot: Slot | null;
  readonly next: Slot | null;
  readonly delivered_at: string | null;
  /** Looked for now: its slot has come and nothing was delivered since, or it has no schedule. */
  readonly is_due: boolean;
  readonly is_late: boolean;
}

const timePattern = /^([01]?\d|2[0-3]):([0-5]\d)$/;

function cronOf(pattern: string, timeZone: string): Cron {
  try {
    return new Cron(pattern, { timezone: timeZone, paused: true });
  } catch (cause) {
    throw new AssayError(
      "bad_input",
      `“${pattern.slice(0, 60)}” is no schedule.`,
      "Write five parts: minute, hour, day of the month, month, day of the week. “30 2 * * *” is 02:30 every night, “0 6 * * MON” is 06:00 on Mondays.",
      {},
      { cause },
    );
  }
}

export function checkTime(time: string): void {
  if (timePattern.test(time)) return;
  throw new AssayError("bad_input", `“${time.slice(0, 40)}” is no time of day.`, "Write it as 06:30.");
}

/** Refuses a schedule that never comes and a time that is none. */
export function checkTimetable({ schedule, expected_by }: Timetable, timeZone: string): void {
  if (expected_by !== null) checkTime(expected_by);
  if (schedule === null) {
    if (expected_by === null) return;
    throw new AssayError(
      "bad_input",
      "A time by which a delivery is expected needs a schedule.",
      "Add --schedule, such as “30 2 * * *” for every night.",
    );
  }
  if (!cronOf(schedule, timeZone).nextRun()) {
    throw new AssayError("bad_input", `“${schedule}” never comes.`, "Check the day of the month and the month.");
  }
}

/** The latest moment of a schedule that is not after an instant; null where there was none. */
export function latestMoment(schedule: string, timeZone: string, now: Date): Date | null {
  return cronOf(schedule, timeZone).previousRuns(1, new Date(now.getTime() + 1))[0] ?? null;
}

export function nextMoment(schedule: string, timeZone: string, now: Date): Date | null {
  return cronOf(schedule, timeZone).nextRun(now);
}

/** Every slot from one instant to another, in order. */
export function slotsBetween(timetable: Timetable, timeZone: string, from: Date, to: Date): Slot[] {
  if (timetable.schedule === null) return [];
  const cron = cronOf(timetable.schedule, timeZone);
  const slots: Slot[] = [];
  for (let at = cron.nextRun(new Date(from.getTime() - 1000)); at && at <= to && slots.length < most; ) {
    const after = cron.nextRun(at);
    if (at >= from) slots.push(slotAt(at, after, timetable.expected_by, timeZone));
    at = after;
  }
  return slots;
}
const most = 2_000;

/** How a source stands at an instant. `arrivals`: when its deliveries came; `since`: when it was registered. */
export function standingOf(
  timetable: Timetable,
  timeZone: string,
  now: Date,
  { arrivals, since }: { readonly arrivals: readonly string[]; readonly since: string | null },
): Standing {
  const last = arrivals.reduce<string | null>((a, b) => (a === null || b > a ? b : a), null);
  if (timetable.schedule === null) {
    return { slot: null, next: null, delivered_at: last, is_due: true, is_late: false };
  }
  const due = latestMoment(timetable.schedule, timeZone, now);
  const after = nextMoment(timetable.schedule, timeZone, now);
  const next = after ? slotAt(after, null, timetable.expected_by, timeZone) : null;
  // a slot from before the source was known asks nothing of it
  if (!due || (since !== null && due.toISOString() < since)) {
    return { slot: null, next, delivered_at: last, is_due: arrivals.length === 0, is_late: false };
  }
  const slot = slotAt(due, after, timetable.expected_by, timeZone);
  const isThere = last !== null && last >= slot.due_at;
  const isLate = !isThere && now.toISOString() > slot.expected_at;
  return { slot, next, delivered_at: last, is_due: !isThere, is_late: isLate };
}

function slotAt(due: Date, after: Date | null, expectedBy: string | null, timeZone: string): Slot {
  return {
    due_at: due.toISOString(),
    expected_at: (expectedBy === null ? due : timeAfter(due, expectedBy, timeZone)).toISOString(),
    until: after?.toISOString() ?? null,
  };
}

/** The first moment at a time of day, such as 06:00 in the zone, that is not before an instant. Throws `bad_input` for what is no time. */
export function momentAt(time: string, timeZone: string, from: Date): Date {
  checkTime(time);
  return timeAfter(from, time, timeZone);
}

/** The first moment at a time of day, in the zone, that is not before an instant. */
function timeAfter(from: Date, time: string, timeZone: string): Date {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  const day = dayInZone(from, timeZone);
  for (const one of [day, addDays(day, 1), addDays(day, 2)]) {
    const [year = 0, month = 1, date = 1] = one.split("-").map(Number);
    const at = new Cron(`0 ${minutes} ${hours} ${date} ${month} * ${year}`, { timezone: timeZone, paused: true });
    const found = at.nextRun(new Date(from.getTime() - 1000));
    if (found && found >= from) return found;
  }
  return from;
}
