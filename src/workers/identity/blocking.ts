import type { Attribute, AttributeKind } from "./person-table.ts";

/** A cheap predicate that yields candidate pairs: records that agree in every part of it. */
export interface BlockingRule {
  readonly name: string;
  readonly parts: readonly ((record: number) => string | null)[];
}

/** Larger blocks tell little and cost much: they are left to the other rules. */
export const mostInBlock = 100;

/** Rules for the attributes that are there: each identifying one by itself, and pairs of those that identify together. They
 *  are many and unlike, so that a record with a slip in one attribute is found by another. */
export function blockingRules(attributes: readonly Attribute[]): BlockingRule[] {
  const of = (kind: AttributeKind) => attributes.filter((one) => one.kind === kind);
  const whole = (attribute: Attribute) => part(attribute.name, (record) => attribute.values[record] ?? null);
  const start = (attribute: Attribute, length: number) =>
    part(`${attribute.name} (first ${length})`, (record) => attribute.values[record]?.slice(0, length) ?? null);
  const [given, family] = [of("given_name")[0], of("family_name")[0]];
  const names = [given, family].flatMap((one) => one ?? []);
  const places = [...of("postcode"), ...of("city"), ...of("address"), ...of("text")];
  const dates = of("birth_date");
  const alone = [...of("identifier"), ...of("email"), ...of("phone"), ...dates].map((one) => [whole(one)]);
  const inNames = given && family ? [[whole(given), whole(family)], [bothNames(given, family)]] : [];
  const atPlaces = names.flatMap((name) => places.map((place) => [start(name, 4), whole(place)]));
  const atNumbers = [...names, ...of("address")].flatMap((one) =>
    of("number").map((number) => [whole(one), whole(number)]),
  );
  const byDates = dates.flatMap((date) => names.map((name) => [start(name, 2), start(date, 6)]));
  const inPlaces = places.flatMap((a, at) => places.slice(at + 1).map((b) => [whole(a), whole(b)]));
  return [...alone, ...inNames, ...atPlaces, ...atNumbers, ...byDates, ...inPlaces].map((parts) => ({
    name: parts.map(({ name }) => name).join(" and "),
    parts: parts.map(({ value }) => value),
  }));
}

const part = (name: string, value: (record: number) => string | null) => ({ name, value });

/** Given and family name in either order. */
function bothNames(given: Attribute, family: Attribute) {
  return part("names in either order", (record) => {
    const [a, b] = [given.values[record], family.values[record]];
    return a && b ? [a, b].sort().join(" ") : null;
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

function pairsOf(rule: BlockingRule, records: number): Float64Array {
  const blocks = new Map<string, number[]>();
  for (let record = 0; record < records; record++) {
    const values = rule.parts.map((value) => value(record));
    if (values.includes(null)) continue;
    const key = values.join("\u001f");
    const known = blocks.get(key);
    if (known) known.push(record);
    else blocks.set(key, [record]);
  }
  const found: number[] = [];
  for (const members of blocks.values()) {
    if (members.length < 2 || members.length > mostInBlock) continue;
    for (const [i, a] of members.entries()) for (const b of members.slice(i + 1)) found.push(a * records + b);
  }
  return Float64Array.from(found);
}
