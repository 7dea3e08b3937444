import { BestOf } from "./best-of.ts";

const none = new Int32Array(0);

/** Items that are held together. For every item the `most` others with the greatest similarity of being held by the same owner:
 *  similarity(a → b) = n_ab / ((n_a + shrink) · n_b^damping), the conditional chance of b given a, damped by how common b is
 *  (Deshpande & Karypis 2004, eq. 4). owners: the items of each, every one once. One row of counts is held at a time, so memory
 *  grows with items and holdings, not with pairs. Equal similarities stand in order of the item. */
export function itemNeighbours(
  owners: readonly Int32Array[],
  items: number,
  options: { readonly most: number; readonly shrink: number; readonly damping: number },
): { neighbours: Int32Array[]; similarities: Float64Array[] } {
  const held = new Int32Array(items + 1);
  for (const own of owners) for (const item of own) held[item + 1] = (held[item + 1] ?? 0) + 1;
  for (let at = 0; at < items; at++) held[at + 1] = (held[at + 1] ?? 0) + (held[at] ?? 0);
  const ownersOf = new Int32Array(held[items] ?? 0);
  const next = held.slice(0, items);
  for (const [owner, own] of owners.entries()) {
    for (const item of own) {
      ownersOf[next[item] ?? 0] = owner;
      next[item] = (next[item] ?? 0) + 1;
    }
  }
  const sizeOf = (item: number) => (held[item + 1] ?? 0) - (held[item] ?? 0);
  const damped = Float64Array.from({ length: items }, (_, item) => sizeOf(item) ** options.damping);
  const together = new Int32Array(items);
  const touched = new Int32Array(items);
  const best = new BestOf(options.most);
  const [neighbours, similarities]: [Int32Array[], Float64Array[]] = [[], []];
  for (let item = 0; item < items; item++) {
    let n = 0;
    for (let at = held[item] ?? 0; at < (held[item + 1] ?? 0); at++) {
      const own = owners[ownersOf[at] ?? 0] ?? none;
      for (let place = 0; place < own.length; place++) {
        const other = own[place] ?? 0;
        if (other === item) continue;
        if (together[other] === 0) touched[n++] = other;
        together[other] = (together[other] ?? 0) + 1;
      }
    }
    const size = sizeOf(item) + options.shrink;
    best.clear();
    for (let at = 0; at < n; at++) {
      const other = touched[at] ?? 0;
      best.offer(other, (together[other] ?? 0) / (size * (damped[other] ?? 1)));
      together[other] = 0;
    }
    neighbours.push(best.items());
    similarities.push(best.scores());
  }
  return { neighbours, similarities };
}
