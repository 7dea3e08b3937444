/** Rows of a purchase summary with equal (x, t_x, T) as one with a count; `group` tells each row's. */
export interface Compressed {
  readonly frequency: Float64Array;
  readonly recency: Float64Array;
  readonly tAge: Float64Array;
  readonly count: Float64Array;
  readonly group: Int32Array;
}

/** Groups equal rows: the likelihood of the whole is unchanged, its cost stops growing with the number of customers. Groups
 *  stand in order of (x, t_x, T), so that sums don't depend on the order of rows. */
export function compressSummary(frequency: Float64Array, recency: Float64Array, tAge: Float64Array): Compressed {
  const n = frequency.length;
  const order = Uint32Array.from({ length: n }, (_, at) => at);
  const value = (column: Float64Array, at: number) => column[at] ?? 0;
  order.sort((a, b) => value(frequency, a) - value(frequency, b) || value(recency, a) - value(recency, b) || value(tAge, a) - value(tAge, b));
  const group = new Int32Array(n);
  const starts: number[] = [];
  let last = -1;
  for (const at of order) {
    const isNew = last < 0 || value(frequency, at) !== value(frequency, last) || value(recency, at) !== value(recency, last) || value(tAge, at) !== value(tAge, last);
    if (isNew) starts.push(at);
    group[at] = starts.length - 1;
    last = at;
  }
  const count = new Float64Array(starts.length);
  for (const at of group) count[at] = (count[at] ?? 0) + 1;
  const pick = (column: Float64Array) => Float64Array.from(starts, (at) => value(column, at));
  return { frequency: pick(frequency), recency: pick(recency), tAge: pick(tAge), count, group };
}
