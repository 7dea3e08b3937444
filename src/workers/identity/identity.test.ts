import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../shared/base/random.ts";
import { clusterRecords, type IdentityRows } from "./clusters.ts";
import { assignIds, birthId } from "./customer-ids.ts";
import { isJunkEmail, isJunkPhone } from "./junk.ts";
import { jaroWinkler, nameKey, namesAgree } from "./names.ts";
import { UnionFind } from "./union-find.ts";

const options = { maxSharing: 6, maxCluster: 60 };

interface Person {
  readonly email?: string;
  readonly phone?: string;
  readonly loyalty?: string;
  readonly name?: string;
}
const column = (people: readonly Person[], name: keyof Person) => people.map((one) => one[name] ?? null);
function rowsOf(people: readonly Person[], record = Array.from(people.keys())): IdentityRows {
  const own = { email: column(people, "email"), phone: column(people, "phone") };
  return { record, ...own, loyalty: column(people, "loyalty"), name: column(people, "name") };
}
const leaders = (people: readonly Person[], more = options) =>
  Array.from(clusterRecords(rowsOf(people), people.length, more).leader);

describe("sets that join", () => {
  it("are those of a plain list", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(29), fc.nat(29)), { maxLength: 60 }), (pairs) => {
        const found = new UnionFind(30);
        const plain = Array.from({ length: 30 }, (_, at) => at);
        for (const [a, b] of pairs) {
          const [x = 0, y = 0] = [plain[a], plain[b]];
          expect(found.union(a, b)).toBe(x !== y);
          for (const [at, leader] of plain.entries()) if (leader === Math.max(x, y)) plain[at] = Math.min(x, y);
        }
        expect(Array.from(plain.keys(), (at) => found.find(at))).toEqual(plain);
      }),
    );
  });
});

describe("names", () => {
  it.each([
    ["Dr. Zoë  O'Neill-Smith", "zoe oneillsmith"],
    ["  ", null],
    [null, null],
    ["42", null],
  ])("of %j are compared as %j", (text, key) => {
    expect(nameKey(text)).toBe(key);
  });

  it("are alike as published", () => {
    expect(jaroWinkler("martha", "marhta")).toBeCloseTo(0.9611, 4);
    expect(jaroWinkler("dixon", "dicksonx")).toBeCloseTo(0.8133, 4);
    expect(jaroWinkler("dwayne", "duane")).toBeCloseTo(0.84, 4);
    expect(jaroWinkler("abc", "xyz")).toBe(0);
    expect(jaroWinkler("", "")).toBe(1);
  });

  it.each([
    ["ann smith", "ann smith", true],
    ["a smith", "ann smith", true],
    ["ann smyth", "ann smith", true],
    ["smith ann", "ann smith", true],
    ["ann smith", "bob smith", false],
    ["ann", "ann smith", true],
    [null, "ann smith", true],
  ])("of %j and %j can be one person's: %j", (a, b, wanted) => {
    expect(namesAgree(a, b)).toBe(wanted);
    expect(namesAgree(b, a)).toBe(wanted);
  });
});

