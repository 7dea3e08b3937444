import type { Attribute, AttributeKind } from "./person-table.ts";

/** A number for each record: the same for the same value, -1 where it isn't known. */
interface Codes {
  readonly name: string;
  readonly codes: Int32Array;
  readonly distinct: number;
}

/** A cheap predicate that yields candidate pairs: records that agree in one or two things. */
export interface BlockingRule {
  readonly name: string;
  readonly parts: readonly Codes[];
}

/** Larger blocks tell little and cost much: they are left to the other rules. The more records, the smaller a block may be. */
export const mostInBlock = 100;
const pairBudget = 2e7;

/** Rules for the attributes that are there: each identifying one by itself, and pairs of those that identify together. They
 *  are many and unlike, so that a record with a slip in one attribute is found by another. */
export function blockingRules(attributes: readonly Attribute[]): BlockingRule[] {
  const of = (kind: AttributeKind) => attributes.filter((one) => one.kind === kind);
  const made = new Map<string, Codes>();
  const coded = (name: string, values: () => readonly (string | null | undefined)[]) => {
    const found = made.get(name) ?? codesOf(name, values());
    made.set(name, found);
    return found;
  };
  const whole = ({ name, values }: Attribute) => coded(name, () => values);
  const start = ({ name, values }: Attribute, length: number) =>
    coded(`${name} (first ${length})`, () => values.map((value) => value?.slice(0, length)));
  const [given, family] = [of("given_name")[0], of("family_name")[0]];
  const names = [given, family].flatMap((one) => one ?? []);
  // a town has too many people to narrow anything where postcodes do
  const towns = of("postcode").length > 0 ? [] : of("city");
  const places = [...of("postcode"), ...towns, ...of("address"), ...of("text")];
  const dates = of("birth_date");
  const alone = [...of("identifier"), ...of("email"), ...of("phone"), ...dates].map((one) => [whole(one)]);
  const inNames =
    given && family
      ? [[whole(given), whole(family)], [coded("names in either order", () => bothNames(given, family))]]
      : [];
  const atPlaces = names.flatMap((name) => places.map((place) => [start(name, 4), whole(place)]));
  const atNumbers = [...names, ...of("address")].flatMap((one) =>
    of("number").map((number) => [whole(one), whole(number)]),
  );
  const byDates = dates.flatMap((date) => names.map((name) => [start(name, 2), start(date, 6)]));
  const inPlaces = places.flatMap((a, at) => places.slice(at + 1).map((b) => [whole(a), whole(b)]));
  return [...alone, ...inNames, ...atPlaces, ...atNumbers, ...byDates, ...inPlaces].map((parts) => ({
    name: parts.map(({ name }) => name).join(" and "),
    parts,
  }));
}

function codesOf(name: string, values: readonly (string | null | undefined)[]): Codes {
  const known = new Map<string, number>();
  const codes = Int32Array.from(values, (value) => {
    if (value === null || value === undefined || value === "") return -1;
    const code = known.get(value) ?? known.size;
    known.set(value, code);
    return code;
  });
  return { name, codes, distinct: known.size };
}

/** Given and family name in either order. */
function bothNames(given: Attribute, family: Attribute): (string | null)[] {
  return given.values.map((a, record) => {
    const b = family.values[record];
    if (!a || !b) return null;
    return a < b ? `${a} ${b}` : `${b} ${a}`;
  });
}

export interface Candidates {
  /** Records of each pair, the lesser first; in order. */
  readonly left: Int32Array;
  readonly right: Int32Array;
}

/** The pairs that at least one rule yields, each once. records: how many there are, fewer than 2^26. */
export function candidatePairs(rules: readonly BlockingRule[], records: number): Candidates {
  const codes: Float64Array[] = [];
  for (const rule of rules) codes.push(pairsOf(rule, records));
  const total = codes.reduce((sum, { length }) => sum + length, 0);
  const all = new Float64Array(total);
  let at = 0;
  for (const own of codes) {
    all.set(own, at);
    at += own.length;
  }
  all.sort();
  let kept = 0;
  for (let i = 0; i < all.length; i++) if (i === 0 || all[i] !== all[i - 1]) all[kept++] = all[i] ?? 0;
  const left = new Int32Array(kept);
  const right = new Int32Array(kept);
  for (let i = 0; i < kept; i++) {
    left[i] = Math.floor((all[i] ?? 0) / records);
    right[i] = (all[i] ?? 0) % records;
  }
  return { left, right };
}

/** How many records have each code: what only one has is in no block, and of most addresses and numbers there is one. */
function timesOf({ codes, distinct }: Codes): Int32Array {
  const times = new Int32Array(distinct);
  for (const code of codes) if (code >= 0) times[code] = (times[code] ?? 0) + 1;
  return times;
}

function pairsOf({ parts }: BlockingRule, records: number): Float64Array {
  const blocks = new Map<number, number[]>();
  const [first, second] = parts;
  if (!first) return new Float64Array(0);
  const [ofFirst, ofSecond] = [timesOf(first), second ? timesOf(second) : undefined];
  for (let record = 0; record < records; record++) {
    const a = first.codes[record] ?? -1;
    const b = second ? (second.codes[record] ?? -1) : 0;
    if (a < 0 || b < 0 || ofFirst[a] === 1 || ofSecond?.[b] === 1) continue;
    const key = a * (second?.distinct ?? 1) + b;
    const known = blocks.get(key);
    if (known) known.push(record);
    else blocks.set(key, [record]);
  }
  const most = Math.max(10, Math.min(mostInBlock, pairBudget / records));
  const found: number[] = [];
  for (const members of blocks.values()) {
    if (members.length < 2 || members.length > most) continue;
    for (const [i, a] of members.entries()) {
      for (let j = i + 1; j < members.length; j++) found.push(a * records + (members[j] ?? 0));
    }
  }
  return Float64Array.from(found);
}
