/** The items of the greatest scores among those that are offered, the greatest first; of equal scores the lesser item. */
export class BestOf {
  readonly #items: Int32Array;
  readonly #scores: Float64Array;
  #count = 0;

  constructor(most: number) {
    this.#items = new Int32Array(most);
    this.#scores = new Float64Array(most);
  }

  get count(): number {
    return this.#count;
  }

  /** What a score must reach to come among them; minus infinity while there is room. */
  get least(): number {
    const most = this.#items.length;
    return this.#count < most || most === 0 ? Number.NEGATIVE_INFINITY : (this.#scores[most - 1] ?? 0);
  }

  clear(): void {
    this.#count = 0;
  }

  offer(item: number, score: number): void {
    const [items, scores] = [this.#items, this.#scores];
    let at = this.#count;
    if (at === items.length) {
      if (at === 0 || !isBefore(score, item, scores[at - 1] ?? 0, items[at - 1] ?? 0)) return;
      at--;
    } else this.#count++;
    while (at > 0 && isBefore(score, item, scores[at - 1] ?? 0, items[at - 1] ?? 0)) {
      items[at] = items[at - 1] ?? 0;
      scores[at] = scores[at - 1] ?? 0;
      at--;
    }
    items[at] = item;
    scores[at] = score;
  }

  items(): Int32Array {
    return this.#items.slice(0, this.#count);
  }

  scores(): Float64Array {
    return this.#scores.slice(0, this.#count);
  }
}

function isBefore(score: number, item: number, otherScore: number, otherItem: number): boolean {
  return score > otherScore || (score === otherScore && item < otherItem);
}
