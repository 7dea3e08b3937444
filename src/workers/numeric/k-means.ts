import { createRandom, type Random } from "../../shared/base/random.ts";

/** Rows one after another, each of `width` numbers. */
export interface Matrix {
  readonly rows: number;
  readonly width: number;
  readonly values: Float64Array;
}

export interface Clusters {
  readonly centres: Matrix;
  readonly labels: Int32Array;
  /** Sum of squared distances to the nearest centre. */
  readonly spread: number;
}

const rounds = 25;

function squaredDistance(a: Matrix, row: number, b: Matrix, other: number): number {
  const { width } = a;
  let sum = 0;
  for (let k = 0; k < width; k++) {
    const difference = (a.values[row * width + k] ?? 0) - (b.values[other * width + k] ?? 0);
    sum += difference * difference;
  }
  return sum;
}

/** The nearest centre of a row with its squared distance, and that of the second nearest. */
export function nearest(
  matrix: Matrix,
  row: number,
  centres: Matrix,
): { label: number; first: number; second: number } {
  let [label, first, second] = [0, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let centre = 0; centre < centres.rows; centre++) {
    const distance = squaredDistance(matrix, row, centres, centre);
    if (distance < first) [label, first, second] = [centre, distance, first];
    else if (distance < second) second = distance;
  }
  return { label, first, second };
}

/** Starting centres far from each other: k-means++ (Arthur & Vassilvitskii 2007). */
function start(matrix: Matrix, k: number, random: Random): Matrix {
  const { rows, width, values } = matrix;
  const centres = { rows: 0, width, values: new Float64Array(k * width) };
  const away = new Float64Array(rows).fill(Number.POSITIVE_INFINITY);
  let chosen = random.below(rows);
  while (centres.rows < k) {
    centres.values.set(values.subarray(chosen * width, (chosen + 1) * width), centres.rows * width);
    centres.rows++;
    let total = 0;
    for (let row = 0; row < rows; row++) {
      away[row] = Math.min(away[row] ?? 0, squaredDistance(matrix, row, centres, centres.rows - 1));
      total += away[row] ?? 0;
    }
    let left = random.next() * total;
    for (chosen = 0; chosen < rows - 1; chosen++) {
      left -= away[chosen] ?? 0;
      if (left < 0) break;
    }
  }
  return centres;
}

/** Lloyd's algorithm from several starts; the least spread wins. Deterministic for a seed and an order of rows. */
export function kMeans(matrix: Matrix, k: number, seed: number, starts = 3): Clusters {
  let best: Clusters | undefined;
  for (let at = 0; at < starts; at++) {
    const found = lloyd(matrix, start(matrix, k, createRandom(seed, `k-means ${k} ${at}`)));
    if (!best || found.spread < best.spread - 1e-9) best = found;
  }
  return (
    best ?? {
      centres: { rows: 0, width: matrix.width, values: new Float64Array(0) },
      labels: new Int32Array(0),
      spread: 0,
    }
  );
}

function lloyd(matrix: Matrix, from: Matrix): Clusters {
  const { rows, width, values } = matrix;
  const centres = { ...from, values: from.values.slice() };
  const labels = new Int32Array(rows).fill(-1);
  let spread = 0;
  for (let round = 0; round < rounds; round++) {
    const sums = new Float64Array(centres.values.length);
    const sizes = new Float64Array(centres.rows);
    let moved = 0;
    spread = 0;
    for (let row = 0; row < rows; row++) {
      const { label, first } = nearest(matrix, row, centres);
      if (labels[row] !== label) moved++;
      labels[row] = label;
      spread += first;
      sizes[label] = (sizes[label] ?? 0) + 1;
      for (let k = 0; k < width; k++) {
        const at = label * width + k;
        sums[at] = (sums[at] ?? 0) + (values[row * width + k] ?? 0);
      }
    }
    if (moved === 0) break;
    for (let at = 0; at < sums.length; at++) {
      const size = sizes[Math.floor(at / width)] ?? 0;
      if (size > 0) centres.values[at] = (sums[at] ?? 0) / size;
    }
  }
  return { centres, labels, spread };
}

/** Agreement of two groupings beyond chance: Hubert & Arabie's (1985) adjusted Rand index; 1 is the same, 0 chance. */
export function adjustedRand(a: Int32Array, b: Int32Array): number {
  const most = (labels: Int32Array) => labels.reduce((top, label) => Math.max(top, label), 0);
  const [rows, columns] = [most(a) + 1, most(b) + 1];
  const cells = new Float64Array(rows * columns);
  const [sumsA, sumsB] = [new Float64Array(rows), new Float64Array(columns)];
  for (let at = 0; at < a.length; at++) {
    const [x, y] = [a[at] ?? 0, b[at] ?? 0];
    cells[x * columns + y] = (cells[x * columns + y] ?? 0) + 1;
    sumsA[x] = (sumsA[x] ?? 0) + 1;
    sumsB[y] = (sumsB[y] ?? 0) + 1;
  }
  const pairs = (values: Float64Array) => values.reduce((sum, n) => sum + (n * (n - 1)) / 2, 0);
  const all = (a.length * (a.length - 1)) / 2;
  const [both, inA, inB] = [pairs(cells), pairs(sumsA), pairs(sumsB)];
  const expected = (inA * inB) / Math.max(1, all);
  const mean = (inA + inB) / 2;
  return mean === expected ? 1 : (both - expected) / (mean - expected);
}
