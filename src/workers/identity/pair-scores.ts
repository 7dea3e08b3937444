import { type Comparison, unknown } from "./comparisons.ts";
import { frequencies, type MatchModel } from "./match-weights.ts";

/** What one comparison says of a pair, in bits: log2 of how much likelier it is of one person than of two. */
export interface AgreementWeight {
  readonly name: string;
  readonly level: string;
  readonly bits: number;
}

export interface PairScore {
  readonly probability: number;
  /** Bits before any comparison: how rare a match is among all pairs. */
  readonly priorBits: number;
  readonly weights: readonly AgreementWeight[];
  /** What it takes away that two of one household agree as well. */
  readonly householdBits: number;
}

/** Scores pairs of records by a learned model: values that few have weigh more than common ones (the agreement of two Smiths is
 *  worth less than that of two Zdenkos). */
export class PairScorer {
  readonly #comparisons: readonly Comparison[];
  readonly #model: MatchModel;
  readonly #shares: readonly ReadonlyMap<string, number>[];

  constructor(comparisons: readonly Comparison[], model: MatchModel) {
    this.#comparisons = comparisons;
    this.#model = model;
    this.#shares = comparisons.map(({ values }) => {
      const counts = frequencies(values);
      const known = [...counts.values()].reduce((sum, count) => sum + count, 0);
      return new Map([...counts].map(([value, count]) => [value, count / known]));
    });
  }

  #factor(at: number, level: number, a: number): number {
    const learned = this.#model.comparisons[at];
    if (level === unknown || !learned) return 1;
    const value = this.#comparisons[at]?.values[a] ?? null;
    const share = level === 0 && value !== null ? this.#shares[at]?.get(value) : undefined;
    return (learned.m[level] ?? 1) / (share ?? learned.u[level] ?? 1);
  }

  /** P(one person) of two records. `levels`: as graded before, else they are compared now. */
  probability(a: number, b: number, levels?: (comparison: number) => number): number {
    const { prior, householdPrior, comparisons } = this.#model;
    let one = prior;
    let two = householdPrior;
    for (const [at, { compare }] of this.#comparisons.entries()) {
      const factor = this.#factor(at, levels ? levels(at) : compare(a, b), a);
      one *= factor;
      if (comparisons[at]?.isShared) two *= factor;
    }
    return one / (one + two + (1 - prior - householdPrior));
  }

  /** The same with what each comparison adds. */
  explain(a: number, b: number, graded?: (comparison: number) => number): PairScore {
    const { prior, householdPrior } = this.#model;
    const weights = this.#comparisons.map(({ name, levels, compare }, at): AgreementWeight => {
      const level = graded ? graded(at) : compare(a, b);
      return { name, level: levels[level] ?? "not known", bits: Math.log2(this.#factor(at, level, a)) };
    });
    const priorBits = Math.log2(prior / (1 - prior - householdPrior));
    const probability = this.probability(a, b, graded);
    const total = weights.reduce((sum, { bits }) => sum + bits, priorBits);
    const withHouseholds = Math.log2(probability / Math.max(1 - probability, Number.MIN_VALUE));
    const householdBits = probability >= 1 ? 0 : Math.min(0, withHouseholds - total);
    return { probability, priorBits, weights, householdBits };
  }
}
