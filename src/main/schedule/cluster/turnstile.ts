/** Lets many in at a time, or one that has to be alone. */
export class Turnstile {
  #inside = 0;
  #isTaken = false;
  #wantAlone = 0;
  #waiting: (() => void)[] = [];

  /** Waits for room; gives how to leave. */
  async enter(isAlone: boolean): Promise<() => void> {
    if (isAlone) this.#wantAlone++;
    while (this.#isTaken || (isAlone ? this.#inside > 0 : this.#wantAlone > 0)) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    if (isAlone) this.#wantAlone--;
    this.#isTaken = isAlone;
    this.#inside++;
    let hasLeft = false;
    return () => {
      if (hasLeft) return;
      hasLeft = true;
      this.#inside--;
      if (isAlone) this.#isTaken = false;
      const woken = this.#waiting;
      this.#waiting = [];
      for (const wake of woken) wake();
    };
  }
}
