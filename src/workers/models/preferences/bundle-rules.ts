import type { ColumnTable } from "../../../shared/domain/column.ts";
import { betaQuantile } from "../../numeric/distributions.ts";
import { numbers, texts } from "../tables.ts";

/** How many baskets hold a set of products, and of those how many are late ones. */
export interface Counted {
  readonly all: number;
  readonly late: number;
}

export interface Sets {
  readonly total: Counted;
  /** By the products in their order, parted by a unit separator. */
  readonly counts: ReadonlyMap<string, Counted>;
  readonly sets: readonly (readonly string[])[];
}

const parted = "\u001f";
export const setKey = (products: readonly string[]) => [...products].sort().join(parted);

export function setsOf(table: ColumnTable): Sets {
  const columns = ["product_a", "product_b", "product_c"].map((name) => texts(table, name));
  const [all, late] = ["n_baskets", "n_late"].map((name) => numbers(table, name));
  const counts = new Map<string, Counted>();
  const sets: string[][] = [];
  let total: Counted = { all: 0, late: 0 };
  for (let at = 0; at < table.rows; at++) {
    const products = columns.flatMap((column) => (column[at] == null ? [] : [column[at] as string]));
    const own = { all: all?.[at] ?? 0, late: late?.[at] ?? 0 };
    if (products.length === 0) total = own;
    else {
      counts.set(setKey(products), own);
      if (products.length > 1) sets.push(products);
    }
  }
  return { total, counts, sets };
}

/** Whoever buys the first buys the second too. */
export interface Rule {
  readonly when: readonly string[];
  readonly also: string;
}

export interface Measures {
  readonly n_baskets: number;
  readonly support: number;
  readonly confidence: number;
  readonly confidence_low: number;
  readonly confidence_high: number;
  readonly lift: number;
  readonly leverage: number;
}

/** Support, confidence with the 80 % limits of its posterior, lift and leverage of a rule (Agrawal et al. 1993; Piatetsky-Shapiro
 *  1991); null where a set isn't counted any more. */
export function measuresOf({ total, counts }: Sets, rule: Rule): Measures | null {
  const both = counts.get(setKey([...rule.when, rule.also]))?.all;
  const when = counts.get(setKey(rule.when))?.all;
  const also = counts.get(rule.also)?.all;
  if (!both || !when || !also || total.all === 0) return null;
  const confidence = both / when;
  return {
    n_baskets: both,
    support: both / total.all,
    confidence,
    confidence_low: betaQuantile(0.1, both + 0.5, when - both + 0.5),
    confidence_high: betaQuantile(0.9, both + 0.5, when - both + 0.5),
    lift: (confidence * total.all) / also,
    leverage: both / total.all - (when / total.all) * (also / total.all),
  };
}

export interface HeldOut extends Rule {
  readonly confidence: number;
  readonly lift: number;
  /** The late baskets alone say that the first makes the second likelier, with 90 % certainty. */
  readonly isConfirmed: boolean;
}

export interface RuleLimits {
  readonly confidence: number;
  readonly lift: number;
}

const mostRules = 2_000;

/** Rules that the first four fifths of baskets speak for, with what the last fifth says of them. A rule of two products stands where
 *  it says more than each of them alone (Bayardo, Agrawal & Gunopulos 1999). Those that sell most beyond chance come first. */
export function findRules(sets: Sets, least: RuleLimits): HeldOut[] {
  const early = (products: readonly string[]) => {
    const own = sets.counts.get(setKey(products));
    return own ? own.all - own.late : 0;
  };
  const earlyTotal = sets.total.all - sets.total.late;
  const confidenceOf = (rule: Rule) => early([...rule.when, rule.also]) / Math.max(1, early(rule.when));
  const found: { rule: HeldOut; leverage: number }[] = [];
  for (const products of sets.sets) {
    for (const also of products) {
      const rule: Rule = { when: products.filter((one) => one !== also), also };
      const confidence = confidenceOf(rule);
      const base = early([also]) / Math.max(1, earlyTotal);
      if (confidence < least.confidence || !(confidence >= least.lift * base) || base === 0) continue;
      if (rule.when.length > 1 && rule.when.some((one) => confidenceOf({ when: [one], also }) * 1.1 > confidence))
        continue;
      const support = early(rule.when) / Math.max(1, earlyTotal);
      found.push({ rule: heldOut(sets, rule), leverage: support * (confidence - base) });
    }
  }
  found.sort((a, b) => b.leverage - a.leverage || (ruleText(a.rule) < ruleText(b.rule) ? -1 : 1));
  return found.slice(0, mostRules).map(({ rule }) => rule);
}

export const ruleText = ({ when, also }: Rule) => `${setKey(when)}${parted}${parted}${also}`;

function heldOut({ total, counts }: Sets, rule: Rule): HeldOut {
  const when = counts.get(setKey(rule.when))?.late ?? 0;
  const both = counts.get(setKey([...rule.when, rule.also]))?.late ?? 0;
  const base = (counts.get(rule.also)?.late ?? 0) / Math.max(1, total.late);
  const low = when > 0 ? betaQuantile(0.1, both + 0.5, when - both + 0.5) : 0;
  const confidence = when > 0 ? both / when : 0;
  return { ...rule, confidence, lift: base > 0 ? confidence / base : 0, isConfirmed: when > 0 && low > base };
}
