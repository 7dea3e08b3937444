import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quoteText, toLine } from "../query/delimited-text.ts";
import { compareLists, readRecords } from "./compare-lists.ts";

const write = (rows: readonly (readonly string[])[]) =>
  rows.map((row) => toLine(row.map((cell) => quoteText(cell)))).join("");
const cell = fc.string({ maxLength: 6, unit: fc.constantFrom("a", "b", '"', ",", "\n", "\r", " ", "é") });

describe("a list as text", () => {
  it("reads back as it was written, whatever its cells hold", () => {
    const rows = fc
      .integer({ min: 1, max: 4 })
      .chain((width) =>
        fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }),
      );
    fc.assert(
      fc.property(rows, (made) => {
        expect(readRecords(write(made))).toEqual(readRecords(write(made).replaceAll(/\r\n$/g, "\n")));
        const harmless = made.filter((row) => row.every((one) => !/^[\s]*[=+@-]|^[\r\n]/.test(one)));
        expect(readRecords(write(harmless))).toEqual(harmless);
      }),
    );
  });

  it("counts rows in any order, doubles too, and pairs those of one customer", () => {
    const head = ["customer_id", "email"];
    const rows = [
      ["1", "a"],
      ["2", "b"],
      ["2", "b"],
      ["3", "c"],
    ];
    const of = (own: string[][]) => compareLists(write([head, ...own]), write([head, ...rows]));
    expect(of(rows.toReversed())).toMatchObject({ counts: { missing: 0, added: 0, changed: 0 }, isSameOrder: false });
    expect(of(rows)).toMatchObject({ isSameOrder: true, rows: 4, rows_again: 4 });
    expect(
      of([
        ["1", "x"],
        ["2", "b"],
        ["9", "z"],
      ]),
    ).toMatchObject({
      counts: { missing: 2, added: 1, changed: 1 },
      differences: [
        { kind: "changed", row: 1, customer_id: "1", columns: ["email"] },
        { kind: "added", row: 3, customer_id: "9" },
        { kind: "missing", row: 3, customer_id: "2" },
        { kind: "missing", row: 4, customer_id: "3" },
      ],
    });
    const renamed = compareLists(write([["id", "email"], ...rows]), write([head, ...rows]));
    expect(renamed.counts).toEqual({ missing: 4, added: 4, changed: 0 });
  });
});
