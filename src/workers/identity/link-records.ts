import { blockingRules, candidatePairs } from "./blocking.ts";
import { comparisonsOf } from "./comparisons.ts";
import { gradePairs, learnWeights, type MatchModel } from "./match-weights.ts";
import { PairScorer } from "./pair-scores.ts";
import type { Attribute } from "./person-table.ts";
import { UnionFind } from "./union-find.ts";

export interface Linkage {
  /** The least record of each record's group. */
  readonly leader: Int32Array;
  /** Of each record's strongest link within its group; 1 where it stands alone. */
  readonly probability: Float64Array;
  /** What spoke most for that link; "alone" where there is none. */
  readonly rule: readonly string[];
  readonly pairsScored: number;
  readonly model: MatchModel | null;
}

/** From which probability on two records are joined. */
export const defaultThreshold = 0.9;
/** A group joins another where at least this share of the pairs across them is likelier one person than not. */
const leastAgreement = 1 / 3;
const mostCrossPairs = 100;

/** Which records are one person: candidate pairs by blocking, weights learned from the records themselves, pairs above the
 *  threshold joined from the surest down. A chain of likely pairs doesn't join groups that are unlike as a whole.
 *  Independent of the order of records but for the names of groups. */
export function linkRecords(attributes: readonly Attribute[], records: number, threshold = defaultThreshold): Linkage {
  const sets = new UnionFind(records);
  const probability = new Float64Array(records).fill(1);
  const rule = new Array<string>(records).fill("alone");
  const comparisons = comparisonsOf(attributes);
  const pairs = candidatePairs(blockingRules(attributes), records);
  const count = pairs.left.length;
  const leaders = () => Int32Array.from({ length: records }, (_, at) => sets.find(at));
  if (count === 0) return { leader: leaders(), probability, rule, pairsScored: 0, model: null };
  const levels = gradePairs(comparisons, pairs);
  const model = learnWeights(comparisons, { levels, count }, records);
  const scorer = new PairScorer(comparisons, model);
  const scores = Float64Array.from({ length: count }, (_, at) =>
    scorer.probability(pairs.left[at] ?? 0, pairs.right[at] ?? 0, (comparison) => levels[comparison]?.[at] ?? -1),
  );
  const likely = Array.from({ length: count }, (_, at) => at)
    .filter((at) => (scores[at] ?? 0) >= threshold)
    .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
  const members = new Map<number, number[]>();
  const groupOf = (record: number) => members.get(sets.find(record)) ?? [record];
  for (const at of likely) {
    const [a, b, score] = [pairs.left[at] ?? 0, pairs.right[at] ?? 0, scores[at] ?? 0];
    if (sets.find(a) !== sets.find(b)) {
      const [one, other] = [groupOf(a), groupOf(b)];
      if (!agree(one, other, scorer)) continue;
      sets.union(a, b);
      members.set(sets.find(a), [...one, ...other]);
    }
    for (const record of [a, b]) {
      if (rule[record] !== "alone") continue;
      probability[record] = score;
      rule[record] = strongest(scorer, a, b);
    }
  }
  return { leader: leaders(), probability, rule, pairsScored: count, model };
}

function agree(one: readonly number[], other: readonly number[], scorer: PairScorer): boolean {
  const total = one.length * other.length;
  if (total <= 2) return true;
  const step = Math.max(1, Math.floor(total / mostCrossPairs));
  let looked = 0;
  let likely = 0;
  for (let at = 0; at < total; at += step) {
    const a = one[at % one.length] ?? 0;
    const b = other[Math.floor(at / one.length)] ?? 0;
    looked++;
    if (scorer.probability(a, b) >= 0.5) likely++;
  }
  return likely >= looked * leastAgreement;
}

/** The two agreements that weigh most. */
function strongest(scorer: PairScorer, a: number, b: number): string {
  const { weights } = scorer.explain(a, b);
  const best = weights.filter(({ bits }) => bits > 0).sort((x, y) => y.bits - x.bits || (x.name < y.name ? -1 : 1));
  return (
    best
      .slice(0, 2)
      .map(({ name }) => name)
      .join("+") || "match"
  );
}
