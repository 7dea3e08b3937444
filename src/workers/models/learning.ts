/** Mean target of each label as JSON, those of few rows drawn towards that of all. */
export interface LabelMeans {
  readonly means: Readonly<Record<string, number>>;
  readonly rest: number;
}

const drawnBy = 20;
const mostLabels = 200;

/** Sums run over sorted values, so that the order of rows moves no digit. */
export function fitLabelMeans(labels: readonly (string | null)[], target: Float64Array): LabelMeans {
  const groups = new Map<string, number[]>();
  for (const [row, label] of labels.entries()) {
    if (label === null) continue;
    const own = groups.get(label);
    if (own) own.push(target[row] ?? 0);
    else groups.set(label, [target[row] ?? 0]);
  }
  const sum = (values: readonly number[] | Float64Array) =>
    Float64Array.from(values)
      .sort()
      .reduce((total, value) => total + value, 0);
  const rest = target.length > 0 ? sum(target) / target.length : 0;
  const kept = [...groups]
    .filter(([, own]) => own.length >= drawnBy)
    .sort(([a, one], [b, other]) => other.length - one.length || (a < b ? -1 : 1))
    .slice(0, mostLabels);
  const means = kept.map(([label, own]) => [label, (sum(own) + drawnBy * rest) / (own.length + drawnBy)] as const);
  return { means: Object.fromEntries(means), rest };
}

/** A column of the means of rows' labels; NaN where there is none, the mean of all for one that wasn't seen. */
export function labelMeansOf({ means, rest }: LabelMeans, labels: readonly (string | null)[]): Float64Array {
  return Float64Array.from(labels, (label) =>
    label === null ? Number.NaN : Object.hasOwn(means, label) ? (means[label] ?? rest) : rest,
  );
}

const word = new Uint32Array(new Float64Array(1).buffer);
const double = new Float64Array(word.buffer);

/** A number of 32 bits a row by what its columns say, so that a share can be drawn without regard to whose rows they are. */
export function contentHashes(columns: readonly Float64Array[]): Uint32Array {
  const hashes = new Uint32Array(columns[0]?.length ?? 0).fill(0x811c9dc5);
  for (const column of columns) {
    for (let row = 0; row < hashes.length; row++) {
      const value = column[row] ?? 0;
      double[0] = Number.isNaN(value) ? -1.5e300 : value + 0;
      const mixed = Math.imul((hashes[row] ?? 0) ^ (word[0] ?? 0), 0x01000193);
      hashes[row] = Math.imul(mixed ^ (word[1] ?? 0) ^ (mixed >>> 15), 0x9e3779b1);
    }
  }
  return hashes.map((hash) => Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) ^ (hash >>> 13));
}

/** Rows of the least hashes, about `most` of them (those of equal hashes together), in order. */
export function drawn(hashes: Uint32Array, most: number): Uint32Array {
  const rows = Uint32Array.from(hashes.keys());
  if (rows.length <= most) return rows;
  const limit = Uint32Array.from(hashes).sort()[most] ?? 0;
  return rows.filter((row) => (hashes[row] ?? 0) < limit);
}

export function pick(column: Float64Array, rows: ArrayLike<number>): Float64Array {
  const picked = new Float64Array(rows.length);
  for (let at = 0; at < rows.length; at++) picked[at] = column[rows[at] ?? 0] ?? Number.NaN;
  return picked;
}

/** Log odds of chances, kept within a millionth of 0 and 1. */
export function logitsOf(chance: Float64Array): Float64Array {
  return chance.map((p) => {
    const kept = Math.min(1 - 1e-6, Math.max(1e-6, p));
    return Math.log(kept / (1 - kept));
  });
}
