import { isJunkEmail, isJunkPhone } from "./junk.ts";
import { nameKey, namesAgree } from "./names.ts";
import { applyOverrides, type Override } from "./overrides.ts";
import { UnionFind } from "./union-find.ts";

/** Records of people by row: each column has one entry a row, null where unknown. Rows of one record may repeat. */
export interface IdentityRows {
  readonly record: readonly number[];
  readonly email: readonly (string | null)[];
  readonly phone: readonly (string | null)[];
  readonly loyalty: readonly (string | null)[];
  readonly name: readonly (string | null)[];
}

export interface ClusterOptions {
  /** A value on more records than this, with names that differ, links none of them. */
  readonly maxSharing: number;
  /** Clusters of more records than this fall back to loyalty cards alone. */
  readonly maxCluster: number;
  /** Pairs that everything known of them makes likely, the surest first; joined where names don't speak against it. */
  readonly likely?: LikelyPairs;
  /** What a person said of records, in order: the last word stands. */
  readonly overrides?: readonly Override[];
}

export interface LikelyPairs {
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly probability: Float64Array;
}

export type LinkRule = "source_id" | "loyalty_id" | "email" | "phone" | "likeness" | "by_hand";
/** What a link of each rule is worth; fixed, since keys either agree or don't. */
export const ruleProbability: Readonly<Record<LinkRule, number>> = {
  source_id: 1,
  loyalty_id: 0.995,
  email: 0.99,
  phone: 0.95,
  likeness: 0.95,
  by_hand: 1,
};

export interface Clusters {
  /** Least record of each record's cluster. */
  readonly leader: Int32Array;
  readonly rule: readonly LinkRule[];
  /** That each record belongs where it is. */
  readonly probability: Float64Array;
  /** How many values were shared by too many people, or were no address at all. */
  readonly refused: Readonly<Record<"loyalty_id" | "email" | "phone", number>>;
  readonly overLarge: number;
}

/** Joins records that share a loyalty card, an e-mail address or a phone number, unless names speak against it or too many
 *  share the value. The result doesn't depend on the order of rows. */
export function clusterRecords(rows: IdentityRows, size: number, options: ClusterOptions): Clusters {
  const names = recordNames(rows, size);
  const refused = { loyalty_id: 0, email: 0, phone: 0 };
  const link = (rules: readonly LinkRule[]) => {
    const sets = new UnionFind(size);
    const ruleOf = new Array<LinkRule>(size).fill("source_id");
    for (const rule of rules) {
      if (rule === "source_id" || rule === "likeness" || rule === "by_hand") continue;
      refused[rule] = 0;
      for (const records of sharedValues(rows, rule)) {
        const groups = groupsThatAgree(records, names, rule, options);
        if (!groups) {
          refused[rule]++;
          continue;
        }
        for (const group of groups) {
          const [first = 0, ...others] = group;
          for (const other of others) {
            if (!sets.union(first, other)) continue;
            for (const record of [first, other]) if (ruleOf[record] === "source_id") ruleOf[record] = rule;
          }
        }
      }
    }
    return { sets, ruleOf, probabilityOf: Float64Array.from(ruleOf, (rule) => ruleProbability[rule]) };
  };
  const all = link(["loyalty_id", "email", "phone"]);
  if (options.likely) joinLikely(all, options.likely, names);
  const sizes = new Map<number, number>();
  for (let at = 0; at < size; at++) sizes.set(all.sets.find(at), (sizes.get(all.sets.find(at)) ?? 0) + 1);
  const large = new Set([...sizes].filter(([, n]) => n > options.maxCluster).map(([leader]) => leader));
  const counted = { ...refused };
  const strict = large.size > 0 ? link(["loyalty_id"]) : all;
  const linkedBy = (at: number) => (large.has(all.sets.find(at)) ? strict : all);
  const leader = Int32Array.from({ length: size }, (_, at) => linkedBy(at).sets.find(at));
  const rule = Array.from({ length: size }, (_, at): LinkRule => linkedBy(at).ruleOf[at] ?? "source_id");
  const probability = Float64Array.from({ length: size }, (_, at) => linkedBy(at).probabilityOf[at] ?? 1);
  const counts = { refused: counted, overLarge: large.size };
  return applyOverrides({ leader, rule, probability, ...counts }, options.overrides ?? []);
}

interface Links {
  readonly sets: UnionFind;
  readonly ruleOf: LinkRule[];
  readonly probabilityOf: Float64Array;
}

