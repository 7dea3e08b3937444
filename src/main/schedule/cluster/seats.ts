/** So many results are committed beside what is computed; beyond it the agent takes nothing new. */
const mostCommits = 8;

export interface Seat {
  /** From 1. */
  readonly worker: number;
  /** Its task is computed: the worker is free, the results are committed without it. */
  made(): void;
  leave(): void;
}

/** The workers of an agent: a task has one until its results are made. */
export class Seats {
  readonly #free: number[];
  readonly #onChange: () => void;
  #computing = 0;
  #committing = 0;

  constructor(workers: number, onChange: () => void) {
    this.#free = Array.from({ length: workers }, (_, at) => workers - at);
    this.#onChange = onChange;
  }

  get computing(): number {
    return this.#computing;
  }

  /** How many tasks may be held at a time, where so many may be computed. */
  most(computing: number): number {
    return computing + Math.min(this.#committing, mostCommits);
  }

  take(): Seat {
    const number = this.#free.pop();
    let state: "computing" | "committing" | "left" = "computing";
    this.#computing++;
    const stand = () => {
      this.#computing--;
      if (number !== undefined) this.#free.push(number);
    };
    return {
      worker: number ?? 1,
      made: () => {
        if (state !== "computing") return;
        state = "committing";
        stand();
        this.#committing++;
        this.#onChange();
      },
      leave: () => {
        if (state === "left") return;
        if (state === "computing") stand();
        else this.#committing--;
        state = "left";
        this.#onChange();
      },
    };
  }
}
