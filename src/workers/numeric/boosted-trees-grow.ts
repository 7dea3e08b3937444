import { type Binned, missingBin } from "./boosted-trees-bins.ts";
import { fillHistogram, type Histogram, type Packed, slotsOf, subtract } from "./boosted-trees-histogram.ts";
import { bestSplit, type Split, type SplitRules, sumsOf } from "./boosted-trees-split.ts";

/** Inner nodes in order of their making; a child below 0 is the leaf ~child. */
export interface Tree {
  readonly feature: number[];
  /** A value up to this goes left. */
  readonly threshold: number[];
  readonly isMissingLeft: boolean[];
  readonly left: number[];
  readonly right: number[];
  readonly leafValue: number[];
  /** Rows of the fit in each leaf. */
  readonly leafCover: number[];
}

export interface GrowRules extends SplitRules {
  readonly leaves: number;
  readonly learningRate: number;
}

interface OpenLeaf {
  readonly leaf: number;
  readonly from: number;
  readonly to: number;
  readonly histogram: Histogram | null;
  readonly split: Split | null;
  /** Where its parent names it. */
  readonly parent: number;
  readonly isLeft: boolean;
}

/** Buffers that serve all trees of a fit. */
export class Growth {
  private readonly spare: Histogram[] = [];
  private readonly block: Float64Array;
  private readonly rows: Uint32Array;
  private readonly moved: Uint32Array;
  private readonly leafOfRow: Uint16Array;
  private readonly binned: Binned;
  private readonly rules: GrowRules;

  constructor(binned: Binned, rules: GrowRules) {
    this.binned = binned;
    this.rules = rules;
    this.block = new Float64Array(slotsOf(binned));
    this.rows = new Uint32Array(binned.n);
    this.moved = new Uint32Array(binned.n);
    this.leafOfRow = new Uint16Array(binned.n);
  }

  /** Leaf by leaf, the one that gains most first, on the given rows; adds each leaf's value to the margins of its rows. */
  tree(packed: Packed, sorted: Uint32Array, features: readonly number[], margins: Float64Array): Tree {
    const tree: Tree = {
      feature: [],
      threshold: [],
      isMissingLeft: [],
      left: [],
      right: [],
      leafValue: [],
      leafCover: [],
    };
    const rows = this.rows.subarray(0, sorted.length);
    rows.set(sorted);
    const whole = this.histogram();
    fillHistogram(this.binned, packed, rows, 0, rows.length, this.block, whole);
    const open: OpenLeaf[] = [];
    const values: number[] = [];
    const put = (place: Omit<OpenLeaf, "split">, isLast: boolean) => {
      const { histogram } = place;
      const split = isLast || !histogram ? null : bestSplit(this.binned, histogram, packed, features, this.rules);
      if (histogram) values[place.leaf] = this.valueOf(histogram, packed);
      open[place.leaf] = { ...place, split };
    };
    put({ leaf: 0, from: 0, to: rows.length, histogram: whole, parent: -1, isLeft: true }, this.rules.leaves < 2);
    while (open.length < this.rules.leaves) {
      let best: OpenLeaf | undefined;
      for (const one of open) if (one.split && one.split.gain > (best?.split?.gain ?? 0)) best = one;
      if (!best?.split || !best.histogram) break;
      const { split, from, to, leaf, histogram } = best;
      const node = this.addNode(tree, best, split, open.length);
      const middle = this.partition(rows, from, to, split);
      const isLeftSmall = middle - from <= to - middle;
      const small = this.histogram();
      fillHistogram(
        this.binned,
        packed,
        rows,
        isLeftSmall ? from : middle,
        isLeftSmall ? middle : to,
        this.block,
        small,
      );
      subtract(histogram, small);
      const isLast = open.length + 1 === this.rules.leaves;
      const [left, right] = isLeftSmall ? [small, histogram] : [histogram, small];
      put({ leaf, from, to: middle, histogram: left, parent: node, isLeft: true }, isLast);
      put({ leaf: open.length, from: middle, to, histogram: right, parent: node, isLeft: false }, isLast);
    }
    for (const { leaf, from, to, histogram } of open) {
      tree.leafValue.push(values[leaf] ?? 0);
      tree.leafCover.push(to - from);
      markLeaf(this.leafOfRow, rows, from, to, leaf);
      if (histogram) this.spare.push(histogram);
    }
    addValues(margins, tree.leafValue, this.leafOfRow, sorted);
    return tree;
  }

  private histogram(): Histogram {
    return this.spare.pop() ?? new Float64Array(2 * slotsOf(this.binned));
  }

  private valueOf(histogram: Histogram, packed: Packed): number {
    const { slope, curvature } = sumsOf(histogram, packed);
    const weight = curvature + this.rules.l2;
    return weight > 0 ? ((0 - slope) / weight) * this.rules.learningRate : 0;
  }

  private addNode(tree: Tree, from: OpenLeaf, split: Split, newLeaf: number): number {
    const node = tree.feature.length;
    tree.feature.push(split.feature);
    tree.threshold.push(this.binned.cuts[split.feature]?.[split.bin] ?? Number.MAX_VALUE);
    tree.isMissingLeft.push(split.isMissingLeft);
    tree.left.push(~from.leaf);
    tree.right.push(~newLeaf);
    if (from.parent >= 0) (from.isLeft ? tree.left : tree.right)[from.parent] = node;
    return node;
  }

  /** Puts the rows that go left first; their order stays. Returns where the others begin. */
  private partition(rows: Uint32Array, from: number, to: number, { feature, bin, isMissingLeft }: Split): number {
    const bins = this.binned.bins[feature] ?? new Uint8Array(0);
    const goesLeft = Uint8Array.from({ length: 256 }, (_, own) =>
      (own === missingBin ? isMissingLeft : own <= bin) ? 1 : 0,
    );
    const moved = this.moved;
    let [left, others] = [from, 0];
    for (let at = from; at < to; at++) {
      const row = rows[at] ?? 0;
      const isLeft = goesLeft[bins[row] ?? 0] ?? 0;
      rows[left] = row;
      moved[others] = row;
      left += isLeft;
      others += 1 - isLeft;
    }
    rows.set(moved.subarray(0, others), left);
    return left;
  }
}

function markLeaf(leafOfRow: Uint16Array, rows: Uint32Array, from: number, to: number, leaf: number): void {
  for (let at = from; at < to; at++) leafOfRow[rows[at] ?? 0] = leaf;
}

function addValues(margins: Float64Array, values: readonly number[], leafOfRow: Uint16Array, rows: Uint32Array): void {
  const table = Float64Array.from(values);
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] ?? 0;
    margins[row] = (margins[row] ?? 0) + (table[leafOfRow[row] ?? 0] ?? 0);
  }
}
