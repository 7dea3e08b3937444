import fc from "fast-check";
import { expect, test } from "vitest";
import { emailWords, phoneWords, readSearch, searchWords } from "./search-terms.ts";

test("words are folded and taken apart", () => {
  expect(searchWords("Zoë O’Brien-Ångström, ŁÓDŹ 5/2")).toEqual(["zoe", "o", "brien", "angstrom", "łodz", "5", "2"]);
  expect(emailWords("Anna.Smith+x@example.com")).toEqual(["anna", "smith", "x"]);
  expect(phoneWords("+44 7700 900123")).toEqual(["447700900123", "47700900123", "7700900123", "700900123"]);
  expect(phoneWords("123")).toEqual([]);
});

test.each([
  ["  ", undefined],
  ["!?", undefined],
  ["@", undefined],
  ["000", { match: '"000"*', email: "" }],
  ["Zo", { match: '"zo"*', email: "" }],
  ["smith ann ann", { match: '"smith"* AND "ann"*', email: "" }],
  ['" OR *', { match: '"or"*', email: "" }],
  ["07700 900", { match: '"7700900"* OR "07700900"*', email: "" }],
  ["+44 (0)77", { match: '"44077"*', email: "" }],
  ["Anna@Ex", { match: '"anna"*', email: "anna@ex" }],
  ["smith anna.b@", { match: '"smith"* AND "anna"* AND "b"*', email: "anna.b@" }],
  ["@acme", { match: null, email: "@acme" }],
])("%j is searched by %j", (typed, search) => {
  expect(readSearch(typed)).toEqual(search);
});

test("whatever is typed makes a query of quoted words only", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (typed) => {
      const match = readSearch(typed)?.match ?? '"x"*';
      expect(match).toMatch(/^"[\p{L}\p{N}]+"\*( (AND|OR) "[\p{L}\p{N}]+"\*)*$/u);
    }),
  );
});
