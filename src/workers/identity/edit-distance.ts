type Row = Uint16Array<ArrayBuffer>;
const longest = 64;
let before: Row = new Uint16Array(longest + 1);
let above: Row = new Uint16Array(longest + 1);
let row: Row = new Uint16Array(longest + 1);

/** Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours (Damerau 1964), up to `most`;
 *  `most` + 1 stands for anything farther. */
export function editDistance(a: string, b: string, most: number): number {
  if (a === b) return 0;
  if (Math.abs(a.length - b.length) > most) return most + 1;
  const [n, m] = [a.length, b.length];
  if (m >= row.length) [before, above, row] = [0, 1, 2].map(() => new Uint16Array(m + 1)) as [Row, Row, Row];
  for (let j = 0; j <= m; j++) above[j] = j;
  for (let i = 1; i <= n; i++) {
    const letter = a.charCodeAt(i - 1);
    row[0] = i;
    let least = i;
    for (let j = 1; j <= m; j++) {
      const other = b.charCodeAt(j - 1);
      let cost = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + (letter === other ? 0 : 1));
      if (i > 1 && j > 1 && letter === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === other)
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      row[j] = cost;
      if (cost < least) least = cost;
    }
    if (least > most) return most + 1;
    [before, above, row] = [above, row, before];
  }
  return Math.min(above[m] ?? 0, most + 1);
}
