import { describe, expect, it } from "vitest";
import { createRandom } from "../../shared/base/random.ts";
import { blockingRules, candidatePairs } from "./blocking.ts";
import { comparisonsOf, unknown } from "./comparisons.ts";
import { editDistance } from "./edit-distance.ts";
import { linkRecords } from "./link-records.ts";
import { gradePairs, learnWeights } from "./match-weights.ts";
import { PairScorer } from "./pair-scores.ts";
import { namedColumns, personAttributes, type TextColumn } from "./person-table.ts";

describe("edit distance", () => {
  it.each([
    ["smith", "smith", 0],
    ["smith", "smth", 1],
    ["smith", "simth", 1],
    ["19840312", "19840321", 1],
    ["19840312", "19480321", 2],
    ["kitten", "sitting", 3],
    ["a", "abcd", 3],
    ["", "ab", 2],
    ["x".repeat(90), `${"x".repeat(89)}yz`, 2],
  ])("%s to %s", (a, b, expected) => {
    expect(editDistance(a, b, 2)).toBe(expected);
    expect(editDistance(b, a, 2)).toBe(expected);
  });
});

const columns = (rows: readonly Record<string, string | null>[]): TextColumn[] => {
  const headers = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return namedColumns(headers.map((header) => ({ header, values: rows.map((row) => row[header] ?? null) })));
};

describe("what columns tell of a person", () => {
  it("goes by header, then by values; a file's row numbers tell nothing", () => {
    const people = Array.from({ length: 200 }, (_, at) => ({
      rec_id: `r${at}`,
      "First Name": at % 2 ? "Ann" : "Bob",
      Surname: `Mc Kay-${"abcdefghij"[at % 10]}${"klmnopqrst"[at % 9]}`,
      dob: `19${60 + (at % 30)}-03-12`,
      soc_sec_id: String(1_000_000 + (at % 190)),
      house: String(at % 70),
      colour: at % 3 ? "red" : "blue",
    }));
    const found = personAttributes(columns(people));
    expect(found.map(({ name, kind }) => [name, kind])).toEqual([
      ["given_name", "given_name"],
      ["family_name", "family_name"],
      ["birth_date", "birth_date"],
      ["socsecid", "identifier"],
      ["house", "number"],
      ["colour", "category"],
    ]);
    expect(found[1]?.values[0]).toBe("mckayak");
    expect(found[2]?.values[1]).toBe("19610312");
  });

  it("takes a whole name apart in either order", () => {
    const whole = ["Ann Mary Smith", "Smith, Ann Mary", "Prince", "Bob Prince"];
    const found = personAttributes(columns(whole.map((name) => ({ name }))));
    expect(found.map(({ name, values }) => [name, ...values])).toEqual([
      ["given_name", "annmary", "annmary", null, "bob"],
      ["family_name", "smith", "smith", "prince", "prince"],
    ]);
  });
});

describe("comparisons", () => {
  const rows = [
    { given_name: "Ann", family_name: "Lee", dob: "1980-01-02" },
    { given_name: "Lee", family_name: "Ann", dob: "1980-02-01" },
    { given_name: "Anne", family_name: "Lee", dob: null },
    { given_name: "Zoe", family_name: "Lee", dob: "1980-01-02" },
    { given_name: "Ann", family_name: "Roe", dob: "1971-11-12" },
  ];
  const [given, family, born] = comparisonsOf(personAttributes(columns(rows)));

  it("sees names that changed places as one agreement", () => {
    expect(given?.levels[given.compare(0, 1)]).toMatch(/places/);
    expect(family?.compare(0, 1)).toBe(unknown);
  });

  it("grades alike names and dates", () => {
    expect([given?.compare(0, 0), given?.compare(0, 2), given?.compare(0, 3)]).toEqual([0, 1, 4]);
    expect([born?.compare(0, 3), born?.compare(0, 1), born?.compare(0, 2)]).toEqual([0, 2, unknown]);
  });
});

describe("blocking", () => {
  it("yields each pair once, and no pair from a block that is too large", () => {
    const rows = Array.from({ length: 300 }, (_, at) => ({
      email: at < 150 ? "shared@post.example" : `e${at >> 1}@post.example`,
      phone: at < 150 ? null : `0701234${1000 + (at >> 1)}`,
    }));
    const { left, right } = candidatePairs(blockingRules(personAttributes(columns(rows))), rows.length);
    expect(left.length).toBe(75);
    expect([...left].every((a, at) => a >= 150 && right[at] === a + 1)).toBe(true);
  });
});

const given =
  "Ann Bob Cat Dan Eve Fay Gus Hal Ida Jon Kim Liv Max Ned Oda Pia Quinn Rob Sue Tom Una Vic Wes Xena Yan Zoe".split(
    " ",
  );
const syllables = "ka lo mi re su ta vo ni de gu ba fe hi jo pu".split(" ");

