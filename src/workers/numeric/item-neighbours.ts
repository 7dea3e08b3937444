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
  const together = new Int32Array(items);
  const [neighbours, similarities]: [Int32Array[], Float64Array[]] = [[], []];
  for (let item = 0; item < items; item++) {
    const touched: number[] = [];
    for (let at = held[item] ?? 0; at < (held[item + 1] ?? 0); at++) {
      for (const other of owners[ownersOf[at] ?? 0] ?? []) {
        if (other === item) continue;
        if (together[other] === 0) touched.push(other);
        together[other] = (together[other] ?? 0) + 1;
      }
    }
    const found = touched.map((other) => ({
      other,
      similarity: (together[other] ?? 0) / ((sizeOf(item) + options.shrink) * sizeOf(other) ** options.damping),
    }));
    for (const other of touched) together[other] = 0;
    found.sort((a, b) => b.similarity - a.similarity || a.other - b.other);
    const kept = found.slice(0, options.most);
    neighbours.push(Int32Array.from(kept, ({ other }) => other));
    similarities.push(Float64Array.from(kept, ({ similarity }) => similarity));
  }
  return { neighbours, similarities };
}
