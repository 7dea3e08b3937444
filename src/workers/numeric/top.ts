/** The `most` candidates with the greatest scores, greatest first, equal ones in order of their number. Linear in the candidates,
 *  as few of them stay. */
export function topOf(candidates: Iterable<number>, scores: Float64Array, most: number): number[] {
  const kept: number[] = [];
  for (const candidate of candidates) {
    const score = scores[candidate] ?? 0;
    let at = kept.length;
    while (at > 0) {
      const other = kept[at - 1] ?? 0;
      const before = scores[other] ?? 0;
      if (before > score || (before === score && other < candidate)) break;
      at--;
    }
    if (at >= most) continue;
    kept.splice(at, 0, candidate);
    if (kept.length > most) kept.pop();
  }
  return kept;
}
