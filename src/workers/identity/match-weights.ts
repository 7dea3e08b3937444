import { createRandom } from "../../shared/base/random.ts";
import type { Candidates } from "./blocking.ts";
import { type Comparison, unknown } from "./comparisons.ts";
import type { AttributeKind } from "./person-table.ts";

/** What each level of a comparison says, learned from the records themselves. */
export interface LevelWeights {
  readonly name: string;
  readonly levels: readonly string[];
  /** P(level | one person) and P(level | two persons), by level. */
  readonly m: readonly number[];
  readonly u: readonly number[];
  /** Whether people of one household have it in common. */
  readonly isShared: boolean;
}

export interface MatchModel {
  /** Share of all pairs of records that are of one person. */
  readonly prior: number;
  /** Share of all pairs that are of two persons of one household. */
  readonly householdPrior: number;
  readonly comparisons: readonly LevelWeights[];
  readonly iterations: number;
  readonly converged: boolean;
}

/** What tells one person from another; the rest may be a household's: a surname, an address, a telephone, an e-mail box. */
const personal: ReadonlySet<AttributeKind> = new Set(["given_name", "birth_date", "identifier", "gender"]);

/** Levels of the candidate pairs, a column a comparison. */
export function gradePairs(comparisons: readonly Comparison[], { left, right }: Candidates): Int8Array[] {
  return comparisons.map(({ compare }) => Int8Array.from(left, (a, at) => compare(a, right[at] ?? 0)));
}

/** At least this share of records is taken to be there twice before anything is seen. */
const leastTwice = 0.002;
/** Matches that the weights begin with, so that a file of few people isn't judged by one pair. */
const startMatches = 1;

const samplePairs = 50_000;
const mostIterations = 500;
const tolerance = 1e-5;

/** Learns the weights without any known match (Fellegi & Sunter 1969; expectation maximisation after Winkler 1988). u comes from
 *  pairs drawn at random, of which nearly all are of two persons, exact agreement from the values' own frequencies; m and the
 *  prior from the candidate pairs: since blocking finds nearly every match, what it leaves out counts as two persons. A third class
 *  stands between one person and two strangers: two of one household agree as one person does in what a household shares, and as
 *  strangers do in the rest, so that a common address and surname prove nothing by themselves. */
export function learnWeights(
  comparisons: readonly Comparison[],
  pairs: { readonly levels: readonly Int8Array[]; readonly count: number },
  records: number,
): MatchModel {
  const u = comparisons.map((comparison) => chanceAgreement(comparison, records));
  const patterns = patternsOf(pairs.levels, pairs.count);
  const allPairs = Math.max(1, (records * (records - 1)) / 2);
  let m = comparisons.map(({ levels }) => startOf(levels.length));
  const isShared = comparisons.map(({ kind }) => !personal.has(kind));
  const hasHouseholds = isShared.includes(true) && isShared.includes(false);
  let prior = Math.min(0.1, (records * 0.2) / allPairs);
  let household = hasHouseholds ? prior / 100 : 0;
  let iterations = 0;
  let change = Number.POSITIVE_INFINITY;
  while (iterations < mostIterations && change > tolerance) {
    const expected = expectation(patterns, { m, u, prior, household, isShared });
    const next = expected.agreeing.map((counts, at) => {
      const learned = withStart(counts);
      return isShared[at] ? learned : mostlyAlike(learned, comparisons[at]?.levels.indexOf("not alike") ?? -1);
    });
    const nextPrior = Math.max(records * leastTwice, expected.matches) / allPairs;
    change = Math.max(
      Math.abs(Math.log(nextPrior / prior)),
      ...next.flatMap((own, at) => own.map((value, level) => Math.abs(value - (m[at]?.[level] ?? 0)))),
    );
    m = next;
    prior = nextPrior;
    household = expected.households / allPairs;
    iterations++;
  }
  const learned = comparisons.map(({ name, levels }, at) => ({
    ...{ name, levels, m: m[at] ?? [], u: u[at] ?? [] },
    isShared: isShared[at] ?? false,
  }));
  const priors = { prior, householdPrior: household };
  return { ...priors, comparisons: learned, iterations, converged: change <= tolerance };
}