describe("clusters", () => {
  it("join by card, address and number, and through each other", () => {
    expect(
      leaders([
        { email: "ann@shop.example", name: "Ann Smith" },
        { email: "ann@shop.example", phone: "+447700900123", name: "A Smith" },
        { phone: "+447700900123", loyalty: "card-1", name: "Ann Smith" },
        { loyalty: "card-1" },
        { email: "bob@shop.example", name: "Bob Jones" },
      ]),
    ).toEqual([0, 0, 0, 0, 4]);
  });

  it("keep people of one address apart whose names differ", () => {
    const email = "family@home.example";
    expect(
      leaders([
        { email, name: "Ann Smith" },
        { email, name: "Bob Jones" },
        { email, name: "Ann Smith" },
      ]),
    ).toEqual([0, 1, 0]);
  });

  it("never join by what stands for nobody", () => {
    for (const email of ["noreply@shop.example", "none@none", "test1@shop.example", "customer@till.example"]) {
      expect(isJunkEmail(email), email).toBe(true);
      expect(leaders([{ email }, { email }])).toEqual([0, 1]);
    }
    for (const phone of ["+440000000", "+441234567", "12", "+449999999999"]) {
      expect(isJunkPhone(phone), phone).toBe(true);
      const name = "Ann Smith";
      expect(
        leaders([
          { phone, name },
          { phone, name },
        ]),
      ).toEqual([0, 1]);
    }
    expect(isJunkEmail("ann@shop.example")).toBe(false);
    expect(isJunkPhone("+447700900123")).toBe(false);
  });

  it("never join by a value that too many different people share", () => {
    const names = ["Ann Smith", "Bob Jones", "Cyd Moss", "Dan Poole", "Eve Quill", "Fay Rudd", "Gus Tate", "Hal Unwin"];
    const people = names.map((name) => ({ email: "office@firm.example", name }));
    const found = clusterRecords(rowsOf(people), people.length, options);
    expect(new Set(found.leader).size).toBe(people.length);
    expect(found.refused.email).toBe(1);
  });

  it("that grow too large fall back to cards alone", () => {
    const people = Array.from({ length: 12 }, (_, at) => ({
      email: `link${Math.floor(at / 2)}@chain.example`,
      phone: `+4477009${String(Math.floor((at + 1) / 2) * 37 + 20_011).padStart(5, "0")}`,
      name: "Ann Smith",
      loyalty: at < 2 ? "card-1" : `card-${at + 10}`,
    }));
    expect(new Set(leaders(people)).size).toBe(1);
    const found = clusterRecords(rowsOf(people), people.length, { ...options, maxCluster: 5 });
    expect(found.overLarge).toBe(1);
    expect(Array.from(found.leader)).toEqual([0, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it("don't depend on the order of rows", () => {
    const some = (prefix: string) =>
      fc.option(
        fc.nat(5).map((n) => `${prefix}${n}`),
        { nil: undefined },
      );
    const name = fc.option(fc.constantFrom("Ann Smith", "A Smith", "Bob Jones", "Bea Jones"), { nil: undefined });
    const phone = fc.option(
      fc.nat(3).map((n) => `+4477009001${n}3`),
      { nil: undefined },
    );
    const person = fc
      .record({ email: some("e@shop.example"), phone, loyalty: some("card"), name })
      .map((one) => Object.fromEntries(Object.entries(one).filter(([, value]) => value !== undefined)) as Person);
    fc.assert(
      fc.property(fc.array(person, { maxLength: 25 }), fc.nat(), (people, seed) => {
        const random = createRandom(seed);
        const order = Array.from(people.keys())
          .map((at) => ({ at, by: random.next() }))
          .sort((a, b) => a.by - b.by)
          .map(({ at }) => at);
        const turned = order.map((at) => people[at] ?? {});
        const [plain, other] = [rowsOf(people), rowsOf(turned, order)].map((rows) =>
          clusterRecords(rows, people.length, options),
        );
        expect(other).toEqual(plain);
        for (const [at, leader] of (plain?.leader ?? new Int32Array()).entries()) {
          expect(leader).toBeLessThanOrEqual(at);
          expect(plain?.leader[leader]).toBe(leader);
        }
      }),
    );
  });
});

const record = (recordId: string) => ({ keySpace: "brand", recordId });
/** Assigns ids to clusters of records named by letters. */
function assign(clusters: readonly string[], before: Readonly<Record<string, string>> = {}) {
  const letters = clusters.join("").split("").sort();
  const members = new Map(
    clusters.map((letters_, leader) => [leader, letters_.split("").map((one) => letters.indexOf(one))]),
  );
  const found = assignIds(members, letters.map(record), (at) => before[letters[at] ?? ""]);
  const byRecord = Object.fromEntries(
    clusters.flatMap((text, leader) => text.split("").map((one) => [one, found.ids.get(leader) ?? ""])),
  );
  return { ...found, byRecord };
}

describe("customer ids", () => {
  it("are born of the least record and need no memory", () => {
    const { byRecord } = assign(["ba", "c"]);
    expect(byRecord).toEqual({ a: birthId("brand", "a"), b: birthId("brand", "a"), c: birthId("brand", "c") });
    expect(byRecord["a"]).toMatch(/^[0-9a-f]{20}$/);
    expect(birthId("shopify", "a")).not.toBe(birthId("brand", "a"));
  });

  it("stay when customers get more records", () => {
    const first = assign(["b", "d"]).byRecord;
    const grown = assign(["ab", "cd", "e"], first);
    expect(grown.byRecord["b"]).toBe(first["b"]);
    expect(grown.byRecord["d"]).toBe(first["d"]);
    expect([grown.joins, grown.splits]).toEqual([[], []]);
  });

  it("go on with most of the records when customers are joined", () => {
    const first = assign(["a", "bcd"]).byRecord;
    const joined = assign(["abcd"], first);
    expect(joined.byRecord["a"]).toBe(first["b"]);
    expect(joined.joins).toEqual([{ from: first["a"], to: first["b"] }]);
    expect(joined.splits).toEqual([]);
  });

  it("stay with most of the records when a customer is split, the rest born anew", () => {
    const first = assign(["abcd"]).byRecord;
    const split = assign(["a", "bcd"], first);
    expect(split.byRecord["b"]).toBe(first["a"]);
    expect(split.byRecord["a"]).not.toBe(first["a"]);
    expect(split.splits).toEqual([{ from: first["a"], to: split.byRecord["a"] }]);
    expect(split.joins).toEqual([]);
  });

  it("are never given twice, and never change while clusters only grow", () => {
    const partition = fc.array(fc.nat(4), { minLength: 1, maxLength: 20 });
    const clustersOf = (groups: readonly number[]) => {
      const letters = groups.map((group, at) => [group, String.fromCharCode(97 + at)] as const);
      return [...new Set(groups)]
        .sort()
        .map((group) => letters.flatMap(([own, letter]) => (own === group ? letter : [])).join(""));
    };
    fc.assert(
      fc.property(partition, fc.nat(20), partition, (groups, known, others) => {
        const before = assign(clustersOf(groups.slice(0, Math.max(1, known)))).byRecord;
        const grown = assign(clustersOf(groups), before);
        expect(new Set(grown.ids.values()).size).toBe(grown.ids.size);
        for (const [letter, id] of Object.entries(before)) expect(grown.byRecord[letter]).toBe(id);
        const mixed = assign(clustersOf(others), grown.byRecord);
        expect(new Set(mixed.ids.values()).size).toBe(mixed.ids.size);
        const again = assign(clustersOf(others), mixed.byRecord);
        expect(again.byRecord).toEqual(mixed.byRecord);
        expect([again.joins, again.splits]).toEqual([[], []]);
      }),
    );
  });

  it("don't take the id of a customer who goes on under another cluster", () => {
    const before = { a: birthId("brand", "b"), b: birthId("brand", "b"), c: birthId("brand", "b") };
    const split = assign(["ac", "b"], before);
    expect(split.byRecord["a"]).toBe(before.a);
    expect(split.byRecord["b"]).toBe(birthId("brand", "b", 1));
  });
});
