import type { Binned } from "./boosted-trees-bins.ts";
import type { Derivatives } from "./boosted-trees-loss.ts";

/** Rows whose packed derivatives add up exactly: 2^13 rows of 13 bits are 26 bits. */
const blockRows = 8192;
const levels = 8191;
const shift = 2 ** 26;

/** Derivatives as whole numbers, both in one double: slope · 2^26 + curvature. Sums over a block are exact, so that neither the
 *  order of rows nor how they are split up moves a digit. What is cut off is dithered by the row's own hash, which keeps sums
 *  unbiased (Shi et al. 2022, Quantized training of gradient boosting decision trees). */
export interface Packed {
  readonly values: Float64Array;
  slopeUnit: number;
  curvatureUnit: number;
}

export function pack(
  packed: Packed,
  { slope: slopes, curvature: curvatures }: Derivatives,
  rows: Uint32Array,
  hashes: Uint32Array,
  round: number,
): void {
  let [mostSlope, mostCurvature] = [0, 0];
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] ?? 0;
    mostSlope = Math.max(mostSlope, Math.abs(slopes[row] ?? 0));
    mostCurvature = Math.max(mostCurvature, curvatures[row] ?? 0);
  }
  packed.slopeUnit = mostSlope / levels;
  packed.curvatureUnit = mostCurvature / levels;
  const slopeScale = mostSlope > 0 ? levels / mostSlope : 0;
  const curvatureScale = mostCurvature > 0 ? levels / mostCurvature : 0;
  const turn = Math.imul(round + 1, 0x9e3779b9);
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] ?? 0;
    const dither = ((hashes[row] ?? 0) + turn) >>> 0;
    const slope = Math.floor((slopes[row] ?? 0) * slopeScale + dither / 4294967296);
    const other = (Math.imul(dither, 0x2c1b3c6d) >>> 0) / 4294967296;
    const curvature = Math.floor((curvatures[row] ?? 0) * curvatureScale + other);
    packed.values[row] = clamp(slope) * shift + clamp(curvature);
  }
}

function clamp(level: number): number {
  return Math.min(levels, Math.max(-levels, level));
}

/** Sums of slopes, then of curvatures, by column and bin. */
export type Histogram = Float64Array;

export function slotsOf({ width }: Binned): number {
  return width * 4 * 256;
}

/** Adds up the rows from `from` to `to`; `block` holds zeros before and after. */
export function fillHistogram(
  binned: Binned,
  packed: Packed,
  rows: Uint32Array,
  from: number,
  to: number,
  block: Float64Array,
  into: Histogram,
): void {
  into.fill(0);
  for (let start = from; start < to; start += blockRows) {
    addBlock(binned.words, binned.width, packed.values, rows, start, Math.min(to, start + blockRows), block);
    unpack(block, into);
  }
}

function addBlock(
  words: Uint32Array,
  width: number,
  values: Float64Array,
  rows: Uint32Array,
  from: number,
  to: number,
  block: Float64Array,
): void {
  for (let at = from; at < to; at++) {
    const row = rows[at] ?? 0;
    const value = values[row] ?? 0;
    const start = row * width;
    let base = 0;
    for (let step = 0; step < width; step++) {
      const word = words[start + step] ?? 0;
      const first = base + (word & 255);
      const second = base + 256 + ((word >>> 8) & 255);
      const third = base + 512 + ((word >>> 16) & 255);
      const fourth = base + 768 + (word >>> 24);
      block[first] = (block[first] ?? 0) + value;
      block[second] = (block[second] ?? 0) + value;
      block[third] = (block[third] ?? 0) + value;
      block[fourth] = (block[fourth] ?? 0) + value;
      base += 1024;
    }
  }
}

function unpack(block: Float64Array, into: Histogram): void {
  const slots = block.length;
  for (let at = 0; at < slots; at++) {
    const sum = block[at] ?? 0;
    if (sum === 0) continue;
    const slope = Math.floor(sum / shift);
    into[at] = (into[at] ?? 0) + slope;
    into[slots + at] = (into[slots + at] ?? 0) + (sum - slope * shift);
    block[at] = 0;
  }
}

/** What the other child has: `whole` becomes whole − part. */
export function subtract(whole: Histogram, part: Histogram): void {
  for (let at = 0; at < whole.length; at++) whole[at] = (whole[at] ?? 0) - (part[at] ?? 0);
}
