import type { BoostedTrees } from "./boosted-trees.ts";
import type { Tree } from "./boosted-trees-grow.ts";
import { isLeftOf } from "./boosted-trees-predict.ts";

/** A leaf by the columns met on the way to it, each once, with the share of rows that goes on where it isn't known. */
interface LeafPath {
  readonly leaf: number;
  readonly value: number;
  /** Places of its columns among those of the tree. */
  readonly features: readonly number[];
  readonly shares: readonly number[];
  /** Its conditions: at which node, on which side, on the column of which place. */
  readonly conditions: readonly { readonly node: number; readonly isLeft: 0 | 1; readonly place: number }[];
  /** Shapley values by the set of columns whose conditions don't hold; null where there are too many sets. */
  readonly known: (Float64Array | undefined)[] | null;
}

interface TreePaths {
  /** The columns that the tree asks for. */
  readonly features: readonly number[];
  readonly leaves: readonly LeafPath[];
  /** Of each node: the place of its column among those met on the way. */
  readonly places: Int32Array;
}

/** Up to how many columns on a way there is room for every set; sets are bits of one integer. */
const mostKnown = 12;

/** Shapley values of every prediction under path-dependent expectations: TreeSHAP (Lundberg et al. 2020, algorithm 2), from a
 *  table by leaf and set of conditions that hold. A column of n values a feature; with the mean margin they add up to the margin. */
export function contributions(
  model: BoostedTrees,
  columns: readonly Float64Array[],
): { mean: number; values: Float64Array[] } {
  const n = columns[0]?.length ?? 0;
  const values = Array.from({ length: model.features }, () => new Float64Array(n));
  let mean = model.base;
  for (const tree of model.trees) {
    const paths = pathsOf(tree);
    for (const { value, shares } of paths.leaves) mean += shares.reduce((all, share) => all * share, value);
    addTree(tree, paths, columns, values);
  }
  return { mean, values };
}

function addTree(
  tree: Tree,
  { features, leaves, places }: TreePaths,
  columns: readonly Float64Array[],
  values: readonly Float64Array[],
): void {
  const n = columns[0]?.length ?? 0;
  const asked = tree.feature.map((feature) => columns[feature] ?? new Float64Array(n).fill(Number.NaN));
  const into = features.map((feature) => values[feature] ?? new Float64Array(n));
  const sums = new Float64Array(features.length);
  const brokenAt = new Int32Array(tree.feature.length);
  const broken = new Int32Array(tree.leafValue.length);
  const goesLeft = new Uint8Array(tree.feature.length);
  for (let row = 0; row < n; row++) {
    for (let node = 0; node < brokenAt.length; node++) {
      const isLeft = isLeftOf(tree, node, asked[node]?.[row] ?? Number.NaN) ? 1 : 0;
      goesLeft[node] = isLeft;
      const so = brokenAt[node] ?? 0;
      const place = places[node] ?? 0;
      put(tree.left[node] ?? -1, so | ((isLeft ^ 1) << place), brokenAt, broken);
      put(tree.right[node] ?? -1, so | (isLeft << place), brokenAt, broken);
    }
    for (let at = 0; at < sums.length; at++) sums[at] = into[at]?.[row] ?? 0;
    for (const path of leaves) {
      const shapley = knownOf(path, broken[path.leaf] ?? 0, goesLeft);
      for (let place = 0; place < shapley.length; place++) {
        const at = path.features[place] ?? 0;
        sums[at] = (sums[at] ?? 0) + (shapley[place] ?? 0);
      }
    }
    for (let at = 0; at < sums.length; at++) {
      const column = into[at];
      if (column) column[row] = sums[at] ?? 0;
    }
  }
}

function put(child: number, set: number, inner: Int32Array, leaf: Int32Array): void {
  if (child >= 0) inner[child] = set;
  else leaf[~child] = set;
}

function knownOf(path: LeafPath, broken: number, goesLeft: Uint8Array): Float64Array {
  const known = path.known?.[broken];
  if (known) return known;
  const breaks = path.shares.map(() => false);
  for (const { node, isLeft, place } of path.conditions) if (goesLeft[node] !== isLeft) breaks[place] = true;
  const shapley = shapleyOf(path, breaks);
  if (path.known) path.known[broken] = shapley;
  return shapley;
}

interface Way {
  readonly conditions: LeafPath["conditions"];
  readonly met: readonly number[];
  readonly shares: readonly number[];
}

function pathsOf(tree: Tree): TreePaths {
  const cover = coversOf(tree);
  const features = [...new Set(tree.feature)];
  const places = new Int32Array(tree.feature.length);
  const leaves: LeafPath[] = [];
  const walk = (node: number, { conditions, met, shares }: Way): void => {
    if (node < 0) {
      const known = met.length <= mostKnown ? new Array<undefined>(1 << met.length).fill(undefined) : null;
      const own = met.map((feature) => features.indexOf(feature));
      leaves.push({ leaf: ~node, value: tree.leafValue[~node] ?? 0, features: own, shares, conditions, known });
      return;
    }
    const feature = tree.feature[node] ?? 0;
    const before = met.indexOf(feature);
    const place = before < 0 ? met.length : before;
    places[node] = place;
    for (const isLeft of [0, 1] as const) {
      const child = (isLeft ? tree.left : tree.right)[node] ?? -1;
      const going = [...shares];
      going[place] = (going[place] ?? 1) * (cover(child) / Math.max(1, cover(node)));
      walk(child, {
        conditions: [...conditions, { node, isLeft, place }],
        met: before < 0 ? [...met, feature] : met,
        shares: going,
      });
    }
  };
  walk(tree.feature.length > 0 ? 0 : -1, { conditions: [], met: [], shares: [] });
  return { features, leaves, places };
}

function coversOf(tree: Tree): (node: number) => number {
  const inner = new Float64Array(tree.feature.length);
  const coverOf = (node: number) => (node < 0 ? (tree.leafCover[~node] ?? 0) : (inner[node] ?? 0));
  for (let node = inner.length - 1; node >= 0; node--) {
    inner[node] = coverOf(tree.left[node] ?? -1) + coverOf(tree.right[node] ?? -1);
  }
  return coverOf;
}

/** Each column's mean gain to the leaf's weight over all orders in which columns become known: the weights of sets of equal size
 *  are the coefficients of Π (holds·t + share). */
function shapleyOf({ value, shares }: LeafPath, breaks: readonly boolean[]): Float64Array {
  const d = shares.length;
  return Float64Array.from(shares, (own, at) => {
    let coefficients = [1];
    shares.forEach((share, other) => {
      if (other === at) return;
      const next = [...coefficients.map((one) => one * share), 0];
      if (!breaks[other]) {
        coefficients.forEach((one, size) => {
          next[size + 1] = (next[size + 1] ?? 0) + one;
        });
      }
      coefficients = next;
    });
    let weight = 1 / d;
    let sum = 0;
    coefficients.forEach((one, size) => {
      sum += one * weight;
      weight *= (size + 1) / Math.max(1, d - size - 1);
    });
    return value * ((breaks[at] ? 0 : 1) - own) * sum;
  });
}
