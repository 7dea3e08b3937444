import { editDistance } from "./edit-distance.ts";
import { jaroWinkler } from "./names.ts";
import type { Attribute, AttributeKind } from "./person-table.ts";

/** How far two values agree: 0 the same, rising with distance, the last level is "not alike"; `unknown` where one is missing. */
export const unknown = -1;

interface Grading {
  readonly levels: readonly string[];
  readonly grade: (a: string, b: string) => number;
}

function alike(...cuts: readonly number[]): Grading {
  return {
    levels: ["the same", ...cuts.map((cut) => `alike (${cut} or more)`), "not alike"],
    grade: (a, b) => {
      if (a === b) return 0;
      const similarity = jaroWinkler(a, b);
      const at = cuts.findIndex((cut) => similarity >= cut);
      return at < 0 ? cuts.length + 1 : at + 1;
    },
  };
}

function edits(most: number): Grading {
  const words = ["one slip", "two slips"].slice(0, most);
  return { levels: ["the same", ...words, "not alike"], grade: (a, b) => editDistance(a, b, most) };
}

const exact: Grading = { levels: ["the same", "not alike"], grade: (a, b) => (a === b ? 0 : 1) };
const address: Grading = {
  levels: ["the same", "the same part before the @", "alike (0.92 or more)", "not alike"],
  grade: (a, b) => {
    if (a === b) return 0;
    if (beforeAt(a) === beforeAt(b)) return 1;
    return jaroWinkler(a, b) >= 0.92 ? 2 : 3;
  },
};

function beforeAt(text: string): string {
  const at = text.indexOf("@");
  return at < 0 ? text : text.slice(0, at);
}

/** Levels per attribute. Cuts of Jaro–Winkler similarity .92, .88 and .7 for names, slips by edit distance for dates, postcodes
 *  and numbers (Fellegi & Sunter 1969 with graded agreement, Winkler 1990). */
const gradings: Readonly<Record<AttributeKind, Grading>> = {
  given_name: alike(0.92, 0.88, 0.7),
  family_name: alike(0.92, 0.88, 0.7),
  birth_date: edits(2),
  email: address,
  phone: edits(1),
  address: alike(0.92, 0.8),
  city: alike(0.92, 0.8),
  postcode: edits(2),
  region: exact,
  gender: exact,
  identifier: edits(2),
  number: edits(1),
  category: exact,
  text: alike(0.92, 0.8),
};

export interface Comparison {
  readonly name: string;
  readonly kind: AttributeKind;
  /** What each level means, the same first; names have one more where given and family name stand in each other's place. */
  readonly levels: readonly string[];
  /** The level of two records. */
  readonly compare: (a: number, b: number) => number;
  readonly values: readonly (string | null)[];
}

const swapped = "given and family name changed places";

/** One comparison an attribute. Given and family name look at each other: where both stand in the other's place, that is one
 *  agreement, told by the given name, and the family name has nothing to add. */
export function comparisonsOf(attributes: readonly Attribute[]): Comparison[] {
  const given = attributes.find(({ kind }) => kind === "given_name");
  const family = attributes.find(({ kind }) => kind === "family_name");
  return attributes.map((attribute) => {
    const { levels, grade } = gradings[attribute.kind];
    const { name, kind, values } = attribute;
    const plain = (a: number, b: number) => {
      const [x, y] = [values[a] ?? null, values[b] ?? null];
      return x === null || y === null ? unknown : grade(x, y);
    };
    if (!given || !family || (attribute !== given && attribute !== family))
      return { name, kind, levels, values, compare: plain };
    const isSwapped = (a: number, b: number) => changedPlaces(given, family, a, b);
    if (attribute === family)
      return { name, kind, levels, values, compare: (a, b) => (isSwapped(a, b) ? unknown : plain(a, b)) };
    const compare = (a: number, b: number) => (isSwapped(a, b) ? levels.length : plain(a, b));
    return { name, kind, levels: [...levels, swapped], values, compare };
  });
}

function changedPlaces(given: Attribute, family: Attribute, a: number, b: number): boolean {
  const [ga, gb, fa, fb] = [given.values[a], given.values[b], family.values[a], family.values[b]];
  if (!ga || !gb || !fa || !fb || ga === gb || fa === fb) return false;
  return ga[0] === fb[0] && fa[0] === gb[0] && jaroWinkler(ga, fb) >= 0.92 && jaroWinkler(fa, gb) >= 0.92;
}
