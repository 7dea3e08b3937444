/** Natural breaks of values on a grid (Jenks & Caspall 1971; Fisher 1958): the cut into at most `classes` runs with the least
 *  squares within, by dynamic programming, so without a start that could matter. weights: how many values lie at each place of the
 *  grid, in its order. Returns the last place of each run; fewer runs where fewer places hold anything. */
export function naturalBreaks(weights: Float64Array, classes: number): number[] {
  const n = weights.length;
  const [sum0, sum1, sum2] = [new Float64Array(n + 1), new Float64Array(n + 1), new Float64Array(n + 1)];
  for (let at = 0; at < n; at++) {
    const weight = weights[at] ?? 0;
    sum0[at + 1] = (sum0[at] ?? 0) + weight;
    sum1[at + 1] = (sum1[at] ?? 0) + weight * at;
    sum2[at + 1] = (sum2[at] ?? 0) + weight * at * at;
  }
  const within = (from: number, to: number) => {
    const weight = (sum0[to] ?? 0) - (sum0[from] ?? 0);
    const total = (sum1[to] ?? 0) - (sum1[from] ?? 0);
    return weight > 0 ? (sum2[to] ?? 0) - (sum2[from] ?? 0) - (total * total) / weight : 0;
  };
  const filled = weights.filter((weight) => weight > 0).length;
  const runs = Math.min(classes, filled);
  if (runs === 0) return [];
  let best = Float64Array.from({ length: n + 1 }, (_, to) => within(0, to));
  const starts: Int32Array[] = [new Int32Array(n + 1)];
  for (let run = 1; run < runs; run++) {
    const next = new Float64Array(n + 1).fill(Number.POSITIVE_INFINITY);
    const start = new Int32Array(n + 1);
    for (let to = run + 1; to <= n; to++) {
      for (let from = run; from < to; from++) {
        const cost = (best[from] ?? 0) + within(from, to);
        if (cost < (next[to] ?? 0) - 1e-9) {
          next[to] = cost;
          start[to] = from;
        }
      }
    }
    starts.push(start);
    best = next;
  }
  const ends: number[] = [];
  for (let run = runs - 1, to = n; run >= 0; run--) {
    ends.unshift(to - 1);
    to = starts[run]?.[to] ?? 0;
  }
  return ends;
}
