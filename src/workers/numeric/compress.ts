/** A column as codes into its distinct values, which ascend. */
export interface Coded {
  readonly values: Float64Array;
  readonly code: Int32Array;
}

const tableLimit = 1 << 20;

/** Codes of finite values; the same values get the same codes in any order of rows. */
export function encode(column: Float64Array): Coded {
  let isSmall = true;
  let most = 0;
  for (let row = 0; row < column.length && isSmall; row++) {
    const value = column[row] ?? 0;
    isSmall = value >= 0 && value < tableLimit && Number.isInteger(value);
    if (value > most) most = value;
  }
  return isSmall ? encodeByTable(column, most) : encodeBySearch(column);
}

function encodeByTable(column: Float64Array, most: number): Coded {
  const place = new Int32Array(most + 1).fill(-1);
  for (let row = 0; row < column.length; row++) place[column[row] ?? 0] = 0;
  const values: number[] = [];
  for (let value = 0; value < place.length; value++) {
    if (place[value] !== 0) continue;
    place[value] = values.length;
    values.push(value);
  }
  const code = new Int32Array(column.length);
  for (let row = 0; row < column.length; row++) code[row] = place[column[row] ?? 0] ?? 0;
  return { values: Float64Array.from(values), code };
}

function encodeBySearch(column: Float64Array): Coded {
  const sorted = Float64Array.from(column).sort();
  let distinct = 0;
  for (let at = 0; at < sorted.length; at++) {
    if (at === 0 || sorted[at] !== sorted[distinct - 1]) sorted[distinct++] = sorted[at] ?? 0;
  }
  const values = sorted.slice(0, distinct);
  return { values, code: Int32Array.from(column, (value) => placeOf(value, values)) };
}

function placeOf(value: number, values: Float64Array): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

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
  const [x, last, age] = [encode(frequency), encode(recency), encode(tAge)];
  const n = frequency.length;
  const times = new Float64Array(n);
  for (let row = 0; row < n; row++) times[row] = (last.code[row] ?? 0) * age.values.length + (age.code[row] ?? 0);
  const isWide = x.values.length * last.values.length * age.values.length > Number.MAX_SAFE_INTEGER;
  const time = isWide ? encode(times) : { values: null, code: times };
  const span = time.values?.length ?? Math.max(1, last.values.length * age.values.length);
  const keys = new Float64Array(n);
  for (let row = 0; row < n; row++) keys[row] = (x.code[row] ?? 0) * span + (time.code[row] ?? 0);
  const { values, group } = groupKeys(keys);
  const count = new Float64Array(values.length);
  for (let row = 0; row < n; row++) {
    const own = group[row] ?? 0;
    count[own] = (count[own] ?? 0) + 1;
  }
  return { ...columnsOf(values, { x, last, age, span, times: time.values }), count, group };
}

interface Keyed {
  readonly x: Coded;
  readonly last: Coded;
  readonly age: Coded;
  readonly span: number;
  readonly times: Float64Array | null;
}

/** The columns that keys were made from. */
function columnsOf(keys: Float64Array, { x, last, age, span, times }: Keyed) {
  const n = keys.length;
  const [frequency, recency, tAge] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  const ages = Math.max(1, age.values.length);
  for (let at = 0; at < n; at++) {
    const key = keys[at] ?? 0;
    const xCode = Math.floor(key / span);
    const timeCode = key - xCode * span;
    const both = times ? (times[timeCode] ?? 0) : timeCode;
    const lastCode = Math.floor(both / ages);
    frequency[at] = x.values[xCode] ?? 0;
    recency[at] = last.values[lastCode] ?? 0;
    tAge[at] = age.values[both - lastCode * ages] ?? 0;
  }
  return { frequency, recency, tAge };
}

/** Every n-th group, so that about `most` are left; the summary itself where it has no more. */
export function thin(summary: Compressed, most: number): Compressed {
  const every = Math.ceil(summary.count.length / most);
  if (every <= 1) return summary;
  const pick = (column: Float64Array) => column.filter((_, at) => at % every === 0);
  return {
    frequency: pick(summary.frequency),
    recency: pick(summary.recency),
    tAge: pick(summary.tAge),
    count: pick(summary.count),
    group: new Int32Array(0),
  };
}

/** Distinct keys in ascending order and each row's place among them: by a hash table first, since few are distinct. */
function groupKeys(keys: Float64Array): { values: Float64Array; group: Int32Array } {
  let slots = 1 << 10;
  while (slots < 2 * keys.length) slots *= 2;
  const place = new Int32Array(slots).fill(-1);
  const found = new Float64Array(keys.length);
  const slotOf = (key: number) => {
    let slot = (Math.imul(key | 0, 0x9e3779b1) ^ Math.imul((key / 4294967296) | 0, 0x85ebca6b)) >>> 0;
    slot = (slot ^ (slot >>> 15)) & (slots - 1);
    while ((place[slot] ?? -1) >= 0 && found[place[slot] ?? 0] !== key) slot = (slot + 1) & (slots - 1);
    return slot;
  };
  const group = new Int32Array(keys.length);
  let distinct = 0;
  for (let row = 0; row < keys.length; row++) {
    const key = keys[row] ?? 0;
    const slot = slotOf(key);
    if ((place[slot] ?? -1) < 0) {
      place[slot] = distinct;
      found[distinct++] = key;
    }
    group[row] = place[slot] ?? 0;
  }
  const values = found.slice(0, distinct).sort();
  const rank = new Int32Array(distinct);
  for (let at = 0; at < distinct; at++) rank[place[slotOf(values[at] ?? 0)] ?? 0] = at;
  for (let row = 0; row < keys.length; row++) group[row] = rank[group[row] ?? 0] ?? 0;
  return { values, group };
}
