/** Bin of values that are missing; the others have bins 0 to 254. */
export const missingBin = 255;
const mostBins = 255;

/** Columns in steps of a byte. */
export interface Binned {
  readonly n: number;
  readonly features: number;
  /** Words a row. */
  readonly width: number;
  /** By column. */
  readonly bins: readonly Uint8Array[];
  /** By row, four columns a word, the last one padded. */
  readonly words: Uint32Array;
  /** Upper bounds by column, ascending: a value's bin is the number of bounds below it. */
  readonly cuts: readonly Float64Array[];
  /** Of a column of categories: the code behind each bin, ascending; null of a column of quantities. */
  readonly codes: readonly (Float64Array | null)[];
  /** 32 bits made of a row's bins: equal rows have equal ones, whatever their order. */
  readonly hashes: Uint32Array;
}

/** Bounds between the values of a column: halfway between all neighbours where they are few, else at quantiles of values that are
 *  told apart by their first 32 bits. */
export function cutsOf(column: Float64Array): Float64Array {
  const few = fewValues(column);
  if (few) return few.subarray(1).map((value, at) => between(few[at] ?? 0, value));
  const keys = sortedKeys(column);
  const n = keys.length;
  const cuts: number[] = [];
  for (let step = 1, last = -1; step < mostBins; step++) {
    const key = keys[Math.floor((step * n) / mostBins) - 1] ?? 0;
    if (key <= last) continue;
    const above = keys[firstAbove(keys, key)];
    if (above !== undefined) cuts.push(between(edgeOf(key, true), edgeOf(above, false)));
    last = key;
  }
  return Float64Array.from(cuts);
}

/** The different values in order, or null where there are more than bins. */
function fewValues(column: Float64Array): Float64Array | null {
  const values = new Set<number>();
  for (let row = 0; row < column.length; row++) {
    const value = column[row] ?? Number.NaN;
    if (!Number.isFinite(value)) continue;
    values.add(value + 0);
    if (values.size > mostBins) return null;
  }
  return Float64Array.from(values).sort();
}

function between(below: number, above: number): number {
  const middle = below / 2 + above / 2;
  return middle >= below && middle < above ? middle : below;
}

const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer);

/** First 32 bits of each finite value, made to sort as the values do, by radix. */
function sortedKeys(column: Float64Array): Uint32Array {
  let keys = new Uint32Array(column.length);
  let n = 0;
  for (let row = 0; row < column.length; row++) {
    const value = column[row] ?? Number.NaN;
    if (!Number.isFinite(value)) continue;
    double[0] = value + 0;
    const high = halves[1] ?? 0;
    keys[n++] = high >>> 31 ? ~high : high | 0x80000000;
  }
  keys = keys.subarray(0, n);
  let other = new Uint32Array(n);
  for (const shift of [0, 11, 22]) {
    const places = new Uint32Array(2049);
    for (let at = 0; at < n; at++) {
      const digit = (((keys[at] ?? 0) >>> shift) & 2047) + 1;
      places[digit] = (places[digit] ?? 0) + 1;
    }
    for (let digit = 1; digit < 2049; digit++) places[digit] = (places[digit] ?? 0) + (places[digit - 1] ?? 0);
    for (let at = 0; at < n; at++) {
      const key = keys[at] ?? 0;
      const digit = (key >>> shift) & 2047;
      const place = places[digit] ?? 0;
      other[place] = key;
      places[digit] = place + 1;
    }
    [keys, other] = [other, keys];
  }
  return keys;
}

/** The greatest or least value with a key. */
function edgeOf(key: number, isGreatest: boolean): number {
  const isPositive = key >>> 31 === 1;
  halves[1] = isPositive ? key & 0x7fffffff : ~key;
  halves[0] = isPositive === isGreatest ? 0xffffffff : 0;
  return double[0] ?? 0;
}

function firstAbove(sorted: Uint32Array, key: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) > key) high = middle;
    else low = middle + 1;
  }
  return low;
}

