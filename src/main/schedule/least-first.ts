/** Whole numbers that come out again least first, each once: a binary heap. */
export class LeastFirst {
  readonly #heap: number[] = [];
  readonly #held = new Set<number>();

  add(value: number): void {
    if (this.#held.has(value)) return;
    this.#held.add(value);
    this.#heap.push(value);
    for (let at = this.#heap.length - 1; at > 0; ) {
      const above = (at - 1) >> 1;
      if (this.#at(above) <= this.#at(at)) return;
      this.#swap(at, above);
      at = above;
    }
  }

  take(): number | undefined {
    const least = this.#heap[0];
    const last = this.#heap.pop();
    if (least === undefined || last === undefined) return undefined;
    this.#held.delete(least);
    if (this.#heap.length === 0) return least;
    this.#heap[0] = last;
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const lesser = this.#at(right) < this.#at(left) ? right : left;
      if (this.#at(at) <= this.#at(lesser)) return least;
      this.#swap(at, lesser);
      at = lesser;
    }
  }

  #at(index: number): number {
    return this.#heap[index] ?? Number.POSITIVE_INFINITY;
  }

  #swap(a: number, b: number): void {
    [this.#heap[a], this.#heap[b]] = [this.#at(b), this.#at(a)];
  }
}
