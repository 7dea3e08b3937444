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
  explain(a: number, b: number): PairScore {
    const weights = this.#comparisons.map(({ name, levels, compare }, at): AgreementWeight => {
      const level = compare(a, b);
      return { name, level: levels[level] ?? "not known", bits: this.bits(at, level, a) };
    });
    const total = weights.reduce((sum, { bits }) => sum + bits, this.priorBits);
    const probability = this.probability(a, b);
    return { probability, priorBits: this.priorBits, weights, householdBits: householdBits(probability, total) };
  }

  /** Bits before any comparison: how rare a match is among all pairs. */
  get priorBits(): number {
    const { prior, householdPrior } = this.#model;
    return Math.log2(prior / (1 - prior - householdPrior));
  }

  /** What one comparison says where it is of that level. */
  bits(comparison: number, level: number, a: number): number {
    return Math.log2(this.#factor(comparison, level, a));
  }
}

/** What it takes away from the bits of all comparisons and the prior that two of one household agree as well. */
export function householdBits(probability: number, total: number): number {
  if (probability >= 1) return 0;
  return Math.min(0, Math.log2(probability / Math.max(1 - probability, Number.MIN_VALUE)) - total);
}
