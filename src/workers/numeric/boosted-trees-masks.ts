import type { BoostedTrees } from "./boosted-trees.ts";
import { binCodes, binColumn, missingBin } from "./boosted-trees-bins.ts";
import type { Tree } from "./boosted-trees-grow.ts";

const wordBits = 32;
/** Words that are read side by side. */
const stride = 4;

/** A model as bits: for each column and bin, of every tree the leaves that a row with it may still end in. What all columns of a row
 *  leave is one leaf a tree (after Lucchese et al. 2015, QuickScorer). */
export interface Masks {
  readonly base: number;
  readonly columns: readonly MaskColumn[];
  /** By column and bin, `words` words each. */
  readonly table: Int32Array;
  readonly words: number;
  readonly trees: number;
  readonly leaves: number;
  /** By tree, `leaves` each. */
  readonly values: Float64Array;
}

interface MaskColumn {
  readonly feature: number;
  /** Bounds of a column of quantities, or codes of one of categories. */
  readonly cuts: Float64Array;
  readonly isCoded: boolean;
  /** Where its bins begin in the table; the last bin is of what is missing. */
  readonly from: number;
}

/** Null where a tree has more leaves than a word has bits, or a column more bounds than a byte tells apart. */
export function masksOf(model: BoostedTrees): Masks | null {
  const { trees, base, features } = model;
  const leaves = Math.max(1, ...trees.map(({ leafValue }) => leafValue.length));
  if (leaves > wordBits) return null;
  const perWord = Math.floor(wordBits / leaves);
  const words = Math.ceil(trees.length / perWord / stride) * stride;
  const columns: MaskColumn[] = [];
  let size = 0;
  for (let feature = 0; feature < features; feature++) {
    const { cuts, isCoded } = boundsOf(trees, feature);
    if (cuts.length > missingBin - 1) return null;
    if (cuts.length === 0 && !trees.some((tree) => tree.feature.includes(feature))) continue;
    columns.push({ feature, cuts, isCoded, from: size });
    size += (cuts.length + 2) * words;
  }
  const table = new Int32Array(size).fill(-1);
  const values = new Float64Array(trees.length * leaves);
  for (const [at, tree] of trees.entries()) {
    const shift = (at % perWord) * leaves;
    const word = Math.floor(at / perWord);
    values.set(tree.leafValue, at * leaves);
    for (let leaf = tree.leafValue.length; leaf < leaves; leaf++) {
      // a bit that stands for no leaf is nowhere
      for (let slot = word; slot < size; slot += words) table[slot] = (table[slot] ?? 0) & ~(1 << (shift + leaf));
    }
    for (const column of columns) maskTree(tree, column, { table, words, word, shift });
  }
  return { base, columns, table, words, trees: trees.length, leaves, values };
}

function boundsOf(trees: readonly Tree[], feature: number): { cuts: Float64Array; isCoded: boolean } {
  const bounds = new Set<number>();
  let isCoded = false;
  for (const tree of trees) {
    for (let node = 0; node < tree.feature.length; node++) {
      if (tree.feature[node] !== feature) continue;
      const codes = tree.categories?.[node];
      const bound = tree.threshold[node] ?? 0;
      if (codes) {
        isCoded = true;
        for (const code of codes) bounds.add(code);
      } else if (bound < Number.MAX_VALUE) bounds.add(bound);
    }
  }
  return { cuts: Float64Array.from(bounds).sort(), isCoded };
}

interface Place {
  readonly table: Int32Array;
  readonly words: number;
  readonly word: number;
  readonly shift: number;
}

/** Takes away, in each bin of a column, the leaves on the other side of every node that asks for it. */
function maskTree(
  tree: Tree,
  { feature, cuts, isCoded, from }: MaskColumn,
  { table, words, word, shift }: Place,
): void {
  for (let node = 0; node < tree.feature.length; node++) {
    if (tree.feature[node] !== feature) continue;
    const [notLeft, notRight] = [
      ~(leavesBelow(tree, tree.left[node]) << shift),
      ~(leavesBelow(tree, tree.right[node]) << shift),
    ];
    const codes = tree.categories?.[node];
    const threshold = tree.threshold[node] ?? 0;
    for (let bin = 0; bin < cuts.length + 2; bin++) {
      const isMissing = bin === cuts.length + 1;
      const bound = cuts[bin] ?? Number.MAX_VALUE;
      const isKnownLeft = codes ? bin < cuts.length && codes.includes(bound) : bound <= threshold;
      const isLeft = isMissing
        ? tree.isMissingLeft[node] === true
        : isKnownLeft && (isCoded ? codes !== undefined : true);
      const slot = from + bin * words + word;
      table[slot] = (table[slot] ?? 0) & (isLeft ? notRight : notLeft);
    }
  }
}

function leavesBelow(tree: Tree, child: number | undefined): number {
  if (child === undefined) return 0;
  return child < 0 ? 1 << ~child : leavesBelow(tree, tree.left[child]) | leavesBelow(tree, tree.right[child]);
}

export function predictByMasks(masks: Masks, columns: readonly Float64Array[], n: number): Float64Array {
  const { base, words, table } = masks;
  const margins = new Float64Array(n).fill(base);
  const bins = masks.columns.map(({ feature, cuts, isCoded }) => {
    const column = columns[feature] ?? new Float64Array(n).fill(Number.NaN);
    return isCoded ? binCodes(column, cuts, cuts.length) : binColumn(column, cuts);
  });
  const width = bins.length;
  const starts = new Int32Array(width);
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < width; column++) {
      const own = masks.columns[column];
      const bin = bins[column]?.[row] ?? missingBin;
      starts[column] = (own?.from ?? 0) + (bin === missingBin ? (own?.cuts.length ?? 0) + 1 : bin) * words;
    }
    margins[row] = addLeaves(masks, table, starts, width, margins[row] ?? 0);
  }
  return margins;
}

/** Margin of one row: what remains of four words at a time, then the values of the leaves that their bits name, tree by tree. */
function addLeaves(
  { words, trees, leaves, values }: Masks,
  table: Int32Array,
  starts: Int32Array,
  width: number,
  from: number,
): number {
  const perWord = Math.floor(wordBits / leaves);
  let margin = from;
  let tree = 0;
  for (let word = 0; word < words; word += stride) {
    let [a, b, c, d] = [-1, -1, -1, -1];
    for (let column = 0; column < width; column++) {
      const at = (starts[column] ?? 0) + word;
      a &= table[at] ?? 0;
      b &= table[at + 1] ?? 0;
      c &= table[at + 2] ?? 0;
      d &= table[at + 3] ?? 0;
    }
    if (perWord === 1) {
      if (tree < trees) margin += values[tree * leaves + 31 - Math.clz32(a)] ?? 0;
      if (tree + 1 < trees) margin += values[(tree + 1) * leaves + 31 - Math.clz32(b)] ?? 0;
      if (tree + 2 < trees) margin += values[(tree + 2) * leaves + 31 - Math.clz32(c)] ?? 0;
      if (tree + 3 < trees) margin += values[(tree + 3) * leaves + 31 - Math.clz32(d)] ?? 0;
      tree += 4;
    } else {
      for (const left of [a, b, c, d]) {
        for (let rest = left, part = 0; part < perWord && tree < trees; part++, tree++) {
          const own = rest & (2 ** leaves - 1);
          margin += values[tree * leaves + 31 - Math.clz32(own)] ?? 0;
          rest >>>= leaves;
        }
      }
    }
  }
  return margin;
}
