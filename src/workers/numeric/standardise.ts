/** How columns were brought to one scale: mean and standard deviation of what is finite; what isn't counts as the mean. Values beyond
 *  four standard deviations are drawn in. */
export interface Standard {
  readonly means: readonly number[];
  readonly spreads: readonly number[];
}
const farthest = 4;

export function standardOf(columns: readonly Float64Array[]): Standard {
  const told = columns.map((column) => {
    const known = column.filter(Number.isFinite).sort(); // in order, so that sums don't hang on the order of rows
    const mean = known.reduce((sum, value) => sum + value, 0) / Math.max(1, known.length);
    const square = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, known.length);
    return {
      mean: Number.isFinite(mean) ? mean : 0,
      spread: square > 0 && Number.isFinite(square) ? Math.sqrt(square) : 0,
    };
  });
  return { means: told.map(({ mean }) => mean), spreads: told.map(({ spread }) => spread) };
}

export function standardised(columns: readonly Float64Array[], { means, spreads }: Standard): Float64Array[] {
  return columns.map((column, at) => {
    const [mean, spread] = [means[at] ?? 0, spreads[at] ?? 0];
    return column.map((value) => {
      if (!Number.isFinite(value) || spread === 0) return 0;
      return Math.min(farthest, Math.max(-farthest, (value - mean) / spread));
    });
  });
}

/** Rows in an order that what they hold decides, not where they stand. */
export function canonicalOrder(columns: readonly Float64Array[]): Uint32Array {
  const n = columns[0]?.length ?? 0;
  const keys = new Float64Array(n);
  for (const [at, column] of columns.entries())
    for (let row = 0; row < n; row++) keys[row] = ((keys[row] ?? 0) + mix(column[row] ?? 0, at)) % 4294967296;
  const compare = (a: number, b: number) => {
    if (keys[a] !== keys[b]) return (keys[a] ?? 0) - (keys[b] ?? 0);
    for (const column of columns) {
      const [x, y] = [column[a] ?? 0, column[b] ?? 0];
      if (x !== y && !(Number.isNaN(x) && Number.isNaN(y))) return Number.isNaN(x) ? 1 : Number.isNaN(y) ? -1 : x - y;
    }
    return 0;
  };
  return Uint32Array.from({ length: n }, (_, row) => row).sort(compare);
}

const bits = new DataView(new ArrayBuffer(8));
function mix(value: number, salt: number): number {
  bits.setFloat64(0, Number.isNaN(value) ? Number.MAX_VALUE : value);
  let h = Math.imul(bits.getUint32(0) ^ Math.imul(salt + 1, 0x9e3779b1), 0x85ebca6b);
  h = Math.imul((h ^ (h >>> 13)) + bits.getUint32(4), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
