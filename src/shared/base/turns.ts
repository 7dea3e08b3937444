interface Waiting {
  readonly weight: number;
  readonly begin: () => void;
}

/** So many pieces of work at once; of those that wait the weightiest begins first, so that the longest isn't left for the end. */
export class Turns {
  #free: number;
  #waiting: Waiting[] = [];

  constructor(atOnce: number) {
    this.#free = Math.max(1, atOnce);
  }

  async take<T>(weight: number, work: () => Promise<T>): Promise<T> {
    if (this.#free === 0) await new Promise<void>((begin) => this.#waiting.push({ weight, begin }));
    else this.#free--;
    try {
      return await work();
    } finally {
      const next = this.#waiting.reduce<Waiting | undefined>(
        (best, one) => (best === undefined || one.weight > best.weight ? one : best),
        undefined,
      );
      this.#waiting = this.#waiting.filter((one) => one !== next);
      if (next) next.begin();
      else this.#free++;
    }
  }
}
