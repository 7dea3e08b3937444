import { join } from "node:path";
import { dayText, historyDays, weekEnds } from "./calendar.ts";
import { type Cell, type WriteOptions, writeTable } from "./tables.ts";

export interface Dated {
  readonly cells: readonly Cell[];
  /** The day on which it became known. */
  readonly on: number;
}
export interface Target {
  readonly header: readonly string[];
  /** Of the history, and the file's name among the updates. */
  readonly path: string;
  readonly nightly: string;
}

/** Writes what is known on the last day of the history, and the rest at the end of each week. */
export function deliver(folder: string, target: Target, rows: readonly Dated[], options: WriteOptions = {}): string[] {
  const since = (from: number, to: number) => rows.filter(({ on }) => on >= from && on < to).map(({ cells }) => cells);
  const files = [
    writeTable(join(folder, target.path), target.header, since(Number.NEGATIVE_INFINITY, historyDays), options),
  ];
  for (const [at, end] of weekEnds.entries()) {
    const news = since(weekEnds[at - 1] ?? historyDays, end);
    const path = join(folder, "updates", dayText(end - 1), target.nightly);
    if (news.length > 0) files.push(writeTable(path, target.header, news, options));
  }
  return files;
}
