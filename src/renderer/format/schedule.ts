/** How often something happens, as it is chosen on screen. */
export type Rhythm = "never" | "daily" | "weekly" | "pattern";
export interface Timetable {
  readonly rhythm: Rhythm;
  /** 02:30 */
  readonly time: string;
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly pattern: string;
}

export const weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const names = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const pad = (value: string) => value.padStart(2, "0");

export function readSchedule(schedule: string | null): Timetable {
  const start: Timetable = { rhythm: "never", time: "02:30", weekday: 1, pattern: schedule ?? "" };
  if (schedule === null) return start;
  const parts = /^(\d{1,2}) (\d{1,2}) \* \* (\*|[0-6]|[A-Za-z]{3})$/.exec(schedule.trim());
  const [, minute = "", hour = "", day = ""] = parts ?? [];
  if (!parts || Number(minute) > 59 || Number(hour) > 23) return { ...start, rhythm: "pattern" };
  const time = `${pad(hour)}:${pad(minute)}`;
  if (day === "*") return { ...start, rhythm: "daily", time };
  const weekday = /\d/.test(day) ? Number(day) : names.indexOf(day.toUpperCase());
  return weekday < 0 ? { ...start, rhythm: "pattern" } : { ...start, rhythm: "weekly", time, weekday };
}

export function writeSchedule({ rhythm, time, weekday, pattern }: Timetable): string | null {
  const [hour = "2", minute = "30"] = time.split(":");
  const at = `${Number(minute)} ${Number(hour)}`;
  if (rhythm === "never") return null;
  if (rhythm === "daily") return `${at} * * *`;
  return rhythm === "weekly" ? `${at} * * ${names[weekday]}` : pattern.trim();
}

/** "Every night at 02:30", "Mondays at 06:00", or the pattern itself. */
export function scheduleWords(schedule: string | null): string {
  const { rhythm, time, weekday } = readSchedule(schedule);
  if (rhythm === "never") return "No schedule";
  if (rhythm === "daily") return `Every day at ${time}`;
  return rhythm === "weekly" ? `${weekdays[weekday]}s at ${time}` : (schedule ?? "");
}

/** How long ago, in words: 40 min, 26 h, 4 days. */
export function lasting(milliseconds: number): string {
  const minutes = Math.max(1, Math.round(milliseconds / 60_000));
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 72 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}
