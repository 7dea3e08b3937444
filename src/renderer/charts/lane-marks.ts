export interface LaneTask {
  readonly key: string;
  readonly name: string;
  /** From one up. */
  readonly lane: number;
  /** Seconds of the run. */
  readonly from: number;
  /** Null while it runs. */
  readonly to: number | null;
  /** When a running one is expected to end; null where that isn't known. */
  readonly expectedTo: number | null;
  readonly colour: string;
  readonly isFailed: boolean;
  /** An attempt that came to nothing. */
  readonly isLost: boolean;
  /** Nobody has begun it: where it may come. */
  readonly isPlanned: boolean;
  readonly isCritical: boolean;
}

/** A box on a lane: one task, or several that would be too narrow to tell apart. */
export interface Mark {
  readonly task: LaneTask;
  readonly count: number;
  readonly x: number;
  readonly width: number;
}

interface Drawn {
  /** Seconds of the run that are in sight, and the pixels that they take. */
  readonly from: number;
  readonly to: number;
  readonly left: number;
  readonly right: number;
}

const least = 1.5;
const gap = 1;

export function pixelOf(second: number, { from, to, left, right }: Drawn): number {
  return left + ((second - from) / Math.max(1e-6, to - from)) * (right - left);
}

export function secondOf(pixel: number, { from, to, left, right }: Drawn): number {
  return from + ((pixel - left) / Math.max(1, right - left)) * (to - from);
}

/** Boxes of the tasks in sight; neighbours of one colour on a lane that are too narrow are one box. `now` ends those that run. */
export function marksOf(tasks: readonly LaneTask[], drawn: Drawn, now: number): Mark[] {
  const shown = tasks.filter(({ from, to }) => from < drawn.to && (to ?? now) > drawn.from);
  const ordered = [...shown].sort((a, b) => a.lane - b.lane || a.from - b.from);
  const marks: { task: LaneTask; count: number; x: number; end: number; isNarrow: boolean }[] = [];
  for (const task of ordered) {
    const x = Math.max(drawn.left, pixelOf(task.from, drawn));
    const wide = Math.min(drawn.right, pixelOf(task.to ?? now, drawn));
    const isNarrow = wide - x < least + gap;
    const end = Math.max(wide, x + least);
    const before = marks.at(-1);
    if (before && isNarrow && before.isNarrow && isAlike(before.task, task) && x - before.end <= gap) {
      before.end = end;
      before.count++;
    } else marks.push({ task, count: 1, x, end, isNarrow });
  }
  return marks.map(({ task, count, x, end }) => {
    return { task, count, x, width: Math.max(least, end - x - (end - x > 3 ? gap : 0)) };
  });
}

function isAlike(one: LaneTask, other: LaneTask): boolean {
  return (
    one.lane === other.lane &&
    one.colour === other.colour &&
    one.isCritical === other.isCritical &&
    one.isPlanned === other.isPlanned &&
    !(one.isFailed || other.isFailed || one.isLost || other.isLost)
  );
}

/** The task on a lane at a moment, or the nearest one that begins or ends within so many seconds. */
export function taskAt(
  tasks: readonly LaneTask[],
  { lane, second, within, now }: { lane: number; second: number; within: number; now: number },
): LaneTask | undefined {
  let best: LaneTask | undefined;
  let nearest = within;
  for (const task of tasks) {
    if (task.lane !== lane) continue;
    const to = task.to ?? now;
    const away = second < task.from ? task.from - second : second > to ? second - to : 0;
    if (away === 0) return task;
    if (away < nearest) [best, nearest] = [task, away];
  }
  return best;
}
