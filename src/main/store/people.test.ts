import { describe, expect, test } from "vitest";
import { withDatabase } from "../../../test/support/store-file.ts";
import type { Database } from "./database.ts";
import { type IndexedPerson, peopleQueries } from "./people.ts";

function person(number: number, name: string | null, rest: Partial<IndexedPerson> = {}): IndexedPerson {
  return { customer_id: number.toString(16).padStart(20, "0"), name, email: null, phone: null, place: null, ...rest };
}

function build(db: Database, scope: string, snapshotId: string, people: readonly IndexedPerson[]): number {
  const index = peopleQueries(db);
  const number = index.beginIndex(scope, snapshotId, process.pid);
  index.addPeople(number, people);
  for (let isFirst = true; index.mergeIndex(number, isFirst); isFirst = false);
  index.finishIndex(scope, number);
  return number;
}

const tables = (db: Database) =>
  db.prepare("SELECT name FROM sqlite_schema WHERE name GLOB 'people_[0-9]*' ORDER BY name").pluck().all();

describe("search", () => {
  const people = [
    person(1, "Zoë Ångström", { email: "zoe.a@example.com", phone: "+447700900123", place: "Leeds LS1" }),
    person(2, "Zoran O'Neill", { email: "info@acme.example", place: "York" }),
    person(3, "Anna Zola", { email: "anna@example.com" }),
    person(4, null),
    person(5, "李 小龙"),
  ];
  test.each([
    ["zo", [1, 2, 3]],
    ["ZOE", [1]],
    ["zoë a", [1]],
    ["ang", [1]],
    ["o’neill", [2]],
    ["zola an", [3]],
    ["07700 900", [1]],
    ["+44 7700", [1]],
    ["7700900123", [1]],
    ["leeds zo", [1]],
    ["ls1", [1]],
    ["anna@exam", [3]],
    ["anna@acme", []],
    ["@acme", [2]],
    ["00000000000000000004", [4]],
    ["李", [5]],
    ["小", [5]],
    ["nobody", []],
    ["", []],
    ['"; DROP TABLE people_1', []],
  ])("%j finds %j, in order of rank", (typed, found) => {
    withDatabase(undefined, (db) => {
      build(db, "w/b", "s1", people);
      const hits = peopleQueries(db).searchPeople("w/b", typed, 20);
      expect(hits.map(({ customer_id }) => Number.parseInt(customer_id, 16))).toEqual(found);
    });
  });

  test("gives whole people and stops at the limit", () => {
    withDatabase(undefined, (db) => {
      build(db, "w/b", "s1", people);
      expect(peopleQueries(db).searchPeople("w/b", "z", 1)).toEqual([people[0]]);
    });
  });

  test("among 60,000 people answers while one types", () => {
    withDatabase(undefined, (db) => {
      const given = ["Anna", "Ben", "Chloë", "Dan", "Émile"];
      const many = Array.from({ length: 60_000 }, (_, at) =>
        person(at + 1, `${given[at % 5]} S${((at * 7919) % 5000).toString(36)}son`, {
          email: `a${at}@example.com`,
          phone: `+447${String((at * 2654435761) % 1e9).padStart(9, "0")}`,
        }),
      );
      build(db, "w/b", "s1", many);
      for (const typed of ["a", "an", "anna", "anna s", "emile sa", "077", "a1@exam", "s"]) {
        const began = performance.now();
        const hits = peopleQueries(db).searchPeople("w/b", typed, 20);
        expect({ typed, found: hits.length > 0, fast: performance.now() - began < 50 }).toEqual({
          typed,
          found: true,
          fast: true,
        });
      }
    });
  });
});

describe("building", () => {
  test("the index before answers until the next is finished, and is gone then", () => {
    withDatabase(undefined, (db) => {
      const index = peopleQueries(db);
      build(db, "w/b", "s1", [person(1, "Old")]);
      const number = index.beginIndex("w/b", "s2", process.pid);
      index.addPeople(number, [person(2, "New")]);
      expect([index.indexedSnapshot("w/b"), index.searchPeople("w/b", "old", 9).length]).toEqual(["s1", 1]);
      index.finishIndex("w/b", number);
      expect([
        index.indexedSnapshot("w/b"),
        index.searchPeople("w/b", "old", 9).length,
        index.searchPeople("w/b", "new", 9).length,
      ]).toEqual(["s2", 0, 1]);
      expect(tables(db)).toEqual([`people_${number}`]);
    });
  });

  test("brands don't see each other", () => {
    withDatabase(undefined, (db) => {
      build(db, "w/a", "s1", [person(1, "Anna")]);
      build(db, "w/b", "s1", [person(2, "Anna")]);
      expect(peopleQueries(db).searchPeople("w/a", "anna", 9)).toEqual([person(1, "Anna")]);
      expect(peopleQueries(db).indexedSnapshot("w/c")).toBeNull();
    });
  });

  test("what a killed process left is cleared by the next, what a living one builds is left alone", () => {
    withDatabase(undefined, (db) => {
      const index = peopleQueries(db);
      const dead = index.beginIndex("w/b", "s1", 2 ** 22 + 1);
      const alive = index.beginIndex("w/b", "s1", process.ppid);
      const mine = index.beginIndex("w/b", "s1", process.pid);
      expect(tables(db)).toEqual([`people_${alive}`, `people_${mine}`]);
      expect(dead).toBeLessThan(alive);
    });
  });

  test("the slower of two that build at once doesn't put an older index in place", () => {
    withDatabase(undefined, (db) => {
      const index = peopleQueries(db);
      const slow = index.beginIndex("w/b", "s1", process.pid);
      const quick = index.beginIndex("w/b", "s2", process.pid);
      index.finishIndex("w/b", quick);
      index.finishIndex("w/b", slow);
      expect(index.indexedSnapshot("w/b")).toBe("s2");
      expect(tables(db)).toEqual([`people_${quick}`]);
    });
  });
});