const tableSize = 4096;

/** Codes of a column of categories, the most frequent where there are more than bins; others count as missing. */
export function codesOf(column: Float64Array): Float64Array {
  const counts = new Map<number, number>();
  for (const code of column) if (Number.isFinite(code)) counts.set(code + 0, (counts.get(code + 0) ?? 0) + 1);
  const kept = [...counts].sort(([a, n], [b, m]) => m - n || a - b).slice(0, mostBins);
  return Float64Array.from(kept, ([code]) => code).sort();
}

/** Bins of codes; `other` is the one of codes that aren't among them. */
export function binCodes(column: Float64Array, codes: Float64Array, other = missingBin): Uint8Array {
  const places = new Map(Array.from(codes, (code, bin) => [code, bin]));
  return Uint8Array.from(column, (code) => (Number.isFinite(code) ? (places.get(code + 0) ?? other) : missingBin));
}

/** Bins of one column; a table over equal stretches of its range leaves little to search. */
export function binColumn(column: Float64Array, cuts: Float64Array): Uint8Array {
  const first = cuts[0] ?? 0;
  const span = (cuts.at(-1) ?? 0) - first;
  const scale = span > 0 && Number.isFinite(tableSize / span) ? tableSize / span : 0;
  const starts = new Uint8Array(tableSize + 2);
  for (let at = 0, bin = 0; at <= tableSize + 1; at++) {
    while (scale > 0 && bin < cuts.length && ((cuts[bin] ?? 0) - first) * scale < at - 1) bin++;
    starts[at] = bin;
  }
  const bins = new Uint8Array(column.length);
  for (let row = 0; row < column.length; row++) {
    const value = column[row] ?? Number.NaN;
    if (!Number.isFinite(value)) {
      bins[row] = missingBin;
      continue;
    }
    let bin = starts[Math.max(0, Math.min(tableSize + 1, Math.floor((value - first) * scale)))] ?? 0;
    while (bin < cuts.length && value > (cuts[bin] ?? 0)) bin++;
    bins[row] = bin;
  }
  return bins;
}

/** What isn't finite is missing. Columns have equal lengths; those of `categorical` hold codes without order. */
export function binColumns(columns: readonly Float64Array[], categorical: readonly number[] = []): Binned {
  const n = columns[0]?.length ?? 0;
  const width = Math.ceil(columns.length / 4);
  const codes = columns.map((column, feature) => (categorical.includes(feature) ? codesOf(column) : null));
  const cuts = columns.map((column, feature) => (codes[feature] ? new Float64Array(0) : cutsOf(column)));
  const bins = columns.map((column, feature) => {
    const own = codes[feature];
    return own ? binCodes(column, own) : binColumn(column, cuts[feature] ?? new Float64Array(0));
  });
  const words = new Uint32Array(n * width);
  for (let step = 0; step < width; step++) {
    const [first, second, third, fourth] = [0, 1, 2, 3].map((more) => bins[step * 4 + more]);
    for (let row = 0; row < n; row++) {
      const low = (first?.[row] ?? 0) | ((second?.[row] ?? 0) << 8);
      words[row * width + step] = low | ((third?.[row] ?? 0) << 16) | ((fourth?.[row] ?? 0) << 24);
    }
  }
  return { n, features: columns.length, width, bins, words, cuts, codes, hashes: hashesOf(words, n, width) };
}

function hashesOf(words: Uint32Array, n: number, width: number): Uint32Array {
  const hashes = new Uint32Array(n);
  for (let row = 0; row < n; row++) {
    let hash = 0x811c9dc5;
    for (let at = row * width; at < (row + 1) * width; at++) {
      hash = Math.imul(hash ^ (words[at] ?? 0), 0x85ebca6b);
      hash ^= hash >>> 15;
    }
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hashes[row] = hash ^ (hash >>> 16);
  }
  return hashes;
}
