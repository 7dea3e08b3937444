/** Where a level is crossed in a column of values given at rising positions, between the two that enclose it; null where it
 *  isn't crossed. Values fall or rise along the column; the last crossing counts. */
export function crossing(
  positions: readonly number[],
  values: readonly (number | null)[],
  level: number,
): number | null {
  for (let at = positions.length - 1; at > 0; at--) {
    const [a, b] = [values[at - 1], values[at]];
    const [from, to] = [positions[at - 1], positions[at]];
    if (a == null || b == null || from === undefined || to === undefined) continue;
    if ((a >= level && b < level) || (a < level && b >= level)) return from + ((a - level) / (a - b)) * (to - from);
  }
  return null;
}