interface Person {
  readonly given: string;
  readonly family: string;
  readonly born: string;
  readonly street: string;
  readonly postcode: string;
}

/** Households of one to four who share name and address, and have records with slips. */
function town(households: number) {
  const random = createRandom(7, "town");
  const word = (length: number) => Array.from({ length }, () => random.pick(syllables)).join("");
  const slip = (text: string) => {
    const at = 1 + random.below(Math.max(1, text.length - 2));
    return random.next() < 0.15 ? text.slice(0, at) + text.slice(at + 1) : text;
  };
  const records: Record<string, string | null>[] = [];
  const truth: number[] = [];
  const home: number[] = [];
  let people = 0;
  for (let house = 0; house < households; house++) {
    const shared = {
      family: word(3),
      street: `${word(3)} street ${1 + random.below(90)}`,
      postcode: `${1000 + random.below(3000)}`,
    };
    const names = [...given].sort(() => random.next() - 0.5).slice(0, 1 + random.below(4));
    for (const name of names) {
      const born = `${1940 + random.below(60)}-${10 + random.below(3)}-${10 + random.below(18)}`;
      const person: Person = { given: name + word(1), born, ...shared };
      const copies = random.next() < 0.4 ? 2 : 1;
      for (let copy = 0; copy < copies; copy++) {
        records.push({
          first_name: slip(person.given),
          last_name: slip(person.family),
          dob: random.next() < 0.3 ? null : slip(person.born),
          address: slip(person.street),
          postcode: slip(person.postcode),
        });
        truth.push(people);
        home.push(house);
      }
      people++;
    }
  }
  return { records, truth, home };
}

describe("linking records", () => {
  const { records, truth, home } = town(600);
  const attributes = personAttributes(columns(records));
  const linked = linkRecords(attributes, records.length);
  const groupsOf = (leader: Int32Array) => Map.groupBy(truth.keys(), (at) => leader[at] ?? -1);

  it("joins a person's records and keeps a household apart", () => {
    let joined = 0;
    let right = 0;
    for (const group of groupsOf(linked.leader).values()) {
      for (const [at, a] of group.entries()) {
        for (const b of group.slice(at + 1)) {
          joined++;
          if (truth[a] === truth[b]) right++;
        }
      }
    }
    let pairs = 0;
    for (const same of Map.groupBy(truth.keys(), (at) => truth[at]).values())
      pairs += (same.length * (same.length - 1)) / 2;
    expect(right / joined).toBeGreaterThan(0.985);
    expect(right / pairs).toBeGreaterThan(0.93);
    expect(linked.model?.householdPrior).toBeGreaterThan(0);
    expect(new Set(home).size).toBe(600);
  });

  it("doesn't depend on the order of records", () => {
    const order = records.map((_, at) => (at * 7) % records.length);
    expect(new Set(order).size).toBe(records.length);
    const again = linkRecords(personAttributes(columns(order.map((at) => records[at] ?? {}))), records.length);
    const names = (leader: Int32Array, of: (at: number) => number) => {
      const groups = Map.groupBy(leader.keys(), (at) => leader[at] ?? -1);
      return [...groups.values()]
        .map((group) =>
          group
            .map(of)
            .sort((a, b) => a - b)
            .join(),
        )
        .sort();
    };
    expect(names(again.leader, (at) => order[at] ?? -1)).toEqual(names(linked.leader, (at) => at));
  });

  it("joins nobody where nobody is there twice", () => {
    const once = new Map(truth.map((person, at) => [person, records[at] ?? {}]));
    const found = linkRecords(personAttributes(columns([...once.values()])), once.size);
    expect(once.size - new Set(found.leader).size).toBeLessThanOrEqual(once.size * 0.005);
  });

  it("has nothing to do without records, and none without a column that joins", () => {
    expect(linkRecords([], 0).leader).toHaveLength(0);
    expect([...linkRecords([], 3).leader]).toEqual([0, 1, 2]);
  });

  it("tells a pair's agreements in bits that add up to its probability", () => {
    const comparisons = comparisonsOf(attributes);
    const pairs = candidatePairs(blockingRules(attributes), records.length);
    const levels = gradePairs(comparisons, pairs);
    const model = learnWeights(comparisons, { levels, count: pairs.left.length }, records.length);
    const scorer = new PairScorer(comparisons, model);
    for (const at of [0, 5, 40]) {
      const { priorBits, weights, householdBits, probability } = scorer.explain(
        pairs.left[at] ?? 0,
        pairs.right[at] ?? 0,
      );
      const bits = weights.reduce((sum, weight) => sum + weight.bits, priorBits + householdBits);
      expect(2 ** bits / (1 + 2 ** bits)).toBeCloseTo(probability, 6);
      expect(householdBits).toBeLessThanOrEqual(0);
    }
  });
});
