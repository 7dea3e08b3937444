import type { BoostedTrees } from "./boosted-trees.ts";
import type { Tree } from "./boosted-trees-grow.ts";
import { isLeftOf } from "./boosted-trees-predict.ts";

/** A leaf by what leads to it: conditions (node, side, place of its column), and the columns met, each once, with the share of rows
 *  that goes on where a column isn't known. */
interface LeafPath {
  readonly value: number;
  readonly nodes: readonly number[];
  readonly sides: readonly number[];
  readonly places: readonly number[];
  readonly features: readonly number[];
  readonly shares: readonly number[];
  /** Shapley values by the set of columns whose conditions don't hold. */
  readonly known: Map<number, Float64Array>;
}

/** Sets of columns are bits of one integer. */
const mostPlaces = 30;

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
    for (const { value, shares } of paths) mean += shares.reduce((all, share) => all * share, value);
    const goesLeft = new Uint8Array(tree.feature.length);
    for (let row = 0; row < n; row++) {
      decide(tree, columns, row, goesLeft);
      for (const path of paths) addPath(path, goesLeft, row, values);
    }
  }
  return { mean, values };
}

function decide(tree: Tree, columns: readonly Float64Array[], row: number, goesLeft: Uint8Array): void {
  for (let node = 0; node < goesLeft.length; node++) {
    const value = columns[tree.feature[node] ?? 0]?.[row] ?? Number.NaN;
    goesLeft[node] = isLeftOf(tree, node, value) ? 1 : 0;
  }
}

function addPath(path: LeafPath, goesLeft: Uint8Array, row: number, values: readonly Float64Array[]): void {
  const { nodes, sides, places, features } = path;
  let broken = 0;
  for (let at = 0; at < nodes.length; at++) {
    if (goesLeft[nodes[at] ?? 0] !== sides[at]) broken |= 1 << (places[at] ?? 0);
  }
  const isFew = features.length <= mostPlaces;
  let shapley = isFew ? path.known.get(broken) : undefined;
  if (!shapley) {
    const breaks = features.map((_, place) =>
      nodes.some((node, at) => places[at] === place && goesLeft[node] !== sides[at]),
    );
    shapley = shapleyOf(path, breaks);
    if (isFew) path.known.set(broken, shapley);
  }
  for (let place = 0; place < shapley.length; place++) {
    const column = values[features[place] ?? 0];
    if (column) column[row] = (column[row] ?? 0) + (shapley[place] ?? 0);
  }
}

function pathsOf(tree: Tree): readonly LeafPath[] {
  const cover = coversOf(tree);
  const paths: LeafPath[] = [];
  const walk = (node: number, path: Omit<LeafPath, "value" | "known">): void => {
    if (node < 0) {
      paths.push({ ...path, value: tree.leafValue[~node] ?? 0, known: new Map() });
      return;
    }
    const feature = tree.feature[node] ?? 0;
    const met = path.features.indexOf(feature);
    const place = met < 0 ? path.features.length : met;
    const sides = [tree.right[node] ?? -1, tree.left[node] ?? -1];
    for (const [side, child] of sides.entries()) {
      const shares = [...path.shares];
      shares[place] = (shares[place] ?? 1) * (cover(child) / Math.max(1, cover(node)));
      walk(child, {
        nodes: [...path.nodes, node],
        sides: [...path.sides, side],
        places: [...path.places, place],
        features: met < 0 ? [...path.features, feature] : path.features,
        shares,
      });
    }
  };
  walk(tree.feature.length > 0 ? 0 : -1, { nodes: [], sides: [], places: [], features: [], shares: [] });
  return paths;
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
