import { dayNumber } from "../format/days.ts";

export interface HistoryMark {
  readonly at: number;
  readonly label: string;
  readonly isYear: boolean;
}
const names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Every how many months the axis is marked, by its length in days. */
function monthsApart(days: number): number {
  if (days > 2_200) return 12;
  if (days > 600) return 6;
  return days > 240 ? 3 : 1;
}

/** Where the axis names a month, from years to single months by how long it is; the first tells its year where no year begins on it. */
export function historyMarks(from: number, to: number): HistoryMark[] {
  const year = (at: number) => new Date(at * 86_400_000).getUTCFullYear();
  const step = monthsApart(to - from);
  const all: HistoryMark[] = [];
  for (let one = year(from); one <= year(to); one++)
    for (let month = 0; month < 12; month += step) {
      const at = dayNumber(`${one}-${String(month + 1).padStart(2, "0")}-01`);
      if (at > from && at < to)
        all.push({ at, label: month === 0 ? String(one) : (names[month] ?? ""), isYear: month === 0 });
    }
  const [first, ...rest] = all;
  if (!first || all.some(({ isYear }) => isYear)) return all;
  return [{ ...first, label: `${first.label} ${year(first.at)}` }, ...rest];
}