/** Half a case a level, so that what wasn't seen isn't impossible. */
function normalised(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, value) => sum + value + 0.5, 0);
  return counts.map((value) => (value + 0.5) / total);
}

function withStart(counts: readonly number[]): number[] {
  const start = startOf(counts.length);
  const total = counts.reduce((sum, value) => sum + value, startMatches);
  return counts.map((value, level) => (value + startMatches * (start[level] ?? 0)) / total);
}

/** What a person is known by is mostly the same in two records of theirs: else the class of one person could come to stand for
 *  households. */
const mostUnlike = 0.2;

function mostlyAlike(m: readonly number[], unlike: number): number[] {
  const share = m[unlike] ?? 0;
  if (share <= mostUnlike) return [...m];
  return m.map((value, level) => (level === unlike ? mostUnlike : (value / (1 - share)) * (1 - mostUnlike)));
}

function startOf(levels: number): number[] {
  return Array.from({ length: levels }, (_, at) => (at === 0 ? 0.85 : 0.15 / (levels - 1)));
}

/** P(level | two persons). */
function chanceAgreement(comparison: Comparison, records: number): number[] {
  const counts = new Array<number>(comparison.levels.length).fill(0);
  const random = createRandom(1, `pairs/${comparison.name}`);
  for (let at = 0; at < samplePairs && records > 1; at++) {
    const a = random.below(records);
    const b = random.below(records);
    const level = a === b ? unknown : comparison.compare(a, b);
    if (level !== unknown) counts[level] = (counts[level] ?? 0) + 1;
  }
  const [, ...rest] = normalised(counts);
  const same = chanceSame(comparison.values);
  const others = rest.reduce((sum, value) => sum + value, 0);
  return [same, ...rest.map((value) => (value / others) * (1 - same))];
}

/** Chance that two records that have a value have the same one. */
function chanceSame(values: readonly (string | null)[]): number {
  const counts = frequencies(values);
  let known = 0;
  let pairs = 0;
  for (const count of counts.values()) {
    known += count;
    pairs += count * (count - 1);
  }
  return Math.min(0.99, Math.max(pairs, 0.5) / Math.max(1, known * (known - 1)));
}

export function frequencies(values: readonly (string | null)[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

interface Pattern {
  readonly levels: readonly number[];
  count: number;
}

function patternsOf(levels: readonly Int8Array[], count: number): Pattern[] {
  const patterns = new Map<string, Pattern>();
  for (let at = 0; at < count; at++) {
    const own = levels.map((column) => column[at] ?? unknown);
    const key = own.join();
    const known = patterns.get(key);
    if (known) known.count++;
    else patterns.set(key, { levels: own, count: 1 });
  }
  return [...patterns.values()];
}

interface Guess {
  readonly m: readonly (readonly number[])[];
  readonly u: readonly (readonly number[])[];
  readonly prior: number;
  readonly household: number;
  readonly isShared: readonly boolean[];
}

function expectation(patterns: readonly Pattern[], { m, u, prior, household, isShared }: Guess) {
  const agreeing = m.map((own) => own.map(() => 0));
  let matches = 0;
  let households = 0;
  const factors = m.map((own, at) => own.map((value, level) => value / (u[at]?.[level] ?? 1)));
  const strangers = 1 - prior - household;
  for (const { levels, count } of patterns) {
    let one = prior / strangers;
    let two = household / strangers;
    for (const [at, level] of levels.entries()) {
      if (level === unknown) continue;
      const factor = factors[at]?.[level] ?? 1;
      one *= factor;
      if (isShared[at]) two *= factor;
    }
    const p = (count * one) / (1 + one + two);
    matches += p;
    households += (count * two) / (1 + one + two);
    for (const [at, level] of levels.entries()) {
      const own = agreeing[at];
      if (own && level !== unknown) own[level] = (own[level] ?? 0) + p;
    }
  }
  return { agreeing, matches, households };
}
