import { type Binned, missingBin } from "./boosted-trees-bins.ts";
import { fillHistogram, type Histogram, type Packed, slotsOf, subtract } from "./boosted-trees-histogram.ts";
import {
  type Bounds,
  bestSplit,
  type Split,
  type SplitRules,
  sumsOf,
  unbounded,
  valueWithin,
} from "./boosted-trees-split.ts";

/** Inner nodes in order of their making; a child below 0 is the leaf ~child. */
export interface Tree {
  readonly feature: number[];
  /** A value up to this goes left. */
  readonly threshold: number[];
  readonly isMissingLeft: boolean[];
  /** Codes that go left, where the node parts categories, else null; left out where none does. */
  readonly categories?: (readonly number[] | null)[];
  readonly left: number[];
  readonly right: number[];
  readonly leafValue: number[];
  /** Rows of the fit in each leaf. */
  readonly leafCover: number[];
}

export interface GrowRules extends SplitRules {
  readonly leaves: number;
  readonly learningRate: number;
  /** The leaf that gains most first, or level by level. */
  readonly growth: "leaf" | "depth";
  /** Most nodes above a leaf; 0: no limit. */
  readonly depth: number;
}

/** A leaf's best value from its rows, where derivatives don't tell it. */
export type Renew = (rows: Uint32Array) => number;

interface OpenLeaf {
  readonly leaf: number;
  readonly from: number;
  readonly to: number;
  readonly histogram: Histogram | null;
  readonly split: Split | null;
  /** Where its parent names it. */
  readonly parent: number;
  readonly isLeft: boolean;
  readonly depth: number;
  readonly bounds: Bounds;
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

  /** Leaf by leaf on the given rows; adds each leaf's value to the margins of its rows. */
  tree(packed: Packed, sorted: Uint32Array, features: readonly number[], margins: Float64Array, renew?: Renew): Tree {
    const tree: Tree = {
      feature: [],
      threshold: [],
      isMissingLeft: [],
      ...(this.binned.codes.some((codes) => codes) ? { categories: [] } : {}),
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
      const { histogram, depth, bounds } = place;
      const isEnd = isLast || !histogram || (this.rules.depth > 0 && depth >= this.rules.depth);
      const split = isEnd ? null : bestSplit(this.binned, histogram, packed, features, this.rules, bounds);
      if (histogram) values[place.leaf] = this.valueOf(histogram, packed, bounds);
      open[place.leaf] = { ...place, split };
    };
    put(
      { leaf: 0, from: 0, to: rows.length, histogram: whole, parent: -1, isLeft: true, depth: 0, bounds: unbounded },
      this.rules.leaves < 2,
    );
    while (open.length < this.rules.leaves) {
      const best = this.next(open);
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
      const depth = best.depth + 1;
      const [below, above] = boundsBelow(best.bounds, split, this.rules.monotone?.[split.feature] ?? 0);
      put({ leaf, from, to: middle, histogram: left, parent: node, isLeft: true, depth, bounds: below }, isLast);
      put(
        { leaf: open.length, from: middle, to, histogram: right, parent: node, isLeft: false, depth, bounds: above },
        isLast,
      );
    }
    for (const { leaf, from, to, histogram, bounds } of open) {
      const renewed = renew && Math.min(bounds.high, Math.max(bounds.low, renew(rows.subarray(from, to))));
      tree.leafValue.push(renewed === undefined ? (values[leaf] ?? 0) : renewed * this.rules.learningRate);
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

  /** The leaf to part: by gain, or the uppermost first. */
  private next(open: readonly OpenLeaf[]): OpenLeaf | undefined {
    const byDepth = this.rules.growth === "depth";
    let best: OpenLeaf | undefined;
    for (const one of open) {
      if (!one.split || !(one.split.gain > 0)) continue;
      const isAbove = byDepth && best !== undefined && one.depth < best.depth;
      const isBelow = byDepth && best !== undefined && one.depth > best.depth;
      if (isAbove || (!isBelow && one.split.gain > (best?.split?.gain ?? 0))) best = one;
    }
    return best;
  }

  private valueOf(histogram: Histogram, packed: Packed, bounds: Bounds): number {
    const { slope, curvature } = sumsOf(histogram, packed);
    return valueWithin(slope, curvature + this.rules.l2, bounds) * this.rules.learningRate;
  }

  private addNode(tree: Tree, from: OpenLeaf, split: Split, newLeaf: number): number {
    const node = tree.feature.length;
    tree.feature.push(split.feature);
    tree.threshold.push(split.left ? 0 : (this.binned.cuts[split.feature]?.[split.bin] ?? Number.MAX_VALUE));
    tree.isMissingLeft.push(split.isMissingLeft);
    const codes = this.binned.codes[split.feature];
    tree.categories?.push(split.left && codes ? split.left.map((bin) => codes[bin] ?? 0) : null);
    tree.left.push(~from.leaf);
    tree.right.push(~newLeaf);
    if (from.parent >= 0) (from.isLeft ? tree.left : tree.right)[from.parent] = node;
    return node;
  }

  /** Puts the rows that go left first; their order stays. Returns where the others begin. */
  private partition(
    rows: Uint32Array,
    from: number,
    to: number,
    { feature, bin, left: chosen, isMissingLeft }: Split,
  ): number {
    const bins = this.binned.bins[feature] ?? new Uint8Array(0);
    const isIn = chosen && new Set(chosen);
    const goesLeft = Uint8Array.from({ length: 256 }, (_, own) =>
      (own === missingBin ? isMissingLeft : isIn ? isIn.has(own) : own <= bin) ? 1 : 0,
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

/** Bounds of both sides: a split of a monotone column sets a value that neither may cross. */
function boundsBelow(bounds: Bounds, { middle }: Split, direction: number): [Bounds, Bounds] {
  if (middle === undefined || direction === 0) return [bounds, bounds];
  const lower = { low: bounds.low, high: Math.min(bounds.high, middle) };
  const upper = { low: Math.max(bounds.low, middle), high: bounds.high };
  return direction > 0 ? [lower, upper] : [upper, lower];
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
