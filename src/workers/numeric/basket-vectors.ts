import { BestOf } from "./best-of.ts";

/** Sparse rows one after another: row i holds items and weights from starts[i] to starts[i + 1]. */
export interface SparseRows {
  readonly starts: Int32Array;
  readonly items: Int32Array;
  readonly weights: Float64Array;
}

export interface BasketDecay {
  /** Weight of a basket against the one after it, within a group and from group to group; 1 counts all alike. */
  readonly withinGroup: number;
  readonly betweenGroups: number;
  readonly groupSize: number;
}

/** How often somebody buys each item, the latest baskets counting most: Hu et al. (2020), eq. 1–3. baskets: oldest first, each
 *  item once a basket. Groups are counted from the latest basket. */
export function basketVector(baskets: readonly Int32Array[], decay: BasketDecay): Map<number, number> {
  const groups = Math.max(1, Math.ceil(baskets.length / decay.groupSize));
  const vector = new Map<number, number>();
  for (const [at, basket] of baskets.entries()) {
    const age = baskets.length - 1 - at;
    const group = Math.floor(age / decay.groupSize);
    const size = Math.min(decay.groupSize, baskets.length - group * decay.groupSize);
    const weight = (decay.withinGroup ** (age % decay.groupSize) * decay.betweenGroups ** group) / size / groups;
    for (const item of basket) vector.set(item, (vector.get(item) ?? 0) + weight);
  }
  return vector;
}

export function sparseRows(vectors: readonly ReadonlyMap<number, number>[]): SparseRows {
  const starts = new Int32Array(vectors.length + 1);
  for (const [at, vector] of vectors.entries()) starts[at + 1] = (starts[at] ?? 0) + vector.size;
  const items = new Int32Array(starts[vectors.length] ?? 0);
  const weights = new Float64Array(items.length);
  for (const [at, vector] of vectors.entries()) {
    let place = starts[at] ?? 0;
    for (const item of [...vector.keys()].sort((a, b) => a - b)) {
      items[place] = item;
      weights[place++] = vector.get(item) ?? 0;
    }
  }
  return { starts, items, weights };
}

/** Finds whose vectors are most like one, again and again, over the same rows. */
export function createNeighbourhood(rows: SparseRows, itemCount: number, most: number) {
  const n = rows.starts.length - 1;
  const held = new Int32Array(itemCount + 1);
  for (const item of rows.items) held[item + 1] = (held[item + 1] ?? 0) + 1;
  for (let item = 0; item < itemCount; item++) held[item + 1] = (held[item + 1] ?? 0) + (held[item] ?? 0);
  const [holders, weights] = [new Int32Array(rows.items.length), new Float64Array(rows.items.length)];
  const next = held.slice(0, itemCount);
  const norms = new Float64Array(n);
  for (let row = 0; row < n; row++) {
    let square = 0;
    for (let at = rows.starts[row] ?? 0; at < (rows.starts[row + 1] ?? 0); at++) {
      const item = rows.items[at] ?? 0;
      const weight = rows.weights[at] ?? 0;
      const place = next[item] ?? 0;
      holders[place] = row;
      weights[place] = weight;
      next[item] = place + 1;
      square += weight * weight;
    }
    norms[row] = Math.sqrt(square) || 1;
  }
  const products = new Float64Array(n);
  const near = new Int32Array(n);
  const nearest = new BestOf(Math.min(most, n));
  return {
    /** Adds the mean vector of the nearest rows by cosine to `into`, which holds 0 everywhere; gives the items that it touched. */
    addMean(vector: ReadonlyMap<number, number>, into: Float64Array): number[] {
      let count = 0;
      for (const [item, weight] of vector) {
        const end = held[item + 1] as number;
        for (let at = held[item] as number; at < end; at++) {
          const row = holders[at] as number;
          if (products[row] === 0) near[count++] = row;
          products[row] = (products[row] as number) + weight * (weights[at] as number);
        }
      }
      nearest.clear();
      for (let at = 0; at < count; at++) {
        const row = near[at] as number;
        nearest.offer(row, (products[row] as number) / (norms[row] as number));
        products[row] = 0;
      }
      const touched: number[] = [];
      const found = nearest.items();
      for (const row of found) {
        const end = rows.starts[row + 1] as number;
        for (let at = rows.starts[row] as number; at < end; at++) {
          const item = rows.items[at] as number;
          if (into[item] === 0) touched.push(item);
          into[item] = (into[item] as number) + (rows.weights[at] as number) / found.length;
        }
      }
      return touched;
    },
  };
}
