/** Sums over the people of one group: of an outcome y, and of a covariate x that was known before the group was drawn. */
export interface GroupMoments {
  readonly n: number;
  readonly y: number;
  readonly yy: number;
  readonly x: number;
  readonly xx: number;
  readonly xy: number;
}

export const noMoments: GroupMoments = { n: 0, y: 0, yy: 0, x: 0, xx: 0, xy: 0 };

/** The sums of a group whose people are given one by one; x may be left out. */
export function momentsOf(y: ArrayLike<number>, x?: ArrayLike<number>): GroupMoments {
  const sums = { n: y.length, y: 0, yy: 0, x: 0, xx: 0, xy: 0 };
  for (let at = 0; at < y.length; at++) {
    const [own, before] = [y[at] ?? 0, x?.[at] ?? 0];
    sums.y += own;
    sums.yy += own * own;
    sums.x += before;
    sums.xx += before * before;
    sums.xy += own * before;
  }
  return sums;
}

export function addMoments(a: GroupMoments, b: GroupMoments): GroupMoments {
  return { n: a.n + b.n, y: a.y + b.y, yy: a.yy + b.yy, x: a.x + b.x, xx: a.xx + b.xx, xy: a.xy + b.xy };
}

/** Centred sums of squares and products of a group. */
export function spreads({ n, y, yy, x, xx, xy }: GroupMoments): { yy: number; xx: number; xy: number } {
  if (n === 0) return { yy: 0, xx: 0, xy: 0 };
  return { yy: Math.max(0, yy - (y * y) / n), xx: Math.max(0, xx - (x * x) / n), xy: xy - (x * y) / n };
}

/** The unbiased variance of y within a group. */
export function outcomeVariance(group: GroupMoments): number {
  return group.n > 1 ? spreads(group).yy / (group.n - 1) : 0;
}