/** Joins the groups of likely pairs, the surest first, where no two names of the two groups speak against it. */
function joinLikely(
  { sets, ruleOf, probabilityOf }: Links,
  pairs: LikelyPairs,
  names: readonly (string | null)[],
): void {
  const namesOf = new Map<number, Set<string>>();
  const known = (leader: number) => namesOf.get(leader) ?? new Set<string>();
  for (const [record, name] of names.entries()) {
    if (name === null) continue;
    const leader = sets.find(record);
    namesOf.set(leader, known(leader).add(name));
  }
  for (const [at, first] of pairs.a.entries()) {
    const second = pairs.b[at] ?? 0;
    const [one, other] = [sets.find(first), sets.find(second)];
    if (one === other) continue;
    const [mine, theirs] = [known(one), known(other)];
    if ([...mine].some((a) => [...theirs].some((b) => !namesAgree(a, b)))) continue;
    sets.union(first, second);
    namesOf.set(sets.find(first), new Set([...mine, ...theirs]));
    for (const record of [first, second]) {
      if (ruleOf[record] !== "source_id") continue;
      ruleOf[record] = "likeness";
      probabilityOf[record] = pairs.probability[at] ?? 0;
    }
  }
}

/** The longest name of each record as names are compared, the first in the alphabet among equals. */
export function recordNames(rows: IdentityRows, size: number): (string | null)[] {
  const names = new Array<string | null>(size).fill(null);
  for (const [at, record] of rows.record.entries()) {
    const key = nameKey(rows.name[at] ?? null);
    const known = names[record] ?? null;
    if (key !== null && (known === null || key.length > known.length || (key.length === known.length && key < known)))
      names[record] = key;
  }
  return names;
}

function sharedValues(rows: IdentityRows, rule: "loyalty_id" | "email" | "phone"): number[][] {
  const column = rule === "email" ? rows.email : rule === "phone" ? rows.phone : rows.loyalty;
  const byValue = new Map<string, Set<number>>();
  for (const [at, record] of rows.record.entries()) {
    const value = column[at];
    if (value === null || value === undefined) continue;
    if (rule === "email" ? isJunkEmail(value) : rule === "phone" ? isJunkPhone(value) : value.length < 3) continue;
    const records = byValue.get(value);
    if (records) records.add(record);
    else byValue.set(value, new Set([record]));
  }
  const shared = [...byValue].filter(([, records]) => records.size > 1).sort(([a], [b]) => (a < b ? -1 : 1));
  return shared.map(([, records]) => [...records].sort((a, b) => a - b));
}

/** Records of one value as groups whose names agree; undefined where too many people share it. A name that could be that of
 *  several who are none the same ("S. Frost" beside Sarah and Samuel) joins none. A phone alone joins only records that both
 *  have a name. */
function groupsThatAgree(
  records: readonly number[],
  names: readonly (string | null)[],
  rule: LinkRule,
  options: ClusterOptions,
): number[][] | undefined {
  const groups: { name: string | null; records: number[] }[] = [];
  const unclear: number[][] = [];
  const isShared = records.length > options.maxSharing;
  const named = records.filter((record) => names[record] !== null);
  for (const record of named.sort((a, b) => compareNames(names[a] ?? "", names[b] ?? "") || a - b)) {
    const name = names[record] ?? null;
    const [group, ...others] = groups.filter((one) => namesAgree(one.name, name));
    const exact = groups.find((one) => one.name === name);
    if (exact) exact.records.push(record);
    else if (others.length > 0) unclear.push([record]);
    else if (group) group.records.push(record);
    else groups.push({ name, records: [record] });
    if (isShared && groups.length > 2) return undefined;
  }
  const nameless = records.filter((record) => names[record] === null);
  const [only, ...others] = groups;
  if (rule !== "phone" && only && others.length === 0) only.records.push(...nameless);
  const found = [...groups.map((group) => group.records), ...unclear];
  if (rule === "phone") return found;
  if (!only) return isShared ? undefined : [nameless];
  if (others.length > 0 && nameless.length > 1) found.push(nameless);
  return found.map((group) => group.sort((a, b) => a - b));
}

/** Longer names first, so that an initial or a missing middle name joins the fuller form. */
function compareNames(a: string, b: string): number {
  return b.length - a.length || (a < b ? -1 : a > b ? 1 : 0);
}
